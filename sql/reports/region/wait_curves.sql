-- The share of the year's tests that were reported by each thirtieth day, in the region and the nation.
SELECT c.year, c.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS place, c.day, c.reported,
       c.waiting, c.tests
FROM follow_up.wait_curves AS c JOIN follow_up.region_names AS n ON n.region = c.region
WHERE c.year = {{of_year}} AND c.region IN ('00', {{region}}) AND c.sex = 'T' AND c.day <= 240 AND c.day % 30 = 0
ORDER BY c.region DESC, c.day
