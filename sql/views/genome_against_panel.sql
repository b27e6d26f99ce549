-- Genomes against panels by condition: what one more diagnosis costs.
-- Question 4 (cost-effective). The incremental ratio is the difference in cost over the difference in diagnoses per
-- test. It is not a randomised comparison: who gets a genome differs from who gets a panel. Where the difference in
-- diagnoses may be 0, `outcome` is `no_clear_difference`, and no ratio is given: its interval has no ends.
WITH compared AS (
    SELECT condition, CAST(count(*) AS BIGINT) AS tests,
           CAST(sum(CASE WHEN test_type = 'wgs' THEN 1 ELSE 0 END) AS BIGINT) AS genomes,
           CAST(sum(CASE WHEN test_type = 'wgs' THEN has_diagnosis ELSE 0 END) AS BIGINT) AS genome_diagnoses,
           CAST(sum(CASE WHEN test_type = 'panel' THEN has_diagnosis ELSE 0 END) AS BIGINT) AS panel_diagnoses,
           incremental_cost_effectiveness_ratio(cost_sek, has_diagnosis, test_type, 'panel') AS ratio
    FROM follow_up.test_costs
    WHERE test_type IN ('wgs', 'panel')
    GROUP BY condition
),
differences AS (
    SELECT *, risk_difference(CAST(genome_diagnoses AS DOUBLE), CAST(genomes AS DOUBLE),
                              CAST(panel_diagnoses AS DOUBLE), CAST(tests - genomes AS DOUBLE)) AS difference
    FROM compared
),
judged AS (
    SELECT *, ratio['quadrant'] IS NOT NULL
                  AND coalesce(difference['lower_cl'] <= 0 AND difference['upper_cl'] >= 0, true)
              OR ratio['value'] IS NOT NULL AND (ratio['lower_cl'] IS NULL OR ratio['upper_cl'] IS NULL) AS is_unclear
    FROM differences
)
SELECT condition, tests, genomes, genome_diagnoses, panel_diagnoses,
       CASE WHEN is_unclear THEN 'no_clear_difference' ELSE ratio['quadrant'] END AS outcome,
       named_struct('value', CASE WHEN is_unclear THEN NULL ELSE ratio['value'] END,
                    'lower_cl', CASE WHEN is_unclear THEN NULL ELSE ratio['lower_cl'] END,
                    'upper_cl', CASE WHEN is_unclear THEN NULL ELSE ratio['upper_cl'] END,
                    'se', CASE WHEN is_unclear THEN NULL ELSE ratio['se'] END,
                    'confidence', ratio['confidence'], 'method', ratio['method'], 'events', ratio['events'],
                    'n', ratio['n'], 'status', CASE WHEN is_unclear THEN 'no_clear_difference' ELSE ratio['status'] END)
           AS cost_per_more_diagnosis
FROM judged
