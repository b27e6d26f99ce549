-- Waiting times for tests of a year by region and sex: median, share within 90 days, mean of the first 180 days.
-- Question 1 (equal) and 2 (gender-equal). Region `00` is the nation, sex `T` is both. Those who still wait are
-- counted as waiting (Kaplan-Meier).
SELECT year, region, sex, CAST(count(*) AS BIGINT) AS tests,
       kaplan_meier_quantile(days, is_reported, 0.5) AS median_days,
       share_within(days, is_reported, 90) AS within_90_days,
       restricted_mean_survival_time(days, is_reported, 180) AS mean_days_of_180
FROM (SELECT year, unnest(make_array(region, '00')) AS region, sex, days, is_reported
      FROM (SELECT year, region, unnest(make_array(sex, 'T')) AS sex, days, is_reported
            FROM follow_up.waits) AS by_sex) AS by_region
GROUP BY year, region, sex
