//! Options of an aggregate that were given as a column: the same in all rows of a group, as the
//! target of each region.

use std::borrow::Cow;

use datafusion::common::{Result, exec_err};

use super::argument::Argument;
use super::columns::{Columns, OptionValue, Options};
use super::state::Reader;

/// Which options are columns, and what the others are.
#[derive(Debug)]
pub(crate) struct GroupOptions {
    function: &'static str,
    arguments: &'static [Argument],
    /// Of the whole call.
    all: Options,
    /// The places of those that are columns.
    places: Vec<usize>,
}

/// The values of a group; none before its first row, or where no option is a column.
pub(crate) type OfGroup = Option<Box<[OptionValue]>>;

impl GroupOptions {
    pub(crate) fn new(
        function: &'static str,
        arguments: &'static [Argument],
        all: Options,
    ) -> Self {
        Self {
            function,
            arguments,
            places: all.of_groups(),
            all,
        }
    }

    /// Whether all options are literals.
    pub(crate) fn are_literals(&self) -> bool {
        self.places.is_empty()
    }

    /// Looks at a row of a group.
    ///
    /// # Errors
    /// An option is not what it was in another row of the group.
    pub(crate) fn see(&self, group: &mut OfGroup, columns: &Columns, row: usize) -> Result<()> {
        let values = self.places.iter().map(|at| columns.option(*at, row));
        self.add(group, values.collect::<Result<_>>()?)
    }

    fn add(&self, group: &mut OfGroup, values: Box<[OptionValue]>) -> Result<()> {
        let Some(known) = group else {
            *group = Some(values);
            return Ok(());
        };
        let pairs = known.iter().zip(values.iter());
        for ((one, other), at) in pairs.zip(&self.places) {
            if one != other {
                let name = self.arguments[*at].name;
                // Sorted, so that the message does not depend on the order of rows.
                let mut found = [one.to_string(), other.to_string()];
                found.sort();
                let [one, other] = found;
                return exec_err!(
                    "{}: `{name}`: expected the same for all rows of a group, got `{one}` and \
                     `{other}`",
                    self.function
                );
            }
        }
        Ok(())
    }

    /// The options of a group; none for one without rows, of which nobody knows them.
    pub(crate) fn of(&self, group: &OfGroup) -> Option<Cow<'_, Options>> {
        match (self.are_literals(), group) {
            (true, _) => Some(Cow::Borrowed(&self.all)),
            (false, None) => None,
            (false, Some(values)) => Some(Cow::Owned(self.all.of_group(&self.places, values))),
        }
    }

    /// Writes the values of a group before its state.
    pub(crate) fn write(&self, group: &OfGroup, bytes: &mut Vec<u8>) {
        if self.are_literals() {
            return;
        }
        bytes.push(u8::from(group.is_some()));
        for value in group.iter().flatten() {
            value.write(bytes);
        }
    }

    /// Reads the values of a group, and adds them to those that are known.
    ///
    /// # Errors
    /// As [`see`](Self::see).
    pub(crate) fn merge(&self, group: &mut OfGroup, bytes: &mut Reader<'_>) -> Result<()> {
        if self.are_literals() || bytes.byte()? == 0 {
            return Ok(());
        }
        let values = self.places.iter().map(|at| {
            let argument = &self.arguments[*at];
            OptionValue::read(self.function, argument, bytes)
        });
        let values = values.collect::<Result<_>>()?;
        self.add(group, values)
    }
}
