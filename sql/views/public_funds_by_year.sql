-- Public funds of a year by giver and recipient: in all, per inhabitant, per test and per diagnosis.
-- Question 4 (cost-effective). A sum for a period is spread evenly over its years; one without an end is taken to the
-- last year of the registry. Tests and diagnoses are all of the nation's: what a fund paid for is not known. Grants and
-- matched funds add up; an appropriation holds some of the grants, so leave it out of sums.
WITH nation AS (
    SELECT year, sum(population) AS population, sum(tests) AS tests, sum(diagnoses) AS diagnoses
    FROM follow_up.counts
    GROUP BY year
),
last AS (
    SELECT max(year) AS year FROM nation WHERE tests > 0
),
periods AS (
    SELECT f.fund_id, f.giver, f.recipient, f.kind, f.status, f.year_from,
           coalesce(f.year_to, greatest(f.year_from, last.year)) AS year_to, f.amount_sek, f.amount_is, f.source
    FROM reference.public_funds AS f CROSS JOIN last
),
years AS (
    SELECT fund_id, giver, recipient, kind, status, source, unnest(range(year_from, year_to + 1)) AS year,
           year_to - year_from + 1 AS n_years, amount_sek AS amount, amount_is
    FROM periods
),
yearly AS (
    SELECT fund_id, giver, recipient, kind, status, source, year,
           CAST(amount AS DOUBLE) / CASE WHEN amount_is = 'per year' THEN 1 ELSE n_years END AS amount_sek
    FROM years
)
SELECT y.year, y.fund_id, y.giver, y.recipient, y.kind, y.status, y.amount_sek, n.population, n.tests, n.diagnoses,
       y.amount_sek / nullif(n.population, 0) AS sek_per_inhabitant,
       y.amount_sek / nullif(n.tests, 0) AS sek_per_test, y.amount_sek / nullif(n.diagnoses, 0) AS sek_per_diagnosis,
       y.source
FROM yearly AS y LEFT JOIN nation AS n ON n.year = y.year
