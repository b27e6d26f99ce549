//! Which counts must not be shown, so that nobody is recognised?
//!
//! [`SmallCells`] is the rule for one count. A count that is withheld can often be worked out from
//! its neighbours and their totals, so a [`CountTable`] withholds more of them until that fails
//! ([`CountTable::protect`]), and tells what a reader can still conclude ([`CountTable::audit`]).
//! [`LinkedCounts`] does so over any tables at once; [`recomputable`] asks the same of any sums,
//! such as those of several tables that share counts. [`round_to_base`] and
//! [`round_to_base_random`] are the other way: every count shown, none exact.

mod audit;
mod linear;
mod linked;
mod network;
mod primary;
mod protect;
mod rounding;
mod simplex;
mod table;
mod witnesses;

pub use audit::AuditedCell;
pub use linear::{Sum, recomputable};
pub use linked::{LinkedCount, LinkedCounts, Shown};
pub use primary::{SmallCells, Zeros};
pub use protect::Protection;
pub use rounding::{probability_of_rounding_up, round_to_base, round_to_base_random};
pub use table::{Cell, CountTable, Margins, State};
