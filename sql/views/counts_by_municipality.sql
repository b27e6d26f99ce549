-- Tests, diagnoses and person-years of all years by municipality, sex and age group.
-- The municipality is that of the person's home. Of people who are no longer in `registry.people` only the region is
-- known, that of the test: they are in its municipality `9999`.
WITH homes AS (
    SELECT person_id, region, municipality FROM registry.people
),
strata AS (
    SELECT coalesce(h.region, t.region) AS region, h.municipality, t.sex, age_group(t.age) AS age_group, 1 AS tests,
           0 AS diagnoses, 0 AS population
    FROM registry.tests AS t LEFT JOIN homes AS h ON h.person_id = t.person_id
    UNION ALL
    SELECT coalesce(h.region, d.region), h.municipality, d.sex, age_group(d.age), 0, 1, 0
    FROM registry.diagnoses AS d LEFT JOIN homes AS h ON h.person_id = d.person_id
    WHERE d.test_id IS NOT NULL
    UNION ALL
    SELECT region, municipality, sex, age_group, 0, 0, population
    FROM follow_up.population
),
known AS (
    SELECT coalesce(g.region_code, '99') AS region, coalesce(s.municipality, '9999') AS municipality,
           CASE WHEN s.sex IN ('K', 'M') THEN s.sex ELSE 'U' END AS sex,
           coalesce(s.age_group, 'unknown') AS age_group, s.tests, s.diagnoses, s.population
    FROM strata AS s LEFT JOIN reference.regions AS g ON g.region_code = s.region
)
SELECT region, municipality, sex, age_group, CAST(sum(tests) AS BIGINT) AS tests,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(population) AS BIGINT) AS person_years
FROM known
GROUP BY region, municipality, sex, age_group
