-- Tests by municipality over all years, against what the nation's rates by sex and age expect.
-- Question 1 (equal), in small areas: few tests each, so years are pooled, and a ratio far from 1 can be chance.
WITH nation AS (
    SELECT year, sex, age_band, sum(tests) AS tests, sum(diagnoses) AS diagnoses, sum(population) AS population
    FROM follow_up.counts
    GROUP BY year, sex, age_band
)
SELECT c.region, c.municipality, CAST(sum(c.tests) AS BIGINT) AS tests,
       CAST(sum(c.diagnoses) AS BIGINT) AS diagnoses,
       CAST(sum(c.population) AS BIGINT) AS person_years,
       indirectly_standardised_ratio(concat(c.year, c.sex, c.age_band), c.tests, c.population, n.tests, n.population)
           AS test_ratio,
       expected_count(concat(c.year, c.sex, c.age_band), c.population, n.tests, n.population) AS expected_tests
FROM follow_up.counts AS c
JOIN nation AS n ON n.year = c.year AND n.sex = c.sex AND n.age_band = c.age_band
GROUP BY c.region, c.municipality
