//! Which two groups a difference or a ratio is taken between.

use super::group::{Better, Group, Known, known_groups, rows};
use crate::{Error, Estimate, Status};

/// Which two groups are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Contrast {
    /// The highest estimate with the lowest.
    #[default]
    Extremes,
    /// The most advantaged group with the least, by [`Group::order`]; turned round for
    /// [`Better::Low`], so that a positive difference is to the harm of the disadvantaged.
    Order,
    /// The group with [`Group::is_reference`] with the worst of the others; turned round for
    /// [`Better::Low`].
    Reference,
}

/// Two groups: the one that is expected to have more, and the other.
pub(crate) struct Pair {
    pub(crate) more: Known,
    pub(crate) less: Known,
}

impl Contrast {
    /// Computes a measure from the two groups; or says why there is none.
    ///
    /// # Errors
    /// Negative standard errors.
    pub(crate) fn measure(
        self,
        groups: &[Group],
        better: Better,
        method: &'static str,
        measure: impl FnOnce(&Pair) -> Estimate,
    ) -> Result<Estimate, Error> {
        let pair = known_groups(groups)?.and_then(|known| self.pair(&known, better));
        let estimate = match pair {
            Ok(pair) => measure(&pair),
            Err(status) => Estimate::missing(status, method),
        };
        Ok(estimate.with_counts(None, Some(super::group::peopled(groups))))
    }

    fn pair(self, known: &[Known], better: Better) -> Result<Pair, Status> {
        if rows(known) < 2.0 {
            return Err(Status::Undefined);
        }
        let (advantaged, other) = match self {
            Self::Extremes => {
                let pair = (highest(known, Better::High), highest(known, Better::Low));
                return match pair {
                    (Some(more), Some(less)) => Ok(Pair { more, less }),
                    _ => Err(Status::Undefined),
                };
            }
            Self::Order => (at_end(known, Better::High)?, at_end(known, Better::Low)?),
            Self::Reference => reference(known, better)?,
        };
        Ok(match better {
            Better::High => Pair {
                more: advantaged,
                less: other,
            },
            Better::Low => Pair {
                more: other,
                less: advantaged,
            },
        })
    }
}

/// The group with the highest (or the lowest) value. Among equal ones that with the most people,
/// and then that with the widest interval.
pub(crate) fn highest(known: &[Known], better: Better) -> Option<Known> {
    let key = |group: &Known| {
        let people = if group.population.is_nan() {
            0.0
        } else {
            group.population
        };
        let se = group.se.unwrap_or(f64::INFINITY);
        (better.rank(group.value), people, se)
    };
    let compare = |left: &&Known, right: &&Known| {
        let (left, right) = (key(left), key(right));
        let value = left.0.total_cmp(&right.0);
        let people = left.1.total_cmp(&right.1);
        value.then(people).then(left.2.total_cmp(&right.2))
    };
    known.iter().max_by(compare).copied()
}

/// The group at an end of the order: the most advantaged, or (for [`Better::Low`]) the least.
pub(crate) fn at_end(known: &[Known], end: Better) -> Result<Known, Status> {
    let mut orders = Vec::with_capacity(known.len());
    for group in known {
        let order = group.order.ok_or(Status::IncompleteStrata)?;
        orders.push((end.rank(order), group));
    }
    let last = orders.iter().map(|(rank, _)| *rank);
    let last = last.fold(f64::NEG_INFINITY, f64::max);
    let mut at_last = orders.iter().filter(|(rank, _)| *rank == last);
    match (at_last.next(), at_last.next()) {
        (Some((_, group)), None) if group.times == 1.0 => Ok(**group),
        // Two groups in one place: neither is the most advantaged.
        _ => Err(Status::Undefined),
    }
}

/// The group that is marked as reference, which exactly one has to be, and the worst of the others.
fn reference(known: &[Known], better: Better) -> Result<(Known, Known), Status> {
    let marked = only_reference(known)?;
    let others = known
        .iter()
        .filter(|group| group.is_reference == Some(false));
    let others: Vec<Known> = others.copied().collect();
    let worst = match better {
        Better::High => highest(&others, Better::Low),
        Better::Low => highest(&others, Better::High),
    };
    Ok((marked, worst.ok_or(Status::Undefined)?))
}

/// The one group that is marked as reference.
pub(crate) fn only_reference(known: &[Known]) -> Result<Known, Status> {
    if known.iter().any(|group| group.is_reference.is_none()) {
        return Err(Status::IncompleteStrata);
    }
    let mut marked = known
        .iter()
        .filter(|group| group.is_reference == Some(true));
    match (marked.next(), marked.next()) {
        (Some(group), None) if group.times == 1.0 => Ok(*group),
        _ => Err(Status::Undefined),
    }
}
