-- Whether the included mirror the eligible, by age; `T` is all of them.
SELECT value AS age, eligible, included, share_of_eligible, share_of_included, ratio_to_others
FROM follow_up.study_mirror
WHERE dimension = 'age'
UNION ALL
SELECT 'T', CAST(sum(eligible) AS BIGINT), CAST(sum(included) AS BIGINT), sum(share_of_eligible),
       sum(share_of_included), NULL
FROM follow_up.study_mirror
WHERE dimension = 'age'
ORDER BY 1
