-- Tests and diagnoses of a year by region and sex, age-standardised, and against what the nation's rates expect.
-- Question 1 (equal) and 2 (gender-equal). Region `00` is the nation, sex `T` is both. Rates are per 100 000 people,
-- standardised directly to the European standard population of 2013; ratios are observed over expected tests,
-- standardised indirectly to the nation.
SELECT year, region, sex, CAST(sum(referrals) AS BIGINT) AS referrals, CAST(sum(tests) AS BIGINT) AS tests,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(population) AS BIGINT) AS population,
       directly_standardised_rate(age_band, tests, population, weight) AS test_rate,
       directly_standardised_rate(age_band, diagnoses, population, weight) AS diagnosis_rate,
       indirectly_standardised_ratio(age_band, tests, population, national_tests, national_population) AS test_ratio,
       expected_count(age_band, population, national_tests, national_population) AS expected_tests,
       expected_count(age_band, population, national_diagnoses, national_population) AS expected_diagnoses
FROM follow_up.strata
GROUP BY year, region, sex
