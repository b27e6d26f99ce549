-- Tests and diagnoses of a year by region and sex, age-standardised, and against what the nation's rates expect.
-- Question 1 (equal) and 2 (gender-equal). Region `00` is the nation, sex `T` is both. Rates are per 100 000 people,
-- standardised directly to the European standard population of 2013; ratios are observed over expected, standardised
-- indirectly to the nation. Counts are of all ages, rates and ratios of those whose age is known: their `events` tell
-- how many. `tests_per_referral` is tests over referrals of the year; `referrals_tested` are referrals with a test.
SELECT year, region, sex, CAST(sum(referrals) AS BIGINT) AS referrals,
       CAST(sum(referrals_tested) AS BIGINT) AS referrals_tested, CAST(sum(tests) AS BIGINT) AS tests,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(population) AS BIGINT) AS population,
       directly_standardised_rate(age_group, tests, population, weight) FILTER (WHERE age_group <> 'unknown')
           AS test_rate,
       directly_standardised_rate(age_group, diagnoses, population, weight) FILTER (WHERE age_group <> 'unknown')
           AS diagnosis_rate,
       indirectly_standardised_ratio(age_group, tests, population, national_tests, national_population)
           FILTER (WHERE age_group <> 'unknown') AS test_ratio,
       indirectly_standardised_ratio(age_group, diagnoses, population, national_diagnoses, national_population)
           FILTER (WHERE age_group <> 'unknown') AS diagnosis_ratio,
       expected_count(age_group, population, national_tests, national_population)
           FILTER (WHERE age_group <> 'unknown') AS expected_tests,
       expected_count(age_group, population, national_diagnoses, national_population)
           FILTER (WHERE age_group <> 'unknown') AS expected_diagnoses,
       crude_rate(CAST(sum(tests) AS DOUBLE), CAST(sum(referrals) AS DOUBLE), 1) AS tests_per_referral
FROM follow_up.strata
GROUP BY year, region, sex
