-- Grants and matched funds of each year that are decided, by giver and recipient.
SELECT year, giver, recipient, kind, coalesce(max(tests), 0) AS tests, sum(amount_sek) AS amount_sek,
       sum(sek_per_inhabitant) AS sek_per_inhabitant, sum(sek_per_test) AS sek_per_test
FROM follow_up.public_funds_by_year
WHERE status = 'decided' AND year <= {{of_year}}
GROUP BY year, giver, recipient, kind
ORDER BY year, giver, recipient, kind
