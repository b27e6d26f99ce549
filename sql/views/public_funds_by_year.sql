-- Public funds of a year by giver and recipient: in all, per inhabitant, per test and per diagnosis.
-- Question 4 (cost-effective). A sum for a period is spread evenly over its years; one without an end is taken to the
-- last year of the registry. Tests and diagnoses are all of the nation's: what a fund paid for is not known. Grants and
-- matched funds add up; an appropriation holds some of the grants, so leave it out of sums. A registry of a part of the
-- nation tells nothing about public funds: sums per inhabitant, test and diagnosis are given only where it counts people
-- in all regions, and at least nine tenths of the people in the latest year of `reference.population`.
WITH known AS (
    SELECT sum(population) AS population
    FROM reference.population
    WHERE year = (SELECT max(year) FROM reference.population)
),
nation AS (
    SELECT c.year, sum(c.population) AS population, sum(c.tests) AS tests, sum(c.diagnoses) AS diagnoses,
           count(DISTINCT CASE WHEN c.population > 0 AND c.region <> '99' THEN c.region END)
               = (SELECT count(*) FROM reference.regions)
               AND sum(c.population) >= 0.9 * max(k.population) AS is_nation
    FROM follow_up.counts AS c CROSS JOIN known AS k
    GROUP BY c.year
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
       CASE WHEN n.is_nation THEN y.amount_sek / nullif(n.population, 0) END AS sek_per_inhabitant,
       CASE WHEN n.is_nation THEN y.amount_sek / nullif(n.tests, 0) END AS sek_per_test,
       CASE WHEN n.is_nation THEN y.amount_sek / nullif(n.diagnoses, 0) END AS sek_per_diagnosis,
       y.source
FROM yearly AS y LEFT JOIN nation AS n ON n.year = y.year
