//! Disclosure control against the vectors that lie beside the repository.
#![allow(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a test may panic, and its counts are small"
)]

mod vectors;

use kohort_stats::disclosure::{
    CountTable, Margins, SmallCells, Zeros, probability_of_rounding_up, round_to_base,
};
use vectors::{Case, Value, Vectors};

/// The count of the case's group.
fn count(vectors: &Vectors, case: &Case) -> Option<u64> {
    let n = vectors.input(case).select(&case.group).known("n");
    (n.len() == 1).then(|| whole(n[0]))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "asserted to be whole"
)]
fn whole(number: f64) -> u64 {
    assert!(number >= 0.0 && number.fract() == 0.0);
    number as u64
}

/// The table of an audit, with the counts withheld that its file marks.
fn audited(vectors: &Vectors, case: &Case) -> (CountTable, Vec<String>, Vec<String>) {
    let input = vectors.input(case);
    let (rows, columns) = (input.distinct("row"), input.distinct("col"));
    let at = |row: &String, column: &String| input.with("row", row).with("col", column);
    let mut counts = Vec::new();
    for row in &rows {
        counts.extend(columns.iter().map(|c| whole(at(row, c).known("n")[0])));
    }
    let margins = Margins {
        rows: true,
        columns: true,
        all: true,
    };
    let mut table = CountTable::try_new(rows.len(), columns.len(), &counts, margins).unwrap();
    for (i, row) in rows.iter().enumerate() {
        for (j, column) in columns.iter().enumerate() {
            if at(row, column).known("suppressed")[0] == 1.0 {
                table.withhold(i, j);
            }
        }
    }
    (table, rows, columns)
}

#[test]
fn small_counts_are_withheld_as_in_the_vectors() {
    let vectors = Vectors::open("disclosure_control");
    let checked = vectors.check(&["sdc_primary_suppression"], |case| {
        let zeros = match case.params.get("protect_zero")? {
            "true" => Zeros::Protect,
            "false" => Zeros::Publish,
            _ => return None,
        };
        let rule = SmallCells::try_new(whole(case.params.number("threshold")?), zeros).ok()?;
        (case.stat == "suppressed").then_some(())?;
        Some(rule.withholds(count(&vectors, case)?).into())
    });
    assert!(checked > 100);
}

#[test]
fn counts_are_rounded_as_in_the_vectors() {
    let vectors = Vectors::open("disclosure_control");
    let base = |case: &Case| Some(whole(case.params.number("base")?));
    vectors.check(&["sdc_round_nearest"], |case| {
        (case.stat == "value").then_some(())?;
        let rounded = round_to_base(count(&vectors, case)?, base(case)?).ok()?;
        Some((rounded as f64).into())
    });
    vectors.check(&["sdc_round_random"], |case| {
        (case.stat == "p_round_up").then_some(())?;
        let p = probability_of_rounding_up(count(&vectors, case)?, base(case)?).ok()?;
        Some(p.into())
    });
}

#[test]
fn withheld_counts_have_the_ranges_of_the_vectors() {
    let vectors = Vectors::open("disclosure_control");
    let checked = vectors.check(&["sdc_audit_interval"], |case| {
        let (table, rows, columns) = audited(&vectors, case);
        let row = rows
            .iter()
            .position(|r| Some(r.as_str()) == case.group.get("row"))?;
        let column = columns
            .iter()
            .position(|c| Some(c.as_str()) == case.group.get("col"))?;
        let audit = table.audit();
        let cell = audit
            .iter()
            .find(|cell| (cell.row, cell.column) == (row, column))?;
        match case.stat.as_str() {
            "feasible_min" => Some((cell.min as f64).into()),
            "feasible_max" => Some(Value::from(cell.max.map(|max| max as f64))),
            _ => None,
        }
    });
    assert!(checked > 30);
    vectors.check(&["sdc_audit_safe"], |case| {
        let (table, ..) = audited(&vectors, case);
        (case.stat == "safe").then(|| table.is_safe().into())
    });
}

#[test]
fn an_unsafe_pattern_is_made_safe() {
    let vectors = Vectors::open("disclosure_control");
    let tables = vectors.check(&["sdc_audit_safe"], |case| {
        let (mut table, ..) = audited(&vectors, case);
        table.protect(SmallCells::default());
        assert!(table.is_safe(), "{}", case.input);
        for cell in table.audit() {
            assert!(cell.width().is_none_or(|width| width >= 5), "{cell:?}");
        }
        Some(case.expected.clone())
    });
    assert_eq!(tables, 2);
}
