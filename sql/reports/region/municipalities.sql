-- Observed over expected tests of all years in the region's municipalities, and in the region.
SELECT m.region, m.municipality, coalesce(n.name, CASE WHEN m.municipality <> '9999' THEN m.municipality
                                                       WHEN {{lang}} = 'en' THEN 'Unknown' ELSE 'Okänd' END) AS name,
       m.tests, m.expected_tests,
       named_struct('value', m.test_ratio['value'], 'lower_cl', m.test_ratio['lower_cl'],
                    'upper_cl', m.test_ratio['upper_cl'], 'se', m.test_ratio['se'],
                    'confidence', m.test_ratio['confidence'], 'method', m.test_ratio['method'],
                    'events', m.test_ratio['events'], 'n', m.test_ratio['n'], 'status', m.test_ratio['status'])
           AS test_ratio, m.flag
FROM follow_up.rates_by_municipality AS m
LEFT JOIN reference.municipalities AS n ON n.municipality_code = m.municipality
WHERE m.region = {{region}}
UNION ALL
SELECT m.region, 'T', {{region_name}}, CAST(sum(m.tests) AS BIGINT), sum(m.expected_tests),
       crude_rate(CAST(sum(m.tests) AS DOUBLE), sum(m.expected_tests), 1), NULL
FROM follow_up.rates_by_municipality AS m
WHERE m.region = {{region}}
GROUP BY m.region
ORDER BY 2
