//! The sample file: who the VCF's samples are.
//!
//! A TSV with a header line. `sample_id` is required; `sex_karyotype` and `person_id` are known;
//! every other column becomes a column of `samples`, of the narrowest of Int64, Float64 and Utf8
//! that all its values fit. An empty value (or `NA` or `.` in a numeric column) is NULL.

use crate::Error;
use arrow::array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use kohort_genome::SexKaryotype;
use kohort_schema::attribute_name;
use std::collections::HashMap;
use std::sync::Arc;

/// What is known about the samples of a callset, in the VCF's order.
#[derive(Debug, Clone)]
pub(crate) struct People {
    pub(crate) karyotypes: Vec<SexKaryotype>,
    pub(crate) person_ids: Vec<Option<String>>,
    /// The file has a column of karyotypes.
    pub(crate) has_karyotypes: bool,
    /// The file has a column of persons.
    pub(crate) has_persons: bool,
    /// The other columns; one row per sample.
    pub(crate) attributes: RecordBatch,
    /// Samples of the VCF that the file does not name, by their place.
    pub(crate) without_row: Vec<usize>,
    /// Rows whose sample the VCF does not have.
    pub(crate) unknown: Vec<String>,
}

impl People {
    /// Samples of which nothing but the id is known.
    pub(crate) fn unknown(n_samples: usize) -> Result<Self, Error> {
        Ok(Self {
            karyotypes: vec![SexKaryotype::Unknown; n_samples],
            person_ids: vec![None; n_samples],
            has_karyotypes: false,
            has_persons: false,
            attributes: batch(Vec::new(), Vec::new(), n_samples)?,
            without_row: (0..n_samples).collect(),
            unknown: Vec::new(),
        })
    }

    /// Reads a sample file (its text; `name` is for errors) for these samples.
    pub(crate) fn parse(name: &str, text: &str, samples: &[String]) -> Result<Self, Error> {
        let file = SampleFile::parse(name, text)?;
        file.for_samples(samples)
    }
}

struct SampleFile<'a> {
    name: &'a str,
    columns: Vec<&'a str>,
    sample: usize,
    karyotype: Option<usize>,
    person: Option<usize>,
    /// Line number and values of each row.
    rows: Vec<(u64, Vec<&'a str>)>,
    by_sample: HashMap<&'a str, usize>,
}

impl<'a> SampleFile<'a> {
    fn parse(name: &'a str, text: &'a str) -> Result<Self, Error> {
        let fault = |line: u64, reason: String| Error::SampleFile {
            path: name.to_owned(),
            line,
            reason,
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = (1u64..)
            .zip(text.lines())
            .filter(|(_, l)| !l.trim().is_empty());
        let Some((line, header)) = lines.next() else {
            return Err(fault(
                1,
                "expected a header line with `sample_id`, found nothing".into(),
            ));
        };
        let header = header.strip_prefix('#').unwrap_or(header);
        let columns: Vec<&str> = header.split('\t').map(str::trim).collect();
        let find = |wanted: &str| columns.iter().position(|c| c.eq_ignore_ascii_case(wanted));
        let Some(sample) = find("sample_id") else {
            let found = columns.join("`, `");
            return Err(fault(
                line,
                format!("expected a column `sample_id`, found `{found}`"),
            ));
        };
        let mut file = Self {
            name,
            sample,
            karyotype: find("sex_karyotype"),
            person: find("person_id"),
            columns,
            rows: Vec::new(),
            by_sample: HashMap::new(),
        };
        for (line, row) in lines {
            let values: Vec<&str> = row.split('\t').map(str::trim).collect();
            let expected = file.columns.len();
            if values.len() != expected {
                let found = values.len();
                let reason = format!("expected {expected} columns, found {found}");
                return Err(fault(line, reason));
            }
            let id = values[sample];
            if let Some(first) = file.by_sample.insert(id, file.rows.len()) {
                let first = file.rows[first].0;
                return Err(fault(
                    line,
                    format!("sample `{id}` was in line {first} already"),
                ));
            }
            file.rows.push((line, values));
        }
        Ok(file)
    }

    fn for_samples(&self, samples: &[String]) -> Result<People, Error> {
        let rows: Vec<Option<usize>> = samples
            .iter()
            .map(|s| self.by_sample.get(s.as_str()).copied())
            .collect();
        let value = |row: usize, column: usize| self.rows[row].1[column];
        let mut karyotypes = vec![SexKaryotype::Unknown; samples.len()];
        let mut person_ids = vec![None; samples.len()];
        for (i, row) in rows.iter().enumerate() {
            let Some(row) = *row else { continue };
            if let Some(column) = self.karyotype {
                let text = value(row, column);
                karyotypes[i] = text.parse().map_err(|_| Error::SampleFile {
                    path: self.name.to_owned(),
                    line: self.rows[row].0,
                    reason: format!(
                        "sex_karyotype: expected XX, XY, other or unknown, found `{text}`"
                    ),
                })?;
            }
            person_ids[i] = self
                .person
                .map(|c| value(row, c))
                .filter(|p| !p.is_empty())
                .map(str::to_owned);
        }
        let known: std::collections::HashSet<&str> = samples.iter().map(String::as_str).collect();
        let unknown = self
            .rows
            .iter()
            .map(|(_, v)| v[self.sample])
            .filter(|s| !known.contains(s));
        Ok(People {
            karyotypes,
            person_ids,
            has_karyotypes: self.karyotype.is_some(),
            has_persons: self.person.is_some(),
            attributes: self.attributes(&rows)?,
            without_row: (0..rows.len()).filter(|i| rows[*i].is_none()).collect(),
            unknown: unknown.map(str::to_owned).collect(),
        })
    }

    fn attributes(&self, rows: &[Option<usize>]) -> Result<RecordBatch, Error> {
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for (column, name) in self.columns.iter().enumerate() {
            let known = [Some(self.sample), self.karyotype, self.person];
            if known.contains(&Some(column)) {
                continue;
            }
            let all: Vec<&str> = self.rows.iter().map(|(_, values)| values[column]).collect();
            let picked = rows
                .iter()
                .map(|row| row.map(|row| self.rows[row].1[column]));
            let array = typed(&all, picked);
            fields.push(Field::new(
                attribute_name(name),
                array.data_type().clone(),
                true,
            ));
            arrays.push(array);
        }
        batch(fields, arrays, rows.len())
    }
}

fn batch(fields: Vec<Field>, arrays: Vec<ArrayRef>, n_rows: usize) -> Result<RecordBatch, Error> {
    let options = RecordBatchOptions::new().with_row_count(Some(n_rows));
    let schema = Arc::new(Schema::new(fields));
    Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
}

/// The type that all values of a column fit.
fn narrowest(values: &[&str]) -> DataType {
    let numbers: Vec<&str> = values.iter().copied().filter(|v| !is_absent(v)).collect();
    if numbers.is_empty() {
        DataType::Utf8
    } else if numbers.iter().all(|v| integer(v).is_some()) {
        DataType::Int64
    } else if numbers.iter().all(|v| float(v).is_some()) {
        DataType::Float64
    } else {
        DataType::Utf8
    }
}

fn is_absent(value: &str) -> bool {
    matches!(value, "" | "NA" | ".")
}

/// An integer as people write numbers; `007` is a code, not a number.
fn integer(value: &str) -> Option<i64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let plain = digits == "0" || !digits.starts_with('0');
    if plain && !digits.starts_with('+') {
        value.parse().ok()
    } else {
        None
    }
}

