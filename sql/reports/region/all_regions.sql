-- Tests of a year in all regions, age-standardised, and against what the nation's rates expect.
SELECT r.year, r.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, r.tests,
       r.test_rate, r.expected_tests, r.test_ratio
FROM follow_up.rates_by_region AS r JOIN follow_up.region_names AS n ON n.region = r.region
WHERE r.year = {{of_year}} AND r.sex = 'T'
ORDER BY r.region
