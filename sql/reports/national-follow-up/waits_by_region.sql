-- Waiting times of a year by region and sex.
SELECT w.year, w.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, w.sex,
       w.tests, w.median_days, w.within_90_days
FROM follow_up.waits_by_region AS w JOIN follow_up.region_names AS n ON n.region = w.region
WHERE w.year = {{of_year}}
ORDER BY w.region, w.sex
