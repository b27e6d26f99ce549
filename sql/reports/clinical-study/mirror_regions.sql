-- Whether the included mirror the eligible, by region.
SELECT m.value AS region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, m.eligible, m.included,
       m.share_of_eligible, m.share_of_included, m.ratio_to_others
FROM follow_up.study_mirror AS m JOIN follow_up.region_names AS n ON n.region = m.value
WHERE m.dimension = 'region'
ORDER BY m.value
