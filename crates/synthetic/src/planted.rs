//! Inequalities that are put in on purpose, each with its size.

use std::fmt::Write as _;

use crate::Error;
use crate::geography::{Geography, Sex};

/// An inequality that can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Switch {
    /// Some regions refer more or fewer of those who need it.
    RegionTestRate,
    /// In some regions women are referred less than men who need it as much.
    SexGap,
    /// The more income, the more referrals for the same need.
    IncomeGradient,
    /// The less income, the more need. This is no inequality of care, and makes one hard to see.
    NeedByIncome,
    /// In some regions the test takes longer.
    LongWaits,
    /// In one region the test costs more.
    CostOutlier,
    /// At one step of the study, one region loses men.
    StudyLoss,
}

/// What an effect multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Acts {
    /// Referrals of the same need.
    Referral,
    /// The share of people who have a condition.
    Need,
    /// Days from order to report.
    Wait,
    /// Cost.
    Cost,
    /// The share of those included in the study who are sampled.
    Sampled,
}

impl Acts {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Referral => "referrals given need",
            Self::Need => "need",
            Self::Wait => "days from order to report",
            Self::Cost => "cost_sek",
            Self::Sampled => "share of the included who are sampled",
        }
    }
}

/// A factor on something, for people of some region, sex or income.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    switch: Switch,
    acts: Acts,
    region: Option<&'static str>,
    sex: Option<Sex>,
    income_band: Option<u8>,
    factor: f64,
}

impl Effect {
    const fn new(switch: Switch, acts: Acts, factor: f64) -> Self {
        Self {
            switch,
            acts,
            region: None,
            sex: None,
            income_band: None,
            factor,
        }
    }

    const fn region(mut self, code: &'static str) -> Self {
        self.region = Some(code);
        self
    }

    const fn sex(mut self, sex: Sex) -> Self {
        self.sex = Some(sex);
        self
    }

    const fn income(mut self, band: u8) -> Self {
        self.income_band = Some(band);
        self
    }

    fn touches(&self, region: &str, sex: Sex, income: u8) -> bool {
        self.region.is_none_or(|code| code == region)
            && self.sex.is_none_or(|of| of == sex)
            && self.income_band.is_none_or(|band| band == income)
    }

    /// As one object of JSON.
    fn json(&self) -> String {
        let quoted = |text: Option<&str>| match text {
            Some(text) => format!("\"{text}\""),
            None => "null".to_owned(),
        };
        let band = self.income_band;
        let band = band.map_or("null".to_owned(), |band| band.to_string());
        format!(
            "{{\"name\":\"{}\",\"acts_on\":\"{}\",\"region\":{},\"sex\":{},\"income_band\":{band},\
             \"factor\":{}}}",
            self.switch.as_str(),
            self.acts.as_str(),
            quoted(self.region),
            quoted(self.sex.map(Sex::as_str)),
            self.factor
        )
    }
}

impl Switch {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RegionTestRate,
        Self::SexGap,
        Self::IncomeGradient,
        Self::NeedByIncome,
        Self::LongWaits,
        Self::CostOutlier,
        Self::StudyLoss,
    ];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegionTestRate => "region_test_rate",
            Self::SexGap => "sex_gap",
            Self::IncomeGradient => "income_gradient",
            Self::NeedByIncome => "need_by_income",
            Self::LongWaits => "long_waits",
            Self::CostOutlier => "cost_outlier",
            Self::StudyLoss => "study_loss",
        }
    }

    /// What it does.
    fn effects(self) -> Vec<Effect> {
        let effect = |acts, factor| Effect::new(self, acts, factor);
        let by_income = |acts, factors: [f64; 5]| {
            let bands = (1..=5).zip(factors);
            bands
                .map(|(band, factor)| effect(acts, factor).income(band))
                .collect()
        };
        match self {
            Self::RegionTestRate => vec![
                effect(Acts::Referral, 0.60).region("23"),
                effect(Acts::Referral, 0.75).region("25"),
                effect(Acts::Referral, 1.40).region("03"),
            ],
            Self::SexGap => vec![
                effect(Acts::Referral, 0.70).region("10").sex(Sex::Woman),
                effect(Acts::Referral, 0.70).region("21").sex(Sex::Woman),
            ],
            Self::IncomeGradient => by_income(Acts::Referral, [0.75, 0.90, 1.00, 1.10, 1.25]),
            Self::NeedByIncome => by_income(Acts::Need, [1.40, 1.15, 1.00, 0.85, 0.60]),
            Self::LongWaits => vec![
                effect(Acts::Wait, 1.80).region("18"),
                effect(Acts::Wait, 1.80).region("22"),
            ],
            Self::CostOutlier => vec![effect(Acts::Cost, 1.50).region("07")],
            Self::StudyLoss => vec![effect(Acts::Sampled, 0.60).region("12").sex(Sex::Man)],
        }
    }
}

/// Which inequalities are planted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planted(Vec<Switch>);

