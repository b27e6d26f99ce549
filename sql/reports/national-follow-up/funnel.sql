-- Observed over expected tests of a year by region, with flags.
SELECT r.year, r.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name,
       r.tests, r.expected_tests, r.test_ratio, r.flag
FROM (SELECT year, region, tests, expected_tests, test_ratio,
             funnel_flag(tests, expected_tests, 1, 'ratio') OVER () AS flag
      FROM follow_up.rates_by_region
      WHERE year = {{of_year}} AND sex = 'T' AND region NOT IN ('00', '99')) AS r
JOIN follow_up.region_names AS n ON n.region = r.region
ORDER BY r.region
