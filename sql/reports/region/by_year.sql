-- The region beside the nation, year by year.
SELECT r.year, r.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS place, r.tests, r.test_rate,
       r.diagnosis_rate, w.median_days, w.within_90_days
FROM follow_up.rates_by_region AS r
JOIN follow_up.waits_by_region AS w ON w.year = r.year AND w.region = r.region AND w.sex = r.sex
JOIN follow_up.region_names AS n ON n.region = r.region
WHERE r.region IN ('00', {{region}}) AND r.sex = 'T' AND r.year <= {{of_year}}
ORDER BY r.year, r.region DESC
