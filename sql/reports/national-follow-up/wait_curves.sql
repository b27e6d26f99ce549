-- The share of the year's tests that were reported by each tenth day, in the nation.
SELECT year, sex, day, reported, waiting, tests
FROM follow_up.wait_curves
WHERE year = {{of_year}} AND region = '00' AND day <= 240
ORDER BY sex, day
