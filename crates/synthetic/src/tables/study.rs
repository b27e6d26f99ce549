//! Who came how far in the study.

use std::sync::Arc;

use arrow_array::builder::{Date32Builder, Int16Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::columns::{KNOWN, MISSING, schema};
use super::{Subject, Table};
use crate::study::STEPS;

/// `study`.
#[derive(Debug, Default)]
pub(crate) struct Study {
    person_id: StringBuilder,
    region: StringBuilder,
    sex: StringBuilder,
    age: Int16Builder,
    eligible: Date32Builder,
    steps: [Date32Builder; STEPS],
}

impl Table for Study {
    const NAME: &'static str = "study";
    const KEYS: &'static [&'static str] = &["person_id"];

    fn schema() -> SchemaRef {
        schema(&[
            ("person_id", DataType::Utf8, KNOWN),
            ("region", DataType::Utf8, KNOWN),
            ("sex", DataType::Utf8, KNOWN),
            ("age", DataType::Int16, KNOWN),
            ("eligible", DataType::Date32, KNOWN),
            ("invited", DataType::Date32, MISSING),
            ("included", DataType::Date32, MISSING),
            ("sampled", DataType::Date32, MISSING),
            ("sequenced", DataType::Date32, MISSING),
            ("reported", DataType::Date32, MISSING),
            ("treated", DataType::Date32, MISSING),
        ])
    }

    fn append(&mut self, subject: &Subject<'_>) {
        let Some(path) = subject.study else {
            return;
        };
        self.person_id.append_value(subject.person_id().as_str());
        self.region.append_value(subject.region());
        self.sex.append_value(subject.person.sex.as_str());
        self.age.append_value(subject.age(path.eligible));
        self.eligible.append_value(path.eligible);
        for (column, day) in self.steps.iter_mut().zip(path.steps) {
            column.append_option(day);
        }
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.person_id.finish()),
            Arc::new(self.region.finish()),
            Arc::new(self.sex.finish()),
            Arc::new(self.age.finish()),
            Arc::new(self.eligible.finish()),
        ];
        for step in &mut self.steps {
            columns.push(Arc::new(step.finish()));
        }
        RecordBatch::try_new(Self::schema(), columns)
    }
}
