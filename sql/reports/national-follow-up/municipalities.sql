-- Observed over expected tests of all years by municipality, with flags, and the sums of the regions.
SELECT m.region, m.municipality, coalesce(n.name, CASE WHEN m.municipality <> '9999' THEN m.municipality
                                                       WHEN {{lang}} = 'en' THEN 'Unknown' ELSE 'Okänd' END) AS name,
       m.tests, m.person_years, m.expected_tests, m.test_ratio, m.flag
FROM follow_up.rates_by_municipality AS m
LEFT JOIN reference.municipalities AS n ON n.municipality_code = m.municipality
UNION ALL
SELECT m.region, 'T', CASE {{lang}} WHEN 'en' THEN 'The whole region' ELSE 'Hela regionen' END,
       CAST(sum(m.tests) AS BIGINT), CAST(sum(m.person_years) AS BIGINT), sum(m.expected_tests), NULL, NULL
FROM follow_up.rates_by_municipality AS m
GROUP BY m.region
ORDER BY 1, 2
