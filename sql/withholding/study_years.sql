-- The eligible and the included by sex and the year in which they became eligible.
SELECT CAST(date_part('year', eligible) AS VARCHAR) AS year, sex, step,
       CAST(sum(CASE WHEN step = 1 OR included IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS people
FROM follow_up.study_people CROSS JOIN (VALUES (1), (3)) AS steps (step)
GROUP BY CAST(date_part('year', eligible) AS VARCHAR), sex, step
ORDER BY 1, sex, step
