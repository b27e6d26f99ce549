//! `need_expected(used, need [, other]) OVER (…)`: what need alone would lead one to expect.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, StringViewArray, UInt32Array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{cast, nullif, take};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, exec_err};
use kohort_stats::person::{Covariate, need_expected};

use super::super::argument::Argument;
use super::super::columns::{Columns, cast_with_nulls};
use super::super::named::named;
use super::super::output::{CellType, Output, Shape};
use super::super::window::Window;

/// What need alone would lead one to expect.
#[derive(Debug)]
pub(super) struct NeedExpected;

impl Window for NeedExpected {
    const NAME: &'static str = "need_expected";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "used",
            "what a person used: a number of tests or visits, yes or no",
        ),
        Argument::covariates(
            "need",
            "what justifies use, such as age, sex and illness: one value, or several as \
             `struct(age_band, sex, ill)`. A number acts along a straight line, each text has a \
             mean of its own",
        ),
        Argument::covariates(
            "other",
            "what does not justify use, such as income or region, in the same way; it is held at \
             its mean, so that need does not stand in for it",
        )
        .optional(),
        Argument::number(
            "weight",
            "of the person, at least 0; 1 for all if not given; a NULL in a column of weights is \
             not known",
        )
        .optional(),
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Number);
    const DESCRIPTION: &'static str = "\
        What need alone would lead one to expect of a person, in the unit of `used`: the third \
        argument of `horizontal_inequity_index`. Use is regressed on need and on everything else \
        of the partition, by least squares; each person gets the prediction for their own need and \
        the mean of the rest, which is indirect standardisation. Its mean over people is that of \
        `used`. O'Donnell and others, 2008, doi:10.1596/978-0-8213-6933-3, chapter 5.\n\n\
        A linear model: of yes and no the expectation may lie below 0 or above 1. Ages in bands \
        need no straight line. What is recorded as need only for those who come for care is too \
        little need for those who do not.\n\n\
        NULL for a person of whom anything is NULL, NaN or infinite, and for one whose weight is \
        0; they do not count for the others, and `horizontal_inequity_index` then says \
        `incomplete_strata` (but for a weight of 0). NULL for all of a partition where something \
        of need follows from the rest, such as need that is the same as income: then it cannot be \
        told which of them use is due to. What of need follows from the rest of need is left out, \
        and changes nothing; of high powers of a number take the mean off first, or they nearly \
        do. Lists of different lengths, a negative weight, and more than 2000 numbers and \
        different texts together are errors.";
    const EXAMPLE: &'static str = "\
        SELECT horizontal_inequity_index(visits, income, expected) AS inequity\n\
        FROM (SELECT visits, income,\n\
        \u{20}            need_expected(visits, struct(age_band, ill), ln(income)) OVER () AS \
        expected\n\
        \u{20}     FROM (VALUES (4, 180000, '65+', true), (1, 210000, '0-64', false),\n\
        \u{20}                  (3, 240000, '65+', false), (2, 310000, '0-64', true),\n\
        \u{20}                  (5, 420000, '65+', true), (1, 650000, '0-64', false))\n\
        \u{20}         AS person(visits, income, age_band, ill));";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        let answers = Self::answers(columns)?;
        let numbers = answers.as_primitive::<Float64Type>();
        Ok(numbers.iter().map(Output::from).collect())
    }

    fn answers(columns: &Columns) -> Result<ArrayRef> {
        let number = |at, row| columns.number(at, row).unwrap_or(f64::NAN);
        let used: Vec<f64> = (0..columns.rows).map(|row| number(0, row)).collect();
        let need = covariates(columns, 1)?;
        let other = covariates(columns, 2)?;
        let weights: Option<Vec<f64>> = columns
            .is_given(3)
            .then(|| (0..columns.rows).map(|row| number(3, row)).collect());
        let expected = need_expected(&used, &need, &other, weights.as_deref());
        let expected = named(Self::NAME, expected)?;
        let known = |expected: f64| (!expected.is_nan()).then_some(expected);
        Ok(Arc::new(match expected {
            Some(expected) => expected.into_iter().map(known).collect::<Float64Array>(),
            None => Float64Array::new_null(columns.rows),
        }))
    }
}

/// The covariates of an argument, each as a column.
fn covariates(columns: &Columns, at: usize) -> Result<Vec<Covariate>> {
    let Some(array) = columns.covariates(at) else {
        // A number that is NULL for everyone, where there has to be one.
        let none = Covariate::Number(vec![f64::NAN; columns.rows]);
        let is_needed = NeedExpected::ARGUMENTS[at].is_required();
        return Ok(is_needed.then_some(none).into_iter().collect());
    };
    parts(array, NeedExpected::ARGUMENTS[at].name)?
        .iter()
        .map(covariate)
        .collect()
}

