-- Use against need by region over all years, and whether income and education decide at the same need.
SELECT b.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, b.tests, b.use_to_need,
       b.inequity_by_income, b.inequity_by_education
FROM follow_up.need_by_region AS b JOIN follow_up.region_names AS n ON n.region = b.region
ORDER BY b.region
