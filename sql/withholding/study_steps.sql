-- People of the study by sex at each step.
SELECT sex, step, n AS people
FROM follow_up.study_flow
WHERE region = '00' AND sex <> 'T'
ORDER BY sex, step
