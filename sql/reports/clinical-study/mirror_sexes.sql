-- Whether the included mirror the eligible, by sex; `T` is all of them.
SELECT value AS sex, eligible, included, share_of_eligible, share_of_included, ratio_to_others
FROM follow_up.study_mirror
WHERE dimension = 'sex'
UNION ALL
SELECT 'T', CAST(sum(eligible) AS BIGINT), CAST(sum(included) AS BIGINT), sum(share_of_eligible),
       sum(share_of_included), NULL
FROM follow_up.study_mirror
WHERE dimension = 'sex'
ORDER BY 1
