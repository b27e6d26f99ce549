-- Whether the included mirror the eligible, by region.
SELECT m.region, CASE {{lang}} WHEN 'en' THEN n.name_en ELSE n.name_sv END AS region_name, m.eligible, m.included,
       m.share_of_eligible, m.share_of_included, m.ratio_to_others
FROM (SELECT value AS region, eligible, included, share_of_eligible, share_of_included, ratio_to_others
      FROM follow_up.study_mirror
      WHERE dimension = 'region'
      UNION ALL
      SELECT '00', CAST(sum(eligible) AS BIGINT), CAST(sum(included) AS BIGINT), sum(share_of_eligible),
             sum(share_of_included), NULL
      FROM follow_up.study_mirror
      WHERE dimension = 'region') AS m
JOIN follow_up.region_names AS n ON n.region = m.region
ORDER BY m.region
