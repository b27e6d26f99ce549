-- The share of the tests of a year that were reported by each tenth day, by region and sex, and how many still waited.
-- Region `00` is the nation, sex `T` is both; days go from 0 to 360. `reported` is 1 less the Kaplan-Meier curve, so
-- those who still wait are counted as waiting. `waiting` are those whose wait lasted at least so long, of `tests`.
WITH curves AS (
    SELECT year, region, sex, unnest(kaplan_meier_curve(days, is_reported)) AS step, count(*) AS tests
    FROM (SELECT year, unnest(make_array(region, '00')) AS region, sex, days, is_reported
          FROM (SELECT year, region, unnest(make_array(sex, 'T')) AS sex, days, is_reported
                FROM follow_up.waits) AS by_sex) AS by_region
    GROUP BY year, region, sex
),
steps AS (
    SELECT year, region, sex, step['time'] AS time, step['survival'] AS survival, step['lower_cl'] AS lower_cl,
           step['upper_cl'] AS upper_cl, step['at_risk'] AS at_risk, step['events'] AS events, tests
    FROM curves
    UNION ALL
    SELECT DISTINCT year, region, sex, -1.0, 1.0, CAST(NULL AS DOUBLE), CAST(NULL AS DOUBLE), CAST(NULL AS BIGINT),
           CAST(NULL AS BIGINT), tests
    FROM curves
),
grid AS (
    SELECT unnest(range(0, 361, 10)) AS day
),
placed AS (
    SELECT s.year, s.region, s.sex, g.day, CASE WHEN s.time <= g.day THEN s.time END AS before,
           CASE WHEN s.time >= g.day THEN s.at_risk ELSE 0 END AS at_risk,
           CASE WHEN s.time <= g.day THEN s.events ELSE 0 END AS events, s.survival, s.lower_cl, s.upper_cl,
           s.tests
    FROM steps AS s CROSS JOIN grid AS g
)
SELECT year, region, sex, day,
       named_struct('value', 1 - first_value(survival ORDER BY before DESC NULLS LAST),
                    'lower_cl', 1 - first_value(upper_cl ORDER BY before DESC NULLS LAST),
                    'upper_cl', 1 - first_value(lower_cl ORDER BY before DESC NULLS LAST),
                    'confidence', 0.95, 'method', 'log-log', 'events', CAST(sum(events) AS DOUBLE),
                    'n', CAST(max(tests) AS DOUBLE), 'status', 'ok') AS reported,
       CAST(max(at_risk) AS BIGINT) AS waiting, CAST(max(tests) AS BIGINT) AS tests
FROM placed
GROUP BY year, region, sex, day
