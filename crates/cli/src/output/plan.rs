//! The rows of EXPLAIN as text: a plan has lines of its own, which no cell should hold.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};

use super::{Out, RowWriter};
use crate::error::Result;

/// Whether the rows of a statement are plans.
pub(crate) fn is_one(statement: &str, schema: &SchemaRef) -> bool {
    let first = statement.split_whitespace().next().unwrap_or_default();
    let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    first.eq_ignore_ascii_case("explain") && names == ["plan_type", "plan"]
}

/// Writes each plan below its name.
pub(crate) fn writer(out: Out<'_>) -> Box<dyn RowWriter + '_> {
    Box::new(PlanWriter { out })
}

struct PlanWriter<'a> {
    out: Out<'a>,
}

impl RowWriter for PlanWriter<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result {
        let text =
            |at: usize| cast(batch.column(at), &DataType::Utf8).map_err(std::io::Error::other);
        let (kinds, plans) = (text(0)?, text(1)?);
        let (kinds, plans) = (kinds.as_string::<i32>(), plans.as_string::<i32>());
        for (kind, plan) in kinds.iter().zip(plans) {
            writeln!(self.out, "{}:", kind.unwrap_or_default())?;
            for line in plan.unwrap_or_default().lines() {
                writeln!(self.out, "  {line}")?;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result {
        Ok(())
    }
}
