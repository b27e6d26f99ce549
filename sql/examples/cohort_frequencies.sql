-- How common is each common variant of a region in a cohort, and does it look like a real one?
-- `hwe_p` is the exact mid-p; `f` is NULL where nobody differs; `faf95` is the frequency that an
-- observed count this high still allows at 95 % (a filtering allele frequency).
CREATE OR REPLACE COHORT women AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX';

SELECT chrom, pos, ref, alt, s['ac'] AS ac, s['an'] AS an, s['af'] AS af,
       hwe_exact(s) AS hwe_p, inbreeding_coefficient(s) AS f, faf95(s['ac'], s['an']) AS faf95
FROM (SELECT *, allele_stats(genotypes, cohort('women')) AS s FROM variants
      WHERE in_region(chrom, pos, 'chr22:16050000-16100000') AND af > 0.05)
ORDER BY chrom, pos, ref, alt;
