-- People of a year by region, municipality, sex and age group.
-- From `registry.population`, which counts people by single years of age on one day of each year. Sexes are K and M;
-- groups are those of age_group(age).
SELECT CAST(year AS BIGINT) AS year, region, municipality, sex, age_group(age) AS age_group,
       CAST(sum(population) AS BIGINT) AS population
FROM registry.population
GROUP BY year, region, municipality, sex, age_group(age)
