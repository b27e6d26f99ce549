-- Tests of all years of the people in the register, by region, income band and sex.
SELECT region, income_band, sex, CAST(sum(tests) AS BIGINT) AS tests
FROM follow_up.use_and_need
GROUP BY region, income_band, sex
ORDER BY region, income_band, sex
