-- Referrals, tests, diagnoses and people of a year by region, sex and age group.
-- The base of every rate: a stratum without any event is there too, with its people. Referrals count in the year that
-- they were made in, tests in that of the order, diagnoses after a test in that of the diagnosis. `referrals_tested`
-- are the referrals with a test, whenever that was. The region is that of the person's home, not of the laboratory. Region
-- `99`, sex `U` and age group `unknown` hold those of whom it is not known: they count, and are in no rate.
WITH tested AS (
    SELECT DISTINCT referral_id
    FROM registry.tests
    WHERE referral_id IS NOT NULL
),
strata AS (
    SELECT date_part('year', r.referred) AS year, r.region, r.sex, age_group(r.age) AS age_group, count(*) AS referrals,
           count(t.referral_id) AS referrals_tested, 0 AS tests, 0 AS diagnoses, 0 AS actionable, 0 AS population
    FROM registry.referrals AS r LEFT JOIN tested AS t ON t.referral_id = r.referral_id
    GROUP BY date_part('year', r.referred), r.region, r.sex, age_group(r.age)
    UNION ALL
    SELECT date_part('year', ordered), region, sex, age_group(age), 0, 0, count(*), 0, 0, 0
    FROM registry.tests
    GROUP BY date_part('year', ordered), region, sex, age_group(age)
    UNION ALL
    SELECT date_part('year', diagnosed), region, sex, age_group(age), 0, 0, 0, count(*),
           sum(CASE WHEN is_actionable THEN 1 ELSE 0 END), 0
    FROM registry.diagnoses
    WHERE test_id IS NOT NULL
    GROUP BY date_part('year', diagnosed), region, sex, age_group(age)
    UNION ALL
    SELECT year, region, sex, age_group, 0, 0, 0, 0, 0, sum(population)
    FROM follow_up.population
    GROUP BY year, region, sex, age_group
),
known AS (
    SELECT s.year, coalesce(g.region_code, '99') AS region,
           CASE WHEN s.sex IN ('K', 'M') THEN s.sex ELSE 'U' END AS sex, coalesce(s.age_group, 'unknown') AS age_group,
           s.referrals, s.referrals_tested, s.tests, s.diagnoses, s.actionable, s.population
    FROM strata AS s LEFT JOIN reference.regions AS g ON g.region_code = s.region
)
SELECT CAST(year AS BIGINT) AS year, region, sex, age_group,
       CAST(sum(referrals) AS BIGINT) AS referrals, CAST(sum(referrals_tested) AS BIGINT) AS referrals_tested,
       CAST(sum(tests) AS BIGINT) AS tests, CAST(sum(diagnoses) AS BIGINT) AS diagnoses,
       CAST(sum(actionable) AS BIGINT) AS actionable, CAST(sum(population) AS BIGINT) AS population
FROM known
GROUP BY year, region, sex, age_group
