-- Whether the included mirror the eligible: the share of each group among both, by sex, age group and region.
-- `ratio` is the share among the included over that among the eligible: 1 where inclusion mirrors who could be
-- included, below 1 where the group is missed. Its interval is that of the group's chance of inclusion against all
-- others'.
WITH people AS (
    SELECT 'sex' AS dimension, sex AS value, included FROM follow_up.study_people
    UNION ALL SELECT 'age', age_group, included FROM follow_up.study_people
    UNION ALL SELECT 'region', region, included FROM follow_up.study_people
),
counted AS (
    SELECT dimension, value, count(*) AS eligible, count(included) AS included
    FROM people
    GROUP BY dimension, value
),
totals AS (
    SELECT dimension, sum(eligible) AS all_eligible, sum(included) AS all_included
    FROM counted
    GROUP BY dimension
)
SELECT c.dimension, c.value, c.eligible, c.included,
       CAST(c.eligible AS DOUBLE) / t.all_eligible AS share_of_eligible,
       CAST(c.included AS DOUBLE) / t.all_included AS share_of_included,
       proportion(CAST(c.included AS DOUBLE), CAST(c.eligible AS DOUBLE)) AS inclusion,
       risk_ratio(CAST(c.included AS DOUBLE), CAST(c.eligible AS DOUBLE), CAST(t.all_included - c.included AS DOUBLE),
                  CAST(t.all_eligible - c.eligible AS DOUBLE)) AS ratio_to_others
FROM counted AS c JOIN totals AS t ON t.dimension = c.dimension
