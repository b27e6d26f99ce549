-- The years with tests and people, which a report can be made of.
SELECT CAST(year AS VARCHAR) AS year
FROM follow_up.counts
GROUP BY year
HAVING sum(tests) > 0 AND sum(population) > 0
ORDER BY year
