-- Carriers of actionable variants who were found in a region, against those whom allele frequencies lead one to expect.
-- Genomes. `registry.actionable_variants` lists the variants (chrom, pos, ref, alt); their frequencies are those of the
-- lake's samples, so these must stand for the population and not for patients. Expected carriers are people times the
-- chance to carry at least one of them, taken as independent, with two copies each. Found are people with an actionable
-- diagnosis. `missed` is the difference: an estimate of who is not found, and no list of them.
WITH carrying AS (
    SELECT 1 - exp(sum(2 * ln(1 - v.af))) AS chance, count(*) AS variants, min(v.an) AS least_an
    FROM variants AS v
    JOIN registry.actionable_variants AS a ON a.chrom = v.chrom AND a.pos = v.pos AND a.ref = v.ref AND a.alt = v.alt
    WHERE v.af < 1
),
people AS (
    SELECT region, sum(population) AS population
    FROM follow_up.population
    WHERE year = (SELECT max(year) FROM follow_up.population)
    GROUP BY region
),
found AS (
    SELECT p.region, count(DISTINCT d.person_id) AS found
    FROM registry.diagnoses AS d JOIN registry.people AS p ON p.person_id = d.person_id
    WHERE d.is_actionable AND p.died IS NULL
    GROUP BY p.region
)
SELECT p.region, CAST(p.population AS BIGINT) AS population, c.chance, c.variants, c.least_an,
       p.population * c.chance AS expected, CAST(coalesce(f.found, 0) AS BIGINT) AS found,
       p.population * c.chance - coalesce(f.found, 0) AS missed,
       crude_rate(CAST(coalesce(f.found, 0) AS DOUBLE), p.population * c.chance, 1) AS found_to_expected
FROM people AS p CROSS JOIN carrying AS c LEFT JOIN found AS f ON f.region = p.region
