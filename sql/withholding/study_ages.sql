-- The eligible and the included by age.
SELECT value AS age, step, CAST(CASE WHEN step = 1 THEN eligible ELSE included END AS BIGINT) AS people
FROM follow_up.study_mirror CROSS JOIN (VALUES (1), (3)) AS steps (step)
WHERE dimension = 'age'
ORDER BY value, step
