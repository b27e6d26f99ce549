-- How many of the eligible were included, and of the included were sampled, by region and sex.
SELECT f.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, f.sex,
       i.n_eligible, f.n AS included,
       proportion(CAST(f.n AS DOUBLE), CAST(i.n_eligible AS DOUBLE)) AS included_of_eligible,
       s.n AS sampled, s.reached AS sampled_of_included
FROM follow_up.study_flow AS f
JOIN (SELECT region, sex, n AS n_eligible FROM follow_up.study_flow WHERE step = 1) AS i
    ON i.region = f.region AND i.sex = f.sex
JOIN (SELECT region, sex, n, reached FROM follow_up.study_flow WHERE step = 4) AS s
    ON s.region = f.region AND s.sex = f.sex
JOIN follow_up.region_names AS n ON n.region = f.region
WHERE f.step = 3
ORDER BY f.region, f.sex
