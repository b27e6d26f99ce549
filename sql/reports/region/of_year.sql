SELECT coalesce(CAST(nullif({{year}}, 'latest') AS BIGINT), max(year)) AS year
FROM (SELECT year FROM follow_up.counts GROUP BY year HAVING sum(tests) > 0 AND sum(population) > 0) AS years
