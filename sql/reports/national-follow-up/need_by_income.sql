-- Tests over the tests that need would lead one to expect, by income band and sex, over all years.
SELECT income_band, sex, tests, tests_per_100000, use_to_need
FROM follow_up.need_by_income
WHERE region = '00'
ORDER BY income_band, sex
