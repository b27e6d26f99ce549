-- Tests, diagnoses and person-years of all years by municipality, sex and age group.
-- The municipality is that of the person's home.
WITH homes AS (
    SELECT person_id, region, municipality FROM registry.people
),
strata AS (
    SELECT h.region, h.municipality, t.sex, age_group(t.age) AS age_group, 1 AS tests, 0 AS diagnoses, 0 AS population
    FROM registry.tests AS t JOIN homes AS h ON h.person_id = t.person_id
    UNION ALL
    SELECT h.region, h.municipality, d.sex, age_group(d.age), 0, 1, 0
    FROM registry.diagnoses AS d JOIN homes AS h ON h.person_id = d.person_id
    WHERE d.test_id IS NOT NULL
    UNION ALL
    SELECT region, municipality, sex, age_group, 0, 0, population
    FROM follow_up.population
)
SELECT region, municipality, sex, age_group, CAST(sum(tests) AS BIGINT) AS tests,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(population) AS BIGINT) AS person_years
FROM strata
GROUP BY region, municipality, sex, age_group
