-- What one more diagnosis costs with a genome instead of a panel, by condition, over all years.
SELECT condition, genomes, genome_diagnoses, tests - genomes AS panels, panel_diagnoses, outcome AS quadrant,
       cost_per_more_diagnosis
FROM follow_up.genome_against_panel
ORDER BY condition
