-- How many people of a region and sex reached each step of the study, and how many the step before.
-- Region `00` is the nation, sex `T` is both; step 1 is eligible, 7 is treated. Who did not reach a step may still be
-- on the way there.
WITH people AS (
    SELECT unnest(make_array(region, '00')) AS region, sex, eligible, invited, included, sampled, sequenced, reported,
           treated
    FROM (SELECT region, unnest(make_array(sex, 'T')) AS sex, eligible, invited, included, sampled, sequenced,
                 reported, treated
          FROM follow_up.study_people) AS by_sex
),
counted AS (
    SELECT region, sex, count(eligible) AS n1, count(invited) AS n2, count(included) AS n3, count(sampled) AS n4,
           count(sequenced) AS n5, count(reported) AS n6, count(treated) AS n7
    FROM people
    GROUP BY region, sex
)
SELECT region, sex, step, step - 1 AS step_before, name, n, n_before,
       proportion(CAST(n AS DOUBLE), CAST(n_before AS DOUBLE)) AS reached
FROM (SELECT region, sex, 1 AS step, 'eligible' AS name, n1 AS n, n1 AS n_before FROM counted
      UNION ALL SELECT region, sex, 2, 'invited', n2, n1 FROM counted
      UNION ALL SELECT region, sex, 3, 'included', n3, n2 FROM counted
      UNION ALL SELECT region, sex, 4, 'sampled', n4, n3 FROM counted
      UNION ALL SELECT region, sex, 5, 'sequenced', n5, n4 FROM counted
      UNION ALL SELECT region, sex, 6, 'reported', n6, n5 FROM counted
      UNION ALL SELECT region, sex, 7, 'treated', n7, n6 FROM counted) AS steps
