-- Costs of the year's reported tests by region.
SELECT c.year, c.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, c.tests,
       c.diagnoses, c.cost_per_test, c.yield, c.cost_per_diagnosis
FROM follow_up.cost_by_region AS c JOIN follow_up.region_names AS n ON n.region = c.region
WHERE c.year = {{of_year}}
ORDER BY c.region
