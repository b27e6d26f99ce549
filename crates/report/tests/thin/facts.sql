SELECT 12345.0 AS tests, 47.0 AS median
