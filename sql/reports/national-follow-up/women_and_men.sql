-- Women's rates over men's in a year by region, also given the referral.
SELECT w.year, w.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name,
       w.tests_women, w.tests_men, w.rate_ratio, w.referrals_women, w.referrals_men, w.tested_women, w.tested_men,
       w.ratio_given_referral, w.median_days_women, w.median_days_men
FROM follow_up.women_and_men AS w JOIN follow_up.region_names AS n ON n.region = w.region
WHERE w.year = {{of_year}}
ORDER BY w.region
