-- People of a year by region, municipality, sex and age band.
-- From `registry.population`, which counts people by single years of age. The municipality is part of
-- the region; sexes are K and M; bands are those of age_group(age).
SELECT CAST(year AS BIGINT) AS year, region, municipality, sex, age_group(age) AS age_band,
       CAST(sum(population) AS BIGINT) AS population
FROM registry.population
GROUP BY year, region, municipality, sex, age_group(age)
