-- How unequal the regions were, year by year.
SELECT year, regions, index_of_disparity, theil, tests_to_level_up, systematic_variation, heterogeneity,
       heterogeneity['p_value'] AS p_value
FROM follow_up.inequality_by_year
WHERE year <= {{of_year}}
ORDER BY year
