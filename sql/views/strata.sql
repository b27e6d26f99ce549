-- The counts of a year by region and sex with their totals, in age groups, beside the nation's and a standard.
-- Region `00` is the nation, sex `T` is both. `national_…` are the counts of the whole nation in the same sex and age
-- group, for indirect standardisation; `weight` is that of the group in the European standard population of 2013. Both
-- sexes are pooled within age groups, so `T` is standardised for age and not for sex. Of age group `unknown` there are
-- counts, and neither people nor a weight: leave it out of what is standardised.
WITH both AS (
    SELECT year, unnest(make_array(region, '00')) AS region, sex, age_group, referrals, referrals_tested, tests,
           diagnoses, actionable, population
    FROM (SELECT year, region, unnest(make_array(sex, 'T')) AS sex, age_group, referrals, referrals_tested, tests,
                 diagnoses, actionable, population
          FROM follow_up.counts) AS by_sex
),
summed AS (
    SELECT year, region, sex, age_group, CAST(sum(referrals) AS BIGINT) AS referrals,
           CAST(sum(referrals_tested) AS BIGINT) AS referrals_tested, CAST(sum(tests) AS BIGINT) AS tests,
           CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(actionable) AS BIGINT) AS actionable,
           CAST(sum(population) AS BIGINT) AS population
    FROM both
    GROUP BY year, region, sex, age_group
)
SELECT s.year, s.region, s.sex, s.age_group, s.referrals, s.referrals_tested, s.tests, s.diagnoses, s.actionable,
       s.population, n.referrals AS national_referrals, n.tests AS national_tests, n.diagnoses AS national_diagnoses,
       n.population AS national_population, w.weight
FROM summed AS s
JOIN summed AS n ON n.year = s.year AND n.sex = s.sex AND n.age_group = s.age_group AND n.region = '00'
LEFT JOIN reference.standard_population AS w ON w.age_group = s.age_group AND w.standard = 'ESP2013'
