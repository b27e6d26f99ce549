-- Use against need by region: are tests where the need is, and are rich and poor treated alike at the same need?
-- Question 3 (by need). Region `00` is the nation. `use_to_need` is tests over expected tests;
-- `inequity_by_income` is the horizontal inequity index: above 0, people with more income use more at the same need.
WITH people AS (
    SELECT unnest(make_array(region, '00')) AS region, income_band, education, need, tests
    FROM follow_up.use_and_need
)
SELECT region, CAST(count(*) AS BIGINT) AS people, CAST(sum(tests) AS BIGINT) AS tests, sum(need) AS expected_tests,
       crude_rate(CAST(sum(tests) AS DOUBLE), sum(need), 1) AS use_to_need,
       concentration_index(tests, income_band) AS use_by_income,
       concentration_index(need, income_band) AS need_by_income,
       horizontal_inequity_index(tests, income_band, need) AS inequity_by_income,
       horizontal_inequity_index(tests, education, need) AS inequity_by_education
FROM people
GROUP BY region
