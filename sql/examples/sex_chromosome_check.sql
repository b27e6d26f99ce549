-- Calls that do not fit the sex karyotype: a het where one copy is expected (`n_het_haploid`, taken
-- as missing), a call on a woman's Y (`n_unexpected`), people left out for want of a karyotype.
SELECT chrom, count(*) AS variants, sum(n_het_haploid) AS het_haploid,
       sum(n_unexpected) AS unexpected, sum(n_unknown_sex) AS unknown_sex
FROM variants
WHERE chrom IN ('chrX', 'chrY', 'chrM')
GROUP BY chrom ORDER BY chrom;
