-- Tests of all years by municipality.
SELECT region, municipality, CAST(sum(tests) AS BIGINT) AS tests
FROM follow_up.counts_by_municipality
GROUP BY region, municipality
ORDER BY region, municipality
