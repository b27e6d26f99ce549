-- Referrals, tests, diagnoses and people of a year by region, sex and age group.
-- The base of every rate: a stratum without any event is there too, with its people. Referrals count in the year that
-- they were made in, tests in that of the order, diagnoses after a test in that of the diagnosis. The region is that of
-- the person's home, not of the laboratory.
WITH strata AS (
    SELECT date_part('year', referred) AS year, region, sex, age_group(age) AS age_group, count(*) AS referrals,
           0 AS tests, 0 AS diagnoses, 0 AS actionable, 0 AS population
    FROM registry.referrals
    GROUP BY date_part('year', referred), region, sex, age_group(age)
    UNION ALL
    SELECT date_part('year', ordered), region, sex, age_group(age), 0, count(*), 0, 0, 0
    FROM registry.tests
    GROUP BY date_part('year', ordered), region, sex, age_group(age)
    UNION ALL
    SELECT date_part('year', diagnosed), region, sex, age_group(age), 0, 0, count(*),
           sum(CASE WHEN is_actionable THEN 1 ELSE 0 END), 0
    FROM registry.diagnoses
    WHERE test_id IS NOT NULL
    GROUP BY date_part('year', diagnosed), region, sex, age_group(age)
    UNION ALL
    SELECT year, region, sex, age_group, 0, 0, 0, 0, sum(population)
    FROM follow_up.population
    GROUP BY year, region, sex, age_group
)
SELECT CAST(year AS BIGINT) AS year, region, sex, age_group,
       CAST(sum(referrals) AS BIGINT) AS referrals, CAST(sum(tests) AS BIGINT) AS tests,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(actionable) AS BIGINT) AS actionable,
       CAST(sum(population) AS BIGINT) AS population
FROM strata
GROUP BY year, region, sex, age_group
