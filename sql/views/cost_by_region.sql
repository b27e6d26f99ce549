-- Costs of reported tests of a year by region: per test and per diagnosis.
-- Question 4 (cost-effective). Region `00` is the nation. Regions with other patients have other costs and yields:
-- compare tests of one type for one condition before you judge.
SELECT year, region, CAST(count(*) AS BIGINT) AS tests, CAST(sum(has_diagnosis) AS BIGINT) AS diagnoses,
       sum(cost_sek) AS cost_sek, mean_interval(cost_sek) AS cost_per_test,
       cost_per_outcome(cost_sek, has_diagnosis) AS cost_per_diagnosis,
       proportion(CAST(sum(has_diagnosis) AS DOUBLE), CAST(count(*) AS DOUBLE)) AS yield
FROM (SELECT year, unnest(make_array(region, '00')) AS region, cost_sek, has_diagnosis
      FROM follow_up.test_costs) AS by_region
GROUP BY year, region
