-- Use against need by region, income band and sex: tests over the tests that need would lead one to expect.
-- Question 3 (by need). Region `00` is the nation, sex `T` is both; band 1 is the lowest income. `use_to_need` is the
-- same in all bands where use follows need.
WITH groups AS (
    SELECT region, income_band, sex, count(*) AS people, sum(tests) AS tests, sum(need) AS need
    FROM follow_up.use_and_need
    GROUP BY region, income_band, sex
),
spread AS (
    SELECT unnest(make_array(region, '00')) AS region, income_band, sex, people, tests, need
    FROM (SELECT region, income_band, unnest(make_array(sex, 'T')) AS sex, people, tests, need FROM groups) AS by_sex
)
SELECT region, income_band, sex, CAST(sum(people) AS BIGINT) AS people, CAST(sum(tests) AS BIGINT) AS tests,
       sum(need) AS expected_tests,
       crude_rate(CAST(sum(tests) AS DOUBLE), sum(need), 1) AS use_to_need,
       crude_rate(CAST(sum(tests) AS DOUBLE), CAST(sum(people) AS DOUBLE), 100000) AS tests_per_100000
FROM spread
GROUP BY region, income_band, sex
