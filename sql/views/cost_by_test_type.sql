-- Costs and yields of reported tests by condition and type of test, over all years.
-- Question 4 (cost-effective).
SELECT condition, test_type, CAST(count(*) AS BIGINT) AS tests, CAST(sum(has_diagnosis) AS BIGINT) AS diagnoses,
       mean_interval(cost_sek) AS cost_per_test, cost_per_outcome(cost_sek, has_diagnosis) AS cost_per_diagnosis,
       proportion(CAST(sum(has_diagnosis) AS DOUBLE), CAST(count(*) AS DOUBLE)) AS yield
FROM follow_up.test_costs
GROUP BY condition, test_type
