-- Waiting times of tests: days from the order to the report, or to the last day that the person was seen waiting.
-- A test that was not reported by the last day of the registry is waiting, not lost; so is one of a person who died
-- before the report, up to that day. A report before its order is a fault of the register and counts as 0 days. A test
-- of somebody who is no longer in `registry.people` counts, without what only that table knows.
WITH last AS (
    SELECT max(day) AS day
    FROM (SELECT max(ordered) AS day FROM registry.tests
          UNION ALL SELECT max(sampled) FROM registry.tests
          UNION ALL SELECT max(reported) FROM registry.tests) AS days
)
SELECT t.test_id, CAST(date_part('year', t.ordered) AS BIGINT) AS year, coalesce(g.region_code, '99') AS region,
       CASE WHEN t.sex IN ('K', 'M') THEN t.sex ELSE 'U' END AS sex, t.age, t.test_type, p.income_band, p.education,
       p.municipality, t.reported IS NOT NULL AS is_reported,
       greatest(CAST(coalesce(t.reported, least(coalesce(p.died, last.day), last.day)) AS INT)
                    - CAST(t.ordered AS INT), 0) AS days
FROM registry.tests AS t
LEFT JOIN registry.people AS p ON p.person_id = t.person_id
LEFT JOIN reference.regions AS g ON g.region_code = t.region
CROSS JOIN last
