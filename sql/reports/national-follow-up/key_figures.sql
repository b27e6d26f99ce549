-- The nation in a year and the year before, in single numbers.
SELECT r.year, r.tests, r.test_rate, w.median_days, w.within_90_days, c.tests AS reported, c.diagnoses AS diagnosed,
       c.cost_per_diagnosis, f.regions_outside, CASE WHEN r.year = {{of_year}} THEN n.inequity_by_income END
           AS inequity_by_income
FROM follow_up.rates_by_region AS r
JOIN follow_up.waits_by_region AS w ON w.year = r.year AND w.region = r.region AND w.sex = r.sex
JOIN follow_up.cost_by_region AS c ON c.year = r.year AND c.region = r.region
JOIN follow_up.need_by_region AS n ON n.region = r.region
JOIN (SELECT year, CAST(sum(CASE WHEN flag LIKE '%0.001%' THEN 1 ELSE 0 END) AS BIGINT) AS regions_outside
      FROM (SELECT year, funnel_flag(tests, expected_tests, 1, 'ratio') OVER (PARTITION BY year) AS flag
            FROM follow_up.rates_by_region
            WHERE sex = 'T' AND region NOT IN ('00', '99')) AS flags
      GROUP BY year) AS f ON f.year = r.year
WHERE r.year IN ({{of_year}}, {{year_before}}) AND r.region = '00' AND r.sex = 'T'
ORDER BY r.year
