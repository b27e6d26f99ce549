-- The sites where most people are missing, with every call and then with calls of good quality only.
SELECT chrom, pos, ref, alt, n_called, n_missing, call_rate
FROM variants ORDER BY call_rate, chrom, pos, ref, alt LIMIT 5;

SET kohort.genotype_filter = 'adj';

SELECT chrom, pos, ref, alt, n_called, n_missing, call_rate
FROM variants ORDER BY call_rate, chrom, pos, ref, alt LIMIT 5;
