//! The group that the others might be raised to, and how sure the fraction is that follows.

use crate::unordered::{Better, Group, Known, Setting, at_end, highest};
use crate::{Error, Estimate, Status};

/// The fewest groups that an impact is measured over: the best-off, and others.
const FEWEST_GROUPS: f64 = 2.0;

/// Which group is the best-off one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BestOff {
    /// The one with the best estimate, as [`Better`] says. Among equal ones that with the most
    /// people.
    #[default]
    ByValue,
    /// The most advantaged one, the last by [`Group::order`].
    ByOrder,
}

/// All groups, and the best-off of them.
pub(crate) struct Levels<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) best: Known,
}

impl BestOff {
    /// Computes a measure from the groups and the best-off of them; or says why there is none.
    ///
    /// # Errors
    /// Negative populations.
    pub(crate) fn measure(
        self,
        groups: &[Group],
        better: Better,
        method: &'static str,
        measure: impl FnOnce(&Levels<'_>) -> Result<Estimate, Error>,
    ) -> Result<Estimate, Error> {
        let without_se = |group: &Group| Group { se: None, ..*group };
        let groups: Vec<Group> = groups.iter().map(without_se).collect();
        let mut error = None;
        let estimate = Setting::measure(&groups, FEWEST_GROUPS, method, |setting| {
            let best = match self {
                Self::ByValue => highest(&setting.groups, better).ok_or(Status::Undefined),
                Self::ByOrder => at_end(&setting.groups, Better::High),
            };
            let measured = match best {
                Ok(best) => measure(&Levels { setting, best }),
                Err(status) => Ok(Estimate::missing(status, method)),
            };
            measured.unwrap_or_else(|cause| {
                error = Some(cause);
                Estimate::missing(Status::Undefined, method)
            })
        })?;
        error.map_or(Ok(estimate), Err)
    }
}

impl Levels<'_> {
    /// What everyone would gain if all had what the best-off have; 0 where that would be a loss,
    /// which only [`BestOff::ByOrder`] can give.
    pub(crate) fn gain(&self, better: Better) -> f64 {
        let gain = self.best.value - self.setting.mean;
        match better.rank(gain) > 0.0 {
            true => gain,
            false => 0.0,
        }
    }

    /// The standard error of `(y_best - μ) / μ` in a cross-section, after Walter.
    ///
    /// With `c` cases and `d` others in the best-off group, and `a` and `b` of them elsewhere, of
    /// `N` people: `√(c N (a d (N - c) + b c²) / ((a + c)³ (c + d)³))`. `None` where that has no
    /// value: when nobody is a case, or nobody is in the best-off group.
    ///
    /// # Errors
    /// A scale that is not above 0; estimates outside 0 to the scale.
    pub(crate) fn walter_se(&self, scale: f64) -> Result<Option<f64>, Error> {
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(Error::argument("scale", "a number above 0", scale));
        }
        // A percentage that was computed may exceed 100 by the last digit.
        let most = scale * (1.0 + 1e-9);
        let outside = |group: &&Known| !(0.0..=most).contains(&group.value);
        if let Some(group) = self.setting.groups.iter().find(outside) {
            let expected = "at least 0 and at most `scale`";
            return Err(Error::argument("value", expected, group.value));
        }
        let all = self.setting.population;
        let in_best = self.best.population;
        let cases = self.setting.mean / scale * all;
        let c = self.best.value / scale * in_best;
        let d = (in_best - c).max(0.0);
        let a = (cases - c).max(0.0);
        let b = (all - a - in_best).max(0.0);
        let above = c * all * (a * d * (all - c) + b * c * c);
        let below = ((a + c) * (c + d)).powi(3);
        let se = (above / below).sqrt();
        Ok(se.is_finite().then_some(se))
    }
}
