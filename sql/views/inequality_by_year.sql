-- How unequal the regions are in a year: in tests, absolute and relative, and whether it is more than chance.
-- Question 1 (equal), over time. Of age-standardised rates per 100 000, the 21 regions weighted by their people;
-- `systematic_variation` is the variance of ratios that is left when chance is taken away, `heterogeneity` the
-- chi-square test of equal ratios with its p-value. A region with too few tests for a rate leaves the year without.
SELECT year,
       mean_difference_from_mean_weighted(test_rate['value'], population) AS mean_difference,
       index_of_disparity_weighted(test_rate['value'], population) AS index_of_disparity,
       theil_index(test_rate['value'], population, se => test_rate['se']) AS theil,
       between_group_variance(test_rate['value'], population, se => test_rate['se']) AS between_region_variance,
       tests_to_level_up(test_rate['value'], population, true, 100000) AS tests_to_level_up,
       systematic_component_of_variation(tests, expected_tests) AS systematic_variation,
       chi_square_heterogeneity(tests, expected_tests) AS heterogeneity,
       CAST(count(*) AS BIGINT) AS regions
FROM follow_up.rates_by_region
WHERE region NOT IN ('00', '99') AND sex = 'T'
GROUP BY year
