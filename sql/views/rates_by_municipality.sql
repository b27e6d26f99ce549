-- Tests by municipality over all years, against what the nation's rates by sex and age expect.
-- Question 1 (equal), in small areas: few tests each, so years are pooled, and a ratio far from 1 can be chance. `flag`
-- says which are further from 1 than chance takes them. Counts are of all, ratios of those whose sex and age are known.
WITH nation AS (
    SELECT sex, age_group, sum(tests) AS tests, sum(diagnoses) AS diagnoses, sum(person_years) AS person_years
    FROM follow_up.counts_by_municipality
    GROUP BY sex, age_group
),
ratios AS (
    SELECT c.region, c.municipality, CAST(sum(c.tests) AS BIGINT) AS tests,
           CAST(sum(c.diagnoses) AS BIGINT) AS diagnoses, CAST(sum(c.person_years) AS BIGINT) AS person_years,
           indirectly_standardised_ratio(concat(c.sex, c.age_group), c.tests, c.person_years, n.tests, n.person_years)
               FILTER (WHERE n.person_years > 0) AS test_ratio,
           expected_count(concat(c.sex, c.age_group), c.person_years, n.tests, n.person_years)
               FILTER (WHERE n.person_years > 0) AS expected_tests
    FROM follow_up.counts_by_municipality AS c
    JOIN nation AS n ON n.sex = c.sex AND n.age_group = c.age_group
    GROUP BY c.region, c.municipality
)
SELECT region, municipality, tests, diagnoses, person_years, test_ratio, expected_tests,
       funnel_flag(tests, nullif(expected_tests, 0), 1, 'ratio') OVER () AS flag
FROM ratios
