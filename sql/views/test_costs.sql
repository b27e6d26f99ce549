-- Each test with its cost, and whether it led to a diagnosis.
WITH found AS (
    SELECT DISTINCT test_id
    FROM registry.diagnoses
    WHERE test_id IS NOT NULL
)
SELECT t.test_id, CAST(date_part('year', t.ordered) AS BIGINT) AS year, coalesce(g.region_code, '99') AS region,
       CASE WHEN t.sex IN ('K', 'M') THEN t.sex ELSE 'U' END AS sex, t.test_type,
       coalesce(r.condition, 'unknown') AS condition, CAST(t.cost_sek AS DOUBLE) AS cost_sek,
       CASE WHEN f.test_id IS NULL THEN 0 ELSE 1 END AS has_diagnosis
FROM registry.tests AS t
LEFT JOIN registry.referrals AS r ON r.referral_id = t.referral_id
LEFT JOIN reference.regions AS g ON g.region_code = t.region
LEFT JOIN found AS f ON f.test_id = t.test_id
WHERE t.reported IS NOT NULL
