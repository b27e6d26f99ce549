-- How many women and men reached each step.
SELECT step, step_before, name, sex, n, n_before, reached
FROM follow_up.study_flow
WHERE region = '00'
ORDER BY step, sex
