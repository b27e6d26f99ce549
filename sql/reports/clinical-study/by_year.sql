-- The share of those who became eligible in a year who were included, by sex; `T` is all years.
SELECT year, sex, count(*) AS eligible, count(included) AS included,
       proportion(CAST(count(included) AS DOUBLE), CAST(count(*) AS DOUBLE)) AS inclusion
FROM (SELECT unnest(make_array(CAST(date_part('year', eligible) AS VARCHAR), 'T')) AS year, sex, included
      FROM (SELECT eligible, unnest(make_array(sex, 'T')) AS sex, included
            FROM follow_up.study_people) AS by_sex) AS by_year
GROUP BY year, sex
ORDER BY year, sex
