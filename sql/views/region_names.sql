-- The names of regions, `00` for the nation, and `99` for a region that is not known.
SELECT region_code AS region, name AS name_sv, name_en
FROM reference.regions
UNION ALL
SELECT '00', 'Riket', 'Sweden'
UNION ALL
SELECT '99', 'Okänd region', 'Unknown region'
