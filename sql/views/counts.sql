-- Referrals, tests, diagnoses and people of a year by region, municipality, sex and age band.
-- The base of every rate: a stratum without any event is there too, with its people. Referrals count in
-- the year that they were made in, tests in that of the order, diagnoses in that of the diagnosis. The
-- municipality is that of the person's home, not of the laboratory.
WITH events AS (
    SELECT date_part('year', referred) AS year, person_id, age, 1 AS referrals, 0 AS tests, 0 AS diagnoses,
           0 AS actionable
    FROM registry.referrals
    UNION ALL
    SELECT date_part('year', ordered), person_id, age, 0, 1, 0, 0
    FROM registry.tests
    UNION ALL
    SELECT date_part('year', diagnosed), person_id, age, 0, 0, 1, CASE WHEN is_actionable THEN 1 ELSE 0 END
    FROM registry.diagnoses
    WHERE test_id IS NOT NULL
),
strata AS (
    SELECT CAST(e.year AS BIGINT) AS year, p.region, p.municipality, p.sex, age_group(e.age) AS age_band,
           sum(referrals) AS referrals, sum(tests) AS tests, sum(diagnoses) AS diagnoses,
           sum(actionable) AS actionable, 0 AS population
    FROM events AS e JOIN registry.people AS p ON p.person_id = e.person_id
    GROUP BY e.year, p.region, p.municipality, p.sex, age_group(e.age)
    UNION ALL
    SELECT year, region, municipality, sex, age_band, 0, 0, 0, 0, population
    FROM follow_up.population
)
SELECT year, region, municipality, sex, age_band,
       CAST(sum(referrals) AS BIGINT) AS referrals, CAST(sum(tests) AS BIGINT) AS tests,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(actionable) AS BIGINT) AS actionable,
       CAST(sum(population) AS BIGINT) AS population
FROM strata
GROUP BY year, region, municipality, sex, age_band
