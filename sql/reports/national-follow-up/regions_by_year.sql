-- Tests of each year by region, age-standardised.
SELECT r.year, r.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, r.tests, r.test_rate
FROM follow_up.rates_by_region AS r JOIN follow_up.region_names AS n ON n.region = r.region
WHERE r.sex = 'T' AND r.year <= {{of_year}}
ORDER BY r.year, r.region
