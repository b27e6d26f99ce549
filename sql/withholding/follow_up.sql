-- Referrals, tests, what became of them and diagnoses of a year, by region and sex.
SELECT region, sex, year, CAST(sum(tests) AS BIGINT) AS tests, CAST(sum(within_90_days) AS BIGINT) AS within_90_days,
       CAST(sum(reported) AS BIGINT) AS reported, CAST(sum(diagnosed) AS BIGINT) AS diagnosed,
       CAST(sum(diagnoses) AS BIGINT) AS diagnoses, CAST(sum(referrals) AS BIGINT) AS referrals,
       CAST(sum(referrals_tested) AS BIGINT) AS referrals_tested
FROM (SELECT region, sex, year, tests, 0 AS within_90_days, 0 AS reported, 0 AS diagnosed, diagnoses, referrals,
             referrals_tested
      FROM follow_up.counts
      UNION ALL
      SELECT region, sex, year, 0, CASE WHEN is_reported AND days <= 90 THEN 1 ELSE 0 END, 0, 0, 0, 0, 0
      FROM follow_up.waits
      UNION ALL
      SELECT region, sex, year, 0, 0, 1, has_diagnosis, 0, 0, 0
      FROM follow_up.test_costs) AS parts
GROUP BY region, sex, year
ORDER BY region, sex, year
