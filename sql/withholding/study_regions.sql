-- People of the study by region and sex at the steps that are shown by region.
SELECT region, sex, step, n AS people
FROM follow_up.study_flow
WHERE region <> '00' AND sex <> 'T' AND step IN (1, 3, 4, 5)
ORDER BY region, sex, step
