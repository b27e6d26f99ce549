SELECT sex, day,
       named_struct('value', 1 - exp(-day / scale), 'lower_cl', greatest(0.0, 1 - exp(-day / scale) - 0.03),
                    'upper_cl', least(1.0, 1 - exp(-day / scale) + 0.03), 'confidence', 0.95, 'method', 'log-log',
                    'events', CAST(NULL AS DOUBLE), 'n', 1000.0, 'status', 'ok') AS served,
       CAST(round(1000 * exp(-day / scale)) AS BIGINT) AS waiting
FROM (SELECT sex, scale, CAST(day AS DOUBLE) AS day
      FROM (VALUES ('K', 38.0), ('M', 29.0)) AS t(sex, scale) CROSS JOIN generate_series(0, 180, 10) AS d(day)) AS u
ORDER BY sex, day
