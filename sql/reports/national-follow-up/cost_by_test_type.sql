-- Costs and yields by condition and type of test, over all years.
SELECT condition, test_type, tests, diagnoses, cost_per_test, yield, cost_per_diagnosis
FROM follow_up.cost_by_test_type
ORDER BY condition, test_type
