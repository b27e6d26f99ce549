-- Women and men of a year, within and between regions: rates side by side, their ratio, and their waits.
-- Question 2 (gender-equal). The ratio is women's age-standardised rate over men's; what differs between the sexes in
-- need (breast and ovarian cancer) is in it, so read it beside `ratio_given_referral`: the share of women's referrals
-- of the year that have a test over that of men's.
WITH k AS (
    SELECT * FROM follow_up.rates_by_region WHERE sex = 'K'
),
m AS (
    SELECT * FROM follow_up.rates_by_region WHERE sex = 'M'
),
both AS (
    SELECT coalesce(k.year, m.year) AS year, coalesce(k.region, m.region) AS region,
           coalesce(k.tests, 0) AS tests_women, coalesce(m.tests, 0) AS tests_men,
           coalesce(k.referrals, 0) AS referrals_women, coalesce(m.referrals, 0) AS referrals_men,
           coalesce(k.referrals_tested, 0) AS tested_women, coalesce(m.referrals_tested, 0) AS tested_men,
           coalesce(k.population, 0) AS women, coalesce(m.population, 0) AS men, k.test_rate AS rate_women,
           m.test_rate AS rate_men
    FROM k FULL JOIN m ON m.year = k.year AND m.region = k.region
)
SELECT b.*, dsr_ratio(b.rate_women, b.rate_men) AS rate_ratio,
       risk_ratio(b.tested_women, b.referrals_women, b.tested_men, b.referrals_men) AS ratio_given_referral,
       wk.median_days AS median_days_women, wm.median_days AS median_days_men,
       wk.within_90_days AS within_90_days_women, wm.within_90_days AS within_90_days_men
FROM both AS b
LEFT JOIN follow_up.waits_by_region AS wk ON wk.year = b.year AND wk.region = b.region AND wk.sex = 'K'
LEFT JOIN follow_up.waits_by_region AS wm ON wm.year = b.year AND wm.region = b.region AND wm.sex = 'M'
