-- Public funds of a year by giver and recipient: in all, per inhabitant, per test and per diagnosis.
-- Question 4 (cost-effective). Funds that were granted for several years are spread evenly over them by
-- `reference.public_funds`. Tests and diagnoses are all of the nation: what a fund paid for is not known.
WITH nation AS (
    SELECT year, sum(population) AS population, sum(tests) AS tests, sum(diagnoses) AS diagnoses
    FROM follow_up.counts
    GROUP BY year
)
SELECT f.year, f.giver, f.recipient, f.purpose, f.amount_sek, n.population, n.tests, n.diagnoses,
       f.amount_sek / nullif(n.population, 0) AS sek_per_inhabitant, f.amount_sek / nullif(n.tests, 0) AS sek_per_test,
       f.amount_sek / nullif(n.diagnoses, 0) AS sek_per_diagnosis
FROM reference.public_funds AS f LEFT JOIN nation AS n ON n.year = f.year