fn float(value: &str) -> Option<f64> {
    let begins = |c: char| c.is_ascii_digit() || c == '-' || c == '.';
    let digits = value.strip_prefix('-').unwrap_or(value);
    let code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if value.starts_with(begins) && !code {
        value.parse().ok()
    } else {
        None
    }
}

fn typed<'a>(all: &[&str], picked: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    match narrowest(all) {
        DataType::Int64 => Arc::new(picked.map(|v| v.and_then(integer)).collect::<Int64Array>()),
        DataType::Float64 => Arc::new(picked.map(|v| v.and_then(float)).collect::<Float64Array>()),
        _ => Arc::new(
            picked
                .map(|v| v.filter(|v| !v.is_empty()))
                .collect::<StringArray>(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::AsArray;
    use arrow::datatypes::{Float64Type, Int64Type};

    fn samples() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    #[test]
    fn columns_are_typed_and_follow_the_order_of_the_vcf() {
        let text = "sample_id\tsex_karyotype\tage\tbmi\tregion\tcode\n\
                    c\tXX\t30\t21.5\tnorr\t007\n\
                    a\tXY\t\t20\tsyd\t012\n\
                    z\tXX\t1\tNA\t\t001\n";
        let people = People::parse("s.tsv", text, &samples()).unwrap();
        let karyotypes = [SexKaryotype::Xy, SexKaryotype::Unknown, SexKaryotype::Xx];
        assert_eq!(people.karyotypes, karyotypes);
        assert_eq!(
            (people.without_row, people.unknown),
            (vec![1], vec!["z".to_owned()])
        );
        let types: Vec<_> = people
            .attributes
            .schema()
            .fields()
            .iter()
            .map(|f| f.data_type().clone())
            .collect();
        assert_eq!(
            types,
            [
                DataType::Int64,
                DataType::Float64,
                DataType::Utf8,
                DataType::Utf8
            ]
        );
        let age: Vec<_> = people
            .attributes
            .column(0)
            .as_primitive::<Int64Type>()
            .iter()
            .collect();
        assert_eq!(age, [None, None, Some(30)]);
        let bmi: Vec<_> = people
            .attributes
            .column(1)
            .as_primitive::<Float64Type>()
            .iter()
            .collect();
        assert_eq!(bmi, [Some(20.0), None, Some(21.5)]);
    }

    #[test]
    fn a_fault_names_its_line() {
        for (text, expected) in [
            (
                "id\tsex\na\tXX\n",
                "s.tsv:1: expected a column `sample_id`, found `id`, `sex`",
            ),
            (
                "sample_id\na\nb\na\n",
                "s.tsv:4: sample `a` was in line 2 already",
            ),
            ("sample_id\tx\na\n", "s.tsv:2: expected 2 columns, found 1"),
            (
                "sample_id\tsex_karyotype\na\tmale\n",
                "s.tsv:2: sex_karyotype: expected XX, XY, other or unknown, found `male`",
            ),
            (
                "",
                "s.tsv:1: expected a header line with `sample_id`, found nothing",
            ),
        ] {
            let error = People::parse("s.tsv", text, &samples()).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
