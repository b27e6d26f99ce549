-- Tests and expected need of each person, with place, sex, income band and education.
-- Question 3 (by need). `need` is the number of tests that the person's need would lead one to expect over the years of
-- the registry; `tests` is how many were used. One row a person: measures count them, reports never list them.
WITH used AS (
    SELECT person_id, count(*) AS tests
    FROM registry.tests
    GROUP BY person_id
)
SELECT coalesce(g.region_code, '99') AS region, CASE WHEN p.sex IN ('K', 'M') THEN p.sex ELSE 'U' END AS sex,
       p.income_band, p.education, p.need, CAST(coalesce(u.tests, 0) AS BIGINT) AS tests
FROM registry.people AS p
LEFT JOIN used AS u ON u.person_id = p.person_id
LEFT JOIN reference.regions AS g ON g.region_code = p.region
