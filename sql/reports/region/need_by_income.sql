-- Tests over the tests that need would lead one to expect, by income band, in the region and the nation.
SELECT i.income_band, i.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS place, i.tests, i.use_to_need
FROM follow_up.need_by_income AS i JOIN follow_up.region_names AS n ON n.region = i.region
WHERE i.region IN ('00', {{region}}) AND i.sex = 'T'
ORDER BY i.income_band, i.region DESC
