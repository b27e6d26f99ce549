-- Whether the included mirror the eligible, by sex and age.
SELECT dimension, value, eligible, included, share_of_eligible, share_of_included, inclusion, ratio_to_others
FROM follow_up.study_mirror
WHERE dimension <> 'region'
ORDER BY dimension DESC, value
