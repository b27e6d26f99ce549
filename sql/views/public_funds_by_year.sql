-- Public funds of a year by giver and recipient: in all, per inhabitant, per test and per diagnosis.
-- Question 4 (cost-effective). Decided grants and matched funds of `reference.public_funds`; what was granted for
-- several years is spread evenly over them. Appropriations are left out: some of the grants are paid from them.
-- Tests and diagnoses are all of the nation: what a fund paid for is not known.
WITH nation AS (
    SELECT year, sum(population) AS population, sum(tests) AS tests, sum(diagnoses) AS diagnoses
    FROM follow_up.counts
    GROUP BY year
),
spread AS (
    SELECT fund_id, giver, recipient, kind,
           unnest(range(year_from, coalesce(year_to, year_from) + 1)) AS year,
           CASE amount_is WHEN 'per year' THEN CAST(amount_sek AS DOUBLE)
                ELSE CAST(amount_sek AS DOUBLE) / (coalesce(year_to, year_from) - year_from + 1) END AS sek
    FROM reference.public_funds
    WHERE status = 'decided' AND kind <> 'appropriation'
)
SELECT f.year, f.giver, f.recipient, f.kind, f.fund_id, f.sek AS amount_sek, n.population, n.tests, n.diagnoses,
       f.sek / nullif(n.population, 0) AS sek_per_inhabitant, f.sek / nullif(n.tests, 0) AS sek_per_test,
       f.sek / nullif(n.diagnoses, 0) AS sek_per_diagnosis
FROM spread AS f LEFT JOIN nation AS n ON n.year = f.year
