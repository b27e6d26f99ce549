-- How many people of the nation reached each step.
SELECT step, step_before, name, n, n_before, reached
FROM follow_up.study_flow
WHERE region = '00' AND sex = 'T'
ORDER BY step
