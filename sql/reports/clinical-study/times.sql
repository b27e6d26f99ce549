-- How long each step takes, by sex, in the nation.
SELECT step, step - 1 AS step_before, name, sex, n, reached, quarter_days, median_days
FROM follow_up.study_times
WHERE region = '00'
ORDER BY step, sex
