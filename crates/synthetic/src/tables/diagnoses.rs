//! What was found.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{BooleanBuilder, Date32Builder, Int16Builder, StringBuilder};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::columns::{KNOWN, MISSING, schema};
use super::{Subject, Table};

/// `diagnoses`.
#[derive(Debug, Default)]
pub(crate) struct Diagnoses {
    diagnosis_id: StringBuilder,
    person_id: StringBuilder,
    test_id: StringBuilder,
    region: StringBuilder,
    sex: StringBuilder,
    age: Int16Builder,
    diagnosed: Date32Builder,
    icd10: StringBuilder,
    is_actionable: BooleanBuilder,
}

impl Table for Diagnoses {
    const NAME: &'static str = "diagnoses";
    const KEYS: &'static [&'static str] = &["diagnosis_id", "person_id", "test_id"];

    fn schema() -> SchemaRef {
        schema(&[
            ("diagnosis_id", DataType::Utf8, KNOWN),
            ("person_id", DataType::Utf8, KNOWN),
            ("test_id", DataType::Utf8, MISSING),
            ("region", DataType::Utf8, KNOWN),
            ("sex", DataType::Utf8, KNOWN),
            ("age", DataType::Int16, KNOWN),
            ("diagnosed", DataType::Date32, KNOWN),
            ("icd10", DataType::Utf8, KNOWN),
            ("is_actionable", DataType::Boolean, KNOWN),
        ])
    }

    fn append(&mut self, subject: &Subject<'_>) {
        for diagnosis in &subject.care.diagnoses {
            let id = subject.id(b'D', diagnosis.number);
            self.diagnosis_id.append_value(id.as_str());
            self.person_id.append_value(subject.person_id().as_str());
            let test = diagnosis.test.map(|number| subject.id(b'T', number));
            self.test_id
                .append_option(test.as_ref().map(|id| id.as_str()));
            self.region.append_value(subject.region());
            self.sex.append_value(subject.person.sex.as_str());
            self.age.append_value(subject.age(diagnosis.diagnosed));
            self.diagnosed.append_value(diagnosis.diagnosed);
            self.icd10.append_value(diagnosis.icd10);
            self.is_actionable.append_value(diagnosis.is_actionable);
        }
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(
            Self::schema(),
            vec![
                Arc::new(self.diagnosis_id.finish()),
                Arc::new(self.person_id.finish()),
                Arc::new(self.test_id.finish()),
                Arc::new(self.region.finish()),
                Arc::new(self.sex.finish()),
                Arc::new(self.age.finish()),
                Arc::new(self.diagnosed.finish()),
                Arc::new(self.icd10.finish()),
                Arc::new(self.is_actionable.finish()),
            ],
        )
    }
}
