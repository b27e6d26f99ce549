-- Genomes against panels by condition: what one more diagnosis costs.
-- Question 4 (cost-effective). The incremental ratio is the difference in cost over the difference in diagnoses per
-- test. People were not drawn by lot: who gets a genome differs from who gets a panel.
SELECT condition, CAST(count(*) AS BIGINT) AS tests,
       CAST(sum(CASE WHEN test_type = 'wgs' THEN 1 ELSE 0 END) AS BIGINT) AS genomes,
       CAST(sum(CASE WHEN test_type = 'wgs' THEN has_diagnosis ELSE 0 END) AS BIGINT) AS genome_diagnoses,
       CAST(sum(CASE WHEN test_type = 'panel' THEN has_diagnosis ELSE 0 END) AS BIGINT) AS panel_diagnoses,
       incremental_cost_effectiveness_ratio(cost_sek, has_diagnosis, test_type, 'panel') AS cost_per_more_diagnosis
FROM follow_up.test_costs
WHERE test_type IN ('wgs', 'panel')
GROUP BY condition
