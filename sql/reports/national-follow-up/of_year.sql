SELECT coalesce(CAST(nullif({{year}}, 'latest') AS BIGINT),
                (SELECT max(year) FROM follow_up.counts WHERE tests > 0 AND population > 0)) AS year
