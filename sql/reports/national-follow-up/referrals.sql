-- Tests per referral of a year by region.
SELECT r.year, r.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name,
       r.referrals, r.tests, r.tests_per_referral
FROM follow_up.rates_by_region AS r JOIN follow_up.region_names AS n ON n.region = r.region
WHERE r.year = {{of_year}} AND r.sex = 'T'
ORDER BY r.region
