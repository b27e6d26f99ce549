SELECT {{of_year}} - 1 AS year
