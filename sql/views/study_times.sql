-- How long each step of the study takes, by region and sex: from the step before, for those who reached that one.
-- Region `00` is the nation, sex `T` is both. Who has not reached the step is waiting for it until the last day of the
-- study's data (Kaplan-Meier), so a median that is not reached says that fewer than half ever do.
WITH last AS (
    SELECT greatest(max(eligible), max(invited), max(included), max(sampled), max(sequenced), max(reported),
                    max(treated)) AS day
    FROM follow_up.study_people
),
steps AS (
    SELECT region, sex, 2 AS step, 'invited' AS name, eligible AS since, invited AS until FROM follow_up.study_people
    UNION ALL SELECT region, sex, 3, 'included', invited, included FROM follow_up.study_people
    UNION ALL SELECT region, sex, 4, 'sampled', included, sampled FROM follow_up.study_people
    UNION ALL SELECT region, sex, 5, 'sequenced', sampled, sequenced FROM follow_up.study_people
    UNION ALL SELECT region, sex, 6, 'reported', sequenced, reported FROM follow_up.study_people
    UNION ALL SELECT region, sex, 7, 'treated', reported, treated FROM follow_up.study_people
),
waits AS (
    SELECT region, sex, step, name, until IS NOT NULL AS is_reached,
           greatest(CAST(coalesce(until, last.day) AS INT) - CAST(since AS INT), 0) AS days
    FROM steps CROSS JOIN last
    WHERE since IS NOT NULL
)
SELECT region, sex, step, name, CAST(count(*) AS BIGINT) AS n,
       CAST(sum(CASE WHEN is_reached THEN 1 ELSE 0 END) AS BIGINT) AS reached,
       avg(CASE WHEN is_reached THEN days END) AS mean_days_of_reached,
       kaplan_meier_quantile(days, is_reached, 0.25) AS quarter_days,
       kaplan_meier_quantile(days, is_reached, 0.5) AS median_days
FROM (SELECT unnest(make_array(region, '00')) AS region, sex, step, name, is_reached, days
      FROM (SELECT region, unnest(make_array(sex, 'T')) AS sex, step, name, is_reached, days
            FROM waits) AS by_sex) AS by_region
GROUP BY region, sex, step, name
