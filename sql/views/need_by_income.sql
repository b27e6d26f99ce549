-- Use against need by income band and sex: tests over the tests that need would lead one to expect.
-- Question 3 (by need). Band 1 is the lowest income, sex `T` is both. `use_to_need` is the same in all bands where use
-- follows need.
SELECT income_band, sex, CAST(count(*) AS BIGINT) AS people, CAST(sum(tests) AS BIGINT) AS tests,
       sum(need) AS expected_tests,
       crude_rate(CAST(sum(tests) AS DOUBLE), sum(need), 1) AS use_to_need,
       crude_rate(CAST(sum(tests) AS DOUBLE), CAST(count(*) AS DOUBLE), 100000) AS tests_per_100000
FROM (SELECT income_band, unnest(make_array(sex, 'T')) AS sex, need, tests
      FROM follow_up.use_and_need) AS by_sex
GROUP BY income_band, sex