/// The fields of a struct or the places of a list, NULL where the whole is.
fn parts(array: &ArrayRef, name: &str) -> Result<Vec<ArrayRef>> {
    match array.data_type() {
        DataType::Struct(_) => {
            let whole = array.as_struct();
            let parts = whole.columns().iter();
            let masked = parts.map(|part| Ok(nullif(part, &is_null(whole.nulls(), whole.len()))?));
            masked.collect()
        }
        DataType::FixedSizeList(field, _) | DataType::LargeList(field) => {
            let list = cast(array, &DataType::List(Arc::clone(field)))?;
            parts(&list, name)
        }
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            places(list.offsets(), list.nulls(), list.values(), name)
        }
        _ => Ok(vec![ArrayRef::clone(array)]),
    }
}

fn is_null(nulls: Option<&NullBuffer>, rows: usize) -> BooleanArray {
    match nulls {
        Some(nulls) => BooleanArray::new(!nulls.inner(), None),
        None => BooleanArray::from(vec![false; rows]),
    }
}

/// The first, second, third of every list, which are all of one length.
fn places(
    offsets: &OffsetBuffer<i32>,
    nulls: Option<&NullBuffer>,
    values: &ArrayRef,
    name: &str,
) -> Result<Vec<ArrayRef>> {
    let is_known = |row: usize| nulls.is_none_or(|nulls| nulls.is_valid(row));
    let lengths: Vec<usize> = offsets.lengths().collect();
    let mut known = (0..lengths.len()).filter(|row| is_known(*row));
    let Some(first) = known.next() else {
        return Ok(vec![Arc::new(Float64Array::new_null(lengths.len()))]);
    };
    let length = lengths[first];
    if length == 0 {
        return exec_err!(
            "{}: {name}: expected a list of something, got an empty one",
            NeedExpected::NAME
        );
    }
    if let Some(row) = known.find(|row| lengths[*row] != length) {
        return exec_err!(
            "{}: {name}: expected lists of one length, got {length} and {}",
            NeedExpected::NAME,
            lengths[row]
        );
    }
    let place = |place: usize| {
        let at = offsets.iter().zip(0..lengths.len()).map(|(start, row)| {
            let at = u32::try_from(*start).ok()? + u32::try_from(place).ok()?;
            is_known(row).then_some(at)
        });
        Ok(take(values, &at.collect::<UInt32Array>(), None)?)
    };
    (0..length).map(place).collect()
}

