SELECT year, sex, tests,
       named_struct('value', share, 'lower_cl', share - 0.02, 'upper_cl', share + 0.02, 'confidence', 0.95,
                    'method', 'wilson', 'events', round(tests * share), 'n', CAST(tests AS DOUBLE), 'status', 'ok') AS share
FROM (VALUES (2020, 'K', 800, 0.62), (2020, 'M', 760, 0.66), (2021, 'K', 1010, 0.66), (2021, 'M', 905, 0.70),
             (2022, 'K', 1400, 0.71), (2022, 'M', 3, 0.72), (2023, 'K', 1710, 0.70), (2023, 'M', 1590, 0.75),
             (2024, 'K', 2105, 0.74), (2024, 'M', 2007, 0.76)) AS t(year, sex, tests, share)
