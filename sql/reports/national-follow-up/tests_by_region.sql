-- Tests and diagnoses of a year by region and sex, age-standardised.
SELECT r.year, r.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, r.sex,
       r.tests, r.test_rate, r.diagnoses, r.diagnosis_rate
FROM follow_up.rates_by_region AS r JOIN follow_up.region_names AS n ON n.region = r.region
WHERE r.year = {{of_year}}
ORDER BY r.region, r.sex
