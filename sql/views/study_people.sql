-- The people of the study, with a region, sex and age group that are known or said to be unknown.
-- Region `99`, sex `U` and age group `unknown` are those of whom nothing is known.
SELECT coalesce(g.region_code, '99') AS region, CASE WHEN s.sex IN ('K', 'M') THEN s.sex ELSE 'U' END AS sex,
       coalesce(age_group(s.age, '10y'), 'unknown') AS age_group, s.eligible, s.invited, s.included, s.sampled,
       s.sequenced, s.reported, s.treated
FROM registry.study AS s LEFT JOIN reference.regions AS g ON g.region_code = s.region
