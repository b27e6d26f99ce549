-- Women and men of a year, within and between regions: rates side by side, their ratio, and their waits.
-- Question 2 (gender-equal). The ratio is women's age-standardised rate over men's; what differs between the sexes in
-- need (breast and ovarian cancer) is in it, so read it beside the ratio of tests to referrals.
SELECT k.year, k.region, k.tests AS tests_women, m.tests AS tests_men, k.referrals AS referrals_women,
       m.referrals AS referrals_men, k.population AS women, m.population AS men,
       k.test_rate AS rate_women, m.test_rate AS rate_men, dsr_ratio(k.test_rate, m.test_rate) AS rate_ratio,
       risk_ratio(k.tests, greatest(k.referrals, k.tests), m.tests, greatest(m.referrals, m.tests))
           AS ratio_given_referral,
       wk.median_days AS median_days_women, wm.median_days AS median_days_men,
       wk.within_90_days AS within_90_days_women, wm.within_90_days AS within_90_days_men
FROM follow_up.rates_by_region AS k
JOIN follow_up.rates_by_region AS m ON m.year = k.year AND m.region = k.region AND m.sex = 'M'
LEFT JOIN follow_up.waits_by_region AS wk ON wk.year = k.year AND wk.region = k.region AND wk.sex = 'K'
LEFT JOIN follow_up.waits_by_region AS wm ON wm.year = k.year AND wm.region = k.region AND wm.sex = 'M'
WHERE k.sex = 'K'
