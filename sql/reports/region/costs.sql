-- Costs of reported tests in the region and the nation, year by year.
SELECT c.year, c.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS place, c.tests, c.diagnoses,
       c.cost_per_test, c.yield, c.cost_per_diagnosis
FROM follow_up.cost_by_region AS c JOIN follow_up.region_names AS n ON n.region = c.region
WHERE c.region IN ('00', {{region}}) AND c.year <= {{of_year}}
ORDER BY c.year, c.region DESC
