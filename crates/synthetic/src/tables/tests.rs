//! Who was tested, and who still waits.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{Date32Builder, Int16Builder, Int64Builder, StringBuilder};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::columns::{KNOWN, MISSING, schema};
use super::{Subject, Table};

/// `tests`.
#[derive(Debug, Default)]
pub(crate) struct Tests {
    test_id: StringBuilder,
    referral_id: StringBuilder,
    person_id: StringBuilder,
    region: StringBuilder,
    sex: StringBuilder,
    age: Int16Builder,
    test_type: StringBuilder,
    ordered: Date32Builder,
    sampled: Date32Builder,
    reported: Date32Builder,
    cost_sek: Int64Builder,
}

impl Table for Tests {
    const NAME: &'static str = "tests";
    const KEYS: &'static [&'static str] = &["test_id", "referral_id", "person_id"];

    fn schema() -> SchemaRef {
        schema(&[
            ("test_id", DataType::Utf8, KNOWN),
            ("referral_id", DataType::Utf8, MISSING),
            ("person_id", DataType::Utf8, KNOWN),
            ("region", DataType::Utf8, KNOWN),
            ("sex", DataType::Utf8, KNOWN),
            ("age", DataType::Int16, KNOWN),
            ("test_type", DataType::Utf8, KNOWN),
            ("ordered", DataType::Date32, KNOWN),
            ("sampled", DataType::Date32, MISSING),
            ("reported", DataType::Date32, MISSING),
            ("cost_sek", DataType::Int64, KNOWN),
        ])
    }

    fn append(&mut self, subject: &Subject<'_>) {
        for test in &subject.care.tests {
            let id = subject.id(b'T', test.number);
            self.test_id.append_value(id.as_str());
            let referral = test.referral.map(|number| subject.id(b'R', number));
            self.referral_id
                .append_option(referral.as_ref().map(|id| id.as_str()));
            self.person_id.append_value(subject.person_id().as_str());
            self.region.append_value(subject.region());
            self.sex.append_value(subject.person.sex.as_str());
            self.age.append_value(subject.age(test.ordered));
            self.test_type.append_value(test.test_type.as_str());
            self.ordered.append_value(test.ordered);
            self.sampled.append_option(test.sampled);
            self.reported.append_option(test.reported);
            self.cost_sek.append_value(test.cost_sek);
        }
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(
            Self::schema(),
            vec![
                Arc::new(self.test_id.finish()),
                Arc::new(self.referral_id.finish()),
                Arc::new(self.person_id.finish()),
                Arc::new(self.region.finish()),
                Arc::new(self.sex.finish()),
                Arc::new(self.age.finish()),
                Arc::new(self.test_type.finish()),
                Arc::new(self.ordered.finish()),
                Arc::new(self.sampled.finish()),
                Arc::new(self.reported.finish()),
                Arc::new(self.cost_sek.finish()),
            ],
        )
    }
}
