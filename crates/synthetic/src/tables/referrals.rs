//! Who was referred.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{Date32Builder, Int8Builder, Int16Builder, StringBuilder};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::columns::{KNOWN, schema};
use super::{Subject, Table};

/// `referrals`.
#[derive(Debug, Default)]
pub(crate) struct Referrals {
    referral_id: StringBuilder,
    person_id: StringBuilder,
    region: StringBuilder,
    municipality: StringBuilder,
    sex: StringBuilder,
    age: Int16Builder,
    income_band: Int8Builder,
    education: Int8Builder,
    condition: StringBuilder,
    referred: Date32Builder,
}

impl Table for Referrals {
    const NAME: &'static str = "referrals";
    const KEYS: &'static [&'static str] = &["referral_id", "person_id"];

    fn schema() -> SchemaRef {
        schema(&[
            ("referral_id", DataType::Utf8, KNOWN),
            ("person_id", DataType::Utf8, KNOWN),
            ("region", DataType::Utf8, KNOWN),
            ("municipality", DataType::Utf8, KNOWN),
            ("sex", DataType::Utf8, KNOWN),
            ("age", DataType::Int16, KNOWN),
            ("income_band", DataType::Int8, KNOWN),
            ("education", DataType::Int8, KNOWN),
            ("condition", DataType::Utf8, KNOWN),
            ("referred", DataType::Date32, KNOWN),
        ])
    }

    fn append(&mut self, subject: &Subject<'_>) {
        let person = subject.person;
        for referral in &subject.care.referrals {
            let id = subject.id(b'R', referral.number);
            self.referral_id.append_value(id.as_str());
            self.person_id.append_value(subject.person_id().as_str());
            self.region.append_value(subject.region());
            self.municipality.append_value(person.municipality.code);
            self.sex.append_value(person.sex.as_str());
            self.age.append_value(subject.age(referral.referred));
            self.income_band.append_value(person.income.cast_signed());
            self.education.append_value(person.education.cast_signed());
            self.condition.append_value(person.condition.as_str());
            self.referred.append_value(referral.referred);
        }
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(
            Self::schema(),
            vec![
                Arc::new(self.referral_id.finish()),
                Arc::new(self.person_id.finish()),
                Arc::new(self.region.finish()),
                Arc::new(self.municipality.finish()),
                Arc::new(self.sex.finish()),
                Arc::new(self.age.finish()),
                Arc::new(self.income_band.finish()),
                Arc::new(self.education.finish()),
                Arc::new(self.condition.finish()),
                Arc::new(self.referred.finish()),
            ],
        )
    }
}
