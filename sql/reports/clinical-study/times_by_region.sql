-- Days from sample to sequence by region.
SELECT t.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, t.n, t.reached, t.median_days
FROM follow_up.study_times AS t JOIN follow_up.region_names AS n ON n.region = t.region
WHERE t.step = 5 AND t.sex = 'T'
ORDER BY t.region