/// A number for numbers, yes and no; a level per text.
fn covariate(array: &ArrayRef) -> Result<Covariate> {
    let data_type = array.data_type();
    if data_type.is_numeric() || matches!(data_type, DataType::Boolean | DataType::Null) {
        let numbers = cast(array, &DataType::Float64)?;
        let numbers = numbers.as_primitive::<Float64Type>().iter();
        let numbers = numbers.map(|number| number.unwrap_or(f64::NAN));
        return Ok(Covariate::Number(numbers.collect()));
    }
    let texts = cast_with_nulls(array, &DataType::Utf8View)?;
    let texts: &StringViewArray = texts.as_string_view();
    // In the order of the words, so that the order of rows is not seen in a digit.
    let mut words: Vec<&str> = Vec::new();
    let mut seen = HashMap::new();
    for text in texts.iter().flatten() {
        seen.entry(text).or_insert_with(|| words.push(text));
    }
    words.sort_unstable();
    let numbers: HashMap<&str, u32> = words.into_iter().zip(0..).collect();
    let level = |text: Option<&str>| {
        let number = text.and_then(|text| numbers.get(text).copied());
        number.unwrap_or(Covariate::UNKNOWN)
    };
    Ok(Covariate::Level {
        level: texts.iter().map(level).collect(),
        levels: u32::try_from(numbers.len()).unwrap_or(Covariate::UNKNOWN),
    })
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (1, 4, 180, 'old', true, 1), \
        (2, 1, 210, 'young', false, 2), (3, 3, 240, 'old', false, 1), (4, 2, 310, 'young', true, \
        1), (5, 5, 420, 'old', true, 3), (6, 1, 650, 'young', false, 1), (7, 2, 700, 'mid', false, \
        2), (8, 4, 720, 'mid', true, 1)) AS v(id, visits, income, age, ill, weight)";

    /// From numpy: least squares with a column per age but the first, illness, and income, which is
    /// then put at its mean.
    const EXPECTED: [f64; 8] = [
        4.668_619_791_666_667,
        0.888_164_283_192_090_8,
        3.194_573_181_497_175,
        2.362_210_893_361_582,
        4.668_619_791_666_667,
        0.888_164_283_192_090_8,
        1.927_800_582_627_118_7,
        3.401_847_192_796_61,
    ];
    const WEIGHTED: [f64; 8] = [
        4.822_506_238_508_011,
        0.972_772_195_954_820_3,
        3.291_871_880_745_995_2,
        2.503_406_553_716_837,
        4.822_506_238_508_011,
        0.972_772_195_954_820_3,
        1.821_915_221_959_548_7,
        3.352_549_579_721_565,
    ];

    fn answers(call: &str, from: &str) -> Vec<f64> {
        let sql = format!("SELECT {call} FROM {from} ORDER BY id");
        let rows = query(TABLE, &sql).unwrap().into_iter().flatten();
        rows.map(|text| text.parse().unwrap_or(f64::NAN)).collect()
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let both_missing = found.is_nan() && expected.is_nan();
            assert!(
                both_missing || (found - expected).abs() < 1e-9,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn need_is_a_struct_or_one_value_and_the_rest_is_held_at_its_mean() {
        let call = "need_expected(visits, struct(age, ill), income) OVER ()";
        near(&answers(call, "t"), &EXPECTED);
        let call = "need_expected(visits, struct(age, ill), struct(income), weight) OVER ()";
        near(&answers(call, "t"), &WEIGHTED);
        let call = "need_expected(visits, struct(age, ill), income, NULL) OVER ()";
        near(&answers(call, "t"), &EXPECTED);
        let call = "need_expected(visits, age) OVER ()";
        let means = [4.0, 4.0 / 3.0, 4.0, 4.0 / 3.0, 4.0, 4.0 / 3.0, 3.0, 3.0];
        near(&answers(call, "t"), &means);
    }

    #[test]
    fn lists_hold_several_of_one_type() {
        let as_struct = "need_expected(visits, struct(weight, income)) OVER ()";
        let as_list = "need_expected(visits, make_array(weight, income)) OVER ()";
        near(&answers(as_list, "t"), &answers(as_struct, "t"));
        let texts = "need_expected(visits, make_array(age, CAST(ill AS VARCHAR)), income) OVER ()";
        near(&answers(texts, "t"), &EXPECTED);
        let sql = "SELECT need_expected(visits, CASE WHEN id > 3 THEN make_array(1.0) ELSE \
                   make_array(1.0, 2.0) END) OVER () FROM t";
        let error = query(TABLE, sql).unwrap_err().to_string();
        assert!(
            error.contains("need: expected lists of one length"),
            "{error}"
        );
    }

    #[test]
    fn a_partition_has_its_own_regression() {
        let call = "need_expected(visits, income) OVER (PARTITION BY ill)";
        let filtered = "need_expected(visits, income) OVER ()";
        let (all, ill) = (
            answers(call, "t"),
            answers(filtered, "(SELECT * FROM t WHERE ill)"),
        );
        near(&[all[0], all[3], all[4], all[7]], &ill);
    }

    #[test]
    fn of_whom_something_is_null_nothing_is_expected() {
        let call = "need_expected(visits, struct(age, ill), income) OVER ()";
        let others = answers(call, "(SELECT * FROM t WHERE id <> 2)");
        for null in [
            "need_expected(CASE WHEN id <> 2 THEN visits END, struct(age, ill), income) OVER ()",
            "need_expected(visits, struct(age, ill), nullif(income, 210)) OVER ()",
            "need_expected(visits, CASE WHEN id <> 2 THEN struct(age, ill) END, income) OVER ()",
            "need_expected(visits, struct(CASE WHEN id <> 2 THEN age END, ill), income) OVER ()",
            "need_expected(visits, struct(age, ill), income, CASE WHEN id <> 2 THEN 1 END) OVER ()",
        ] {
            let mut found = answers(null, "t");
            assert!(found.remove(1).is_nan(), "{null}");
            near(&found, &others);
        }
        for nothing in [
            "need_expected(visits, NULL) OVER ()",
            "need_expected(visits, income, struct(income)) OVER ()",
        ] {
            let found = answers(nothing, "t");
            assert!(
                found.iter().all(|number| number.is_nan()),
                "{nothing}: {found:?}"
            );
        }
    }

    #[test]
    fn it_is_what_the_index_of_inequity_takes() {
        let sql = "SELECT i['status'], round(i['concentration_used'] - i['concentration_need'] - \
             i['value'], 12) FROM (SELECT horizontal_inequity_index(visits, income, expected) AS i \
             FROM (SELECT *, need_expected(visits, struct(age, ill), income) OVER () AS expected \
             FROM t))";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0][0], "ok");
        assert_eq!(rows[0][1].trim_start_matches('-'), "0");
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let error = |call: &str| {
            let sql = format!("SELECT {call} OVER () FROM t");
            query(TABLE, &sql).unwrap_err().to_string()
        };
        let found = error("need_expected(visits, income, age, -weight)");
        assert!(found.contains("need_expected: weight: expected"), "{found}");
        let found = error("need_expected(visits, make_array())");
        assert!(
            found.contains("need: expected a list of something"),
            "{found}"
        );
        let found = error("need_expected(visits, struct(CAST('2020-01-01' AS DATE)))");
        assert!(
            found.contains("`need` must be a number, true or false"),
            "{found}"
        );
    }
}
