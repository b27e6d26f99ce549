-- Women and men of the region, year by year.
SELECT r.year, r.region, r.sex, r.tests, r.test_rate, w.median_days
FROM follow_up.rates_by_region AS r
JOIN follow_up.waits_by_region AS w ON w.year = r.year AND w.region = r.region AND w.sex = r.sex
WHERE r.region = {{region}} AND r.year <= {{of_year}}
ORDER BY r.year, r.sex
