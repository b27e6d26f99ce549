//! Who was there.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int8Builder, StringBuilder,
};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::columns::{KNOWN, MISSING, schema};
use super::{Subject, Table};

/// `people`.
#[derive(Debug, Default)]
pub(crate) struct People {
    person_id: StringBuilder,
    sex: StringBuilder,
    birth_date: Date32Builder,
    region: StringBuilder,
    municipality: StringBuilder,
    income_band: Int8Builder,
    education: Int8Builder,
    need: Float64Builder,
    died: Date32Builder,
    consented: BooleanBuilder,
}

impl Table for People {
    const NAME: &'static str = "people";
    const KEYS: &'static [&'static str] = &["person_id"];

    fn schema() -> SchemaRef {
        schema(&[
            ("person_id", DataType::Utf8, KNOWN),
            ("sex", DataType::Utf8, KNOWN),
            ("birth_date", DataType::Date32, KNOWN),
            ("region", DataType::Utf8, KNOWN),
            ("municipality", DataType::Utf8, KNOWN),
            ("income_band", DataType::Int8, KNOWN),
            ("education", DataType::Int8, KNOWN),
            ("need", DataType::Float64, KNOWN),
            ("died", DataType::Date32, MISSING),
            ("consented", DataType::Boolean, KNOWN),
        ])
    }

    fn append(&mut self, subject: &Subject<'_>) {
        let person = subject.person;
        self.person_id.append_value(subject.person_id().as_str());
        self.sex.append_value(person.sex.as_str());
        self.birth_date.append_value(person.birth);
        self.region.append_value(subject.region());
        self.municipality.append_value(person.municipality.code);
        self.income_band.append_value(person.income.cast_signed());
        self.education.append_value(person.education.cast_signed());
        self.need.append_value(person.need);
        self.died.append_option(person.died);
        self.consented.append_value(person.consented);
    }

    fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(
            Self::schema(),
            vec![
                Arc::new(self.person_id.finish()),
                Arc::new(self.sex.finish()),
                Arc::new(self.birth_date.finish()),
                Arc::new(self.region.finish()),
                Arc::new(self.municipality.finish()),
                Arc::new(self.income_band.finish()),
                Arc::new(self.education.finish()),
                Arc::new(self.need.finish()),
                Arc::new(self.died.finish()),
                Arc::new(self.consented.finish()),
            ],
        )
    }
}
