-- Carriers per region at one site: people, not alleles. A region without a carrier still says how
-- many were called.
SELECT region, n_het + n_hom_alt + n_hemi_alt AS carriers, n_called, ac, an
FROM allele_frequency_by('region', 'chr19:45411941')
ORDER BY region;
