-- Decided grants and matched funds of each year in all; appropriations are left out, since they hold some of the grants.
SELECT year, coalesce(max(tests), 0) AS tests, coalesce(max(diagnoses), 0) AS diagnoses, sum(amount_sek) AS amount_sek,
       sum(sek_per_inhabitant) AS sek_per_inhabitant, sum(sek_per_test) AS sek_per_test,
       sum(sek_per_diagnosis) AS sek_per_diagnosis
FROM follow_up.public_funds_by_year
WHERE status = 'decided' AND kind <> 'appropriation' AND year <= {{of_year}}
GROUP BY year
ORDER BY year
