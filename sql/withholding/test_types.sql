-- Reported tests of all years and their diagnoses, by condition and type of test.
SELECT condition, test_type, CAST(count(*) AS BIGINT) AS reported, CAST(sum(has_diagnosis) AS BIGINT) AS diagnosed
FROM follow_up.test_costs
GROUP BY condition, test_type
ORDER BY condition, test_type
