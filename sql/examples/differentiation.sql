-- Hudson's Fst between two cohorts, as the ratio of sums over variants (Bhatia et al. 2013).
SELECT fst_hudson(a['ac'], a['an'], b['ac'], b['an']) AS fst, count(*) AS variants
FROM (SELECT allele_stats(genotypes, cohort_difference(all_samples(), older)) AS a,
             allele_stats(genotypes, older) AS b
      FROM variants
      CROSS JOIN (SELECT cohort(sample_id) AS older FROM samples WHERE birth_year < 1970)
      WHERE chrom = 'chr22');
