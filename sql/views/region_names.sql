-- The names of regions, and `00` for the nation.
SELECT region_code AS region, name AS name_sv, name_en
FROM reference.regions
UNION ALL
SELECT '00', 'Riket', 'Sweden'