impl Planted {
    /// None: every difference is chance, or age and sex.
    pub fn none() -> Self {
        Self::default()
    }

    /// All of them.
    pub fn all() -> Self {
        Self(Switch::ALL.to_vec())
    }

    /// These.
    pub fn of(switches: &[Switch]) -> Self {
        let mut switches = switches.to_vec();
        switches.sort_unstable();
        switches.dedup();
        Self(switches)
    }

    /// Reads `all`, `none`, or names with commas between them.
    ///
    /// # Errors
    /// A name that is none of [`Switch::ALL`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text {
            "all" => return Ok(Self::all()),
            "none" => return Ok(Self::none()),
            _ => {}
        }
        let found = text.split(',').map(|name| {
            let name = name.trim();
            let mut all = Switch::ALL.into_iter();
            all.find(|switch| switch.as_str() == name)
                .ok_or_else(|| Error::UnknownSwitch {
                    names: Switch::ALL.map(|s| format!("`{}`", s.as_str())).join(", "),
                    found: name.to_owned(),
                })
        });
        Ok(Self::of(&found.collect::<Result<Vec<_>, _>>()?))
    }

    /// Whether one of them is planted.
    pub fn has(&self, switch: Switch) -> bool {
        self.0.contains(&switch)
    }

    /// What is planted, group by group.
    pub fn effects(&self) -> Vec<Effect> {
        self.0.iter().flat_map(|switch| switch.effects()).collect()
    }

    /// What is planted, as one object of JSON a line. Nothing is written for a group that an effect
    /// leaves as it is.
    pub(crate) fn ndjson(&self) -> String {
        let mut text = String::new();
        for effect in self.effects() {
            let _ = writeln!(text, "{}", effect.json());
        }
        text
    }
}

/// What every group of people has for factors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Factors {
    pub(crate) referral: f64,
    pub(crate) need: f64,
    pub(crate) wait: f64,
    pub(crate) cost: f64,
    pub(crate) sampled: f64,
}

/// The factors of all groups, by region, sex and income.
#[derive(Clone, Debug)]
pub(crate) struct FactorTable(Vec<Factors>);

impl FactorTable {
    pub(crate) fn new(planted: &Planted, geography: &Geography) -> Self {
        let effects = planted.effects();
        let mut table = Vec::new();
        for region in geography.regions() {
            for sex in Sex::ALL {
                for income in 1..=5 {
                    let product = |acts| {
                        let touching = effects.iter().filter(|effect| {
                            effect.acts == acts && effect.touches(region.code, sex, income)
                        });
                        touching.map(|effect| effect.factor).product()
                    };
                    table.push(Factors {
                        referral: product(Acts::Referral),
                        need: product(Acts::Need),
                        wait: product(Acts::Wait),
                        cost: product(Acts::Cost),
                        sampled: product(Acts::Sampled),
                    });
                }
            }
        }
        Self(table)
    }

    pub(crate) fn of(&self, region: usize, sex: Sex, income: u8) -> Factors {
        let group = (region * 2 + sex as usize) * 5 + usize::from(income - 1);
        self.0[group]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_order() {
        assert_eq!(Planted::parse("all").unwrap(), Planted::all());
        assert_eq!(Planted::parse("none").unwrap(), Planted::none());
        let two = Planted::parse("sex_gap, region_test_rate").unwrap();
        assert_eq!(two, Planted::of(&[Switch::RegionTestRate, Switch::SexGap]));
        let error = Planted::parse("sexgap").unwrap_err().to_string();
        assert!(
            error.contains("`sex_gap`") && error.contains("got `sexgap`"),
            "{error}"
        );
        assert!(Planted::parse("").is_err());
    }

    #[test]
    fn factors_multiply_where_groups_meet() {
        let geography = Geography::new(1, 1000).unwrap();
        let table = FactorTable::new(&Planted::all(), &geography);
        let number = |code| {
            geography
                .regions()
                .iter()
                .position(|r| r.code == code)
                .unwrap()
        };
        let woman = table.of(number("10"), Sex::Woman, 1);
        assert!((woman.referral - 0.70 * 0.75).abs() < 1e-12);
        assert!((table.of(number("10"), Sex::Man, 1).referral - 0.75).abs() < 1e-12);
        assert_eq!(table.of(number("07"), Sex::Man, 3).cost, 1.5);
        let none = FactorTable::new(&Planted::none(), &geography);
        let all_one = |f: &Factors| [f.referral, f.need, f.wait, f.cost, f.sampled] == [1.0; 5];
        assert!(none.0.iter().all(all_one));
    }

    #[test]
    fn each_effect_is_a_line_of_json() {
        let text = Planted::of(&[Switch::SexGap]).ndjson();
        assert_eq!(
            text.lines().next().unwrap(),
            "{\"name\":\"sex_gap\",\"acts_on\":\"referrals given need\",\"region\":\"10\",\
             \"sex\":\"K\",\"income_band\":null,\"factor\":0.7}"
        );
        assert_eq!(Planted::none().ndjson(), "");
    }
}
