SELECT CASE {{lang}} WHEN 'en' THEN name_en ELSE name_sv END FROM follow_up.region_names WHERE region = '00'
