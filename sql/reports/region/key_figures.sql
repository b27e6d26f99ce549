-- The region and the nation in a year and the year before, in single numbers.
SELECT r.year, r.region, r.tests, r.test_rate, r.test_ratio, w.median_days, w.within_90_days, c.tests AS reported,
       c.diagnoses AS diagnosed, c.cost_per_diagnosis
FROM follow_up.rates_by_region AS r
JOIN follow_up.waits_by_region AS w ON w.year = r.year AND w.region = r.region AND w.sex = r.sex
JOIN follow_up.cost_by_region AS c ON c.year = r.year AND c.region = r.region
WHERE r.year IN ({{of_year}}, {{year_before}}) AND r.region IN ('00', {{region}}) AND r.sex = 'T'
ORDER BY r.year, r.region
