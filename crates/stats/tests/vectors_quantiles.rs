//! Quantile groups against those of Public Health England.

mod vectors;

use kohort_stats::grouping::quantile_groups;
use vectors::{Value, Vectors};

#[test]
fn quantile_groups_are_those_of_phe() {
    let vectors = Vectors::open("quantiles");
    vectors.assert_measures(&["quantile_group"]);
    let checked = vectors.check(&["quantile_group"], |case| {
        if case.stat != "quantile" {
            return None;
        }
        let mut rows = vectors.input(case);
        for partition in ["indicator", "region"] {
            rows = rows.with(partition, case.group.get(partition)?);
        }
        let (area, areas) = (case.group.get("area"), rows.texts("area"));
        let place = areas.iter().position(|found| *found == area)?;
        let invert = rows.known("invert")[place] == 1.0;
        let k = case.params.get("nquantiles")?.parse().ok()?;
        let groups = quantile_groups(&rows.numbers("value"), k, invert).unwrap();
        Some(Value::from(groups[place].map(f64::from)))
    });
    assert_eq!(checked, 211);
}
