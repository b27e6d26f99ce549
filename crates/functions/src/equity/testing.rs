//! For tests of measures: runs SQL with every measure registered, whole and in parts.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::{Function, entries};

/// A session with every measure.
pub(crate) fn context(partitions: usize, batch_size: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(batch_size);
    let context = SessionContext::new_with_config(config);
    for entry in entries() {
        match entry.function {
            Function::Scalar(udf) => context.register_udf(udf.as_ref().clone()),
            Function::Aggregate(udf) => context.register_udaf(udf.as_ref().clone()),
            Function::Window(udf) => context.register_udwf(udf.as_ref().clone()),
        }
    }
    context
}

async fn collect(context: &SessionContext, sql: &str) -> Result<RecordBatch, DataFusionError> {
    let frame = context.sql(sql).await?;
    let schema = Arc::new(frame.schema().as_arrow().clone());
    let batches = frame.collect().await?;
    Ok(concat_batches(&schema, &batches)?)
}

/// Runs a query over a table `t`, in one piece and cut into single rows over four partitions, and
/// checks that both give the same text. `table` is a query that makes `t` (such as `VALUES`, with
/// column names by `AS v(a, b)`); it may be empty.
pub(crate) fn query(table: &str, sql: &str) -> Result<Vec<Vec<String>>, DataFusionError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut answers = Vec::new();
        for (partitions, rows) in [(1, 8192), (4, 1), (3, 2)] {
            let context = context(partitions, rows);
            if !table.is_empty() {
                let all = collect(&context, table).await?;
                let mut parts = vec![Vec::new(); partitions];
                for (n, at) in (0..all.num_rows()).step_by(rows).enumerate() {
                    // Backwards, so that the order of rows differs between the runs.
                    let part = all.slice(at, rows.min(all.num_rows() - at));
                    parts[n % partitions].insert(0, part);
                }
                let t = MemTable::try_new(all.schema(), parts)?;
                context.register_table("t", Arc::new(t))?;
            }
            answers.push(text(&collect(&context, sql).await?));
        }
        assert_eq!(
            answers[0], answers[1],
            "one pass, and single rows on four partitions"
        );
        assert_eq!(
            answers[0], answers[2],
            "one pass, and pairs on three partitions"
        );
        Ok(answers.swap_remove(0))
    })
}

/// The one number that a query gives; NaN when it is NULL.
pub(crate) fn number(table: &str, sql: &str) -> f64 {
    let rows = query(table, sql).unwrap();
    assert_eq!((rows.len(), rows[0].len()), (1, 1), "{rows:?}");
    rows[0][0].parse().unwrap_or(f64::NAN)
}

/// Rows as text; NULL is `NULL`. Numbers are rounded to 12 digits: the order of a sum may show in
/// the last ones.
fn text(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let formatters: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
        .collect();
    let rows = 0..batch.num_rows();
    rows.map(|row| {
        let cells = formatters.iter();
        cells
            .map(|cell| rounded(&cell.value(row).to_string()))
            .collect()
    })
    .collect()
}

/// Every number within a text, rounded.
fn rounded(text: &str) -> String {
    let parts = text.split_inclusive(|c: char| " ,:{}[]".contains(c));
    parts
        .map(|part| {
            let bare = part.trim_end_matches(|c: char| " ,:{}[]".contains(c));
            match bare.parse::<f64>() {
                Ok(number) if bare.contains('.') || bare.contains('e') => {
                    let short: f64 = format!("{number:.11e}").parse().unwrap();
                    format!("{short}{}", &part[bare.len()..])
                }
                _ => part.to_owned(),
            }
        })
        .collect()
}

/// The framework itself, on measures that are nothing but arithmetic.
mod tests {
    use datafusion::common::{Result, exec_err};

    use super::super::Entry;
    use super::super::aggregate::{Aggregate, aggregate};
    use super::super::argument::Argument;
    use super::super::columns::{Columns, Options};
    use super::super::output::{Cell, CellType, Output, Shape};
    use super::super::state::{Keyed, Reader, Rows, State, write_number};
    use super::super::window::{Window, window};
    use super::{number, query};

    #[derive(Debug)]
    struct Middle;

    impl Aggregate for Middle {
        const NAME: &'static str = "test_middle";
        const ALIASES: &'static [&'static str] = &["tm"];
        const ARGUMENTS: &'static [Argument] = &[
            Argument::number("value", "any"),
            Argument::number("plus", "added").or(0.0).constant(),
        ];
        const SHAPE: Shape = Shape::Cell(CellType::Number);
        const DESCRIPTION: &'static str = "The middle value.";
        const EXAMPLE: &'static str = "SELECT 1";
        type State = Rows<1>;

        fn update(state: &mut Rows<1>, columns: &Columns, row: usize) -> Result<()> {
            if columns.number(0, row).is_some_and(|value| value < 0.0) {
                return exec_err!("test_middle: `value`: expected 0 or more");
            }
            state.push([columns.number(0, row)]);
            Ok(())
        }

        fn evaluate(state: &Rows<1>, options: &Options) -> Result<Output> {
            let mut values: Vec<f64> = state.iter().filter_map(|[value]| value).collect();
            values.sort_by(f64::total_cmp);
            let plus = options.number("plus").unwrap_or(f64::NAN);
            Ok(values
                .get(values.len() / 2)
                .map(|value| value + plus)
                .into())
        }
    }

    /// A sum that merges by addition.
    #[derive(Debug, Default)]
    struct Sum(f64);

    impl State for Sum {
        fn write(&self, bytes: &mut Vec<u8>) {
            write_number(bytes, self.0);
        }

        fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
            self.0 += bytes.number()?;
            Ok(())
        }

        fn heap_bytes(&self) -> usize {
            0
        }
    }

    #[derive(Debug)]
    struct LargestStratum;

    impl Aggregate for LargestStratum {
        const NAME: &'static str = "test_largest";
        const ARGUMENTS: &'static [Argument] =
            &[Argument::key("stratum", ""), Argument::number("value", "")];
        const SHAPE: Shape =
            Shape::Struct(&[("stratum", CellType::Text), ("sum", CellType::Number)]);
        const DESCRIPTION: &'static str = "The stratum with the largest sum.";
        const EXAMPLE: &'static str = "SELECT 1";
        type State = Keyed<Sum>;

        fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()> {
            state.entry(columns.text(0, row)).0 += columns.number(1, row).unwrap_or(0.0);
            Ok(())
        }

        fn evaluate(state: &Self::State, _: &Options) -> Result<Output> {
            let strata = state.sorted();
            let largest = strata.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0));
            Ok(match largest {
                Some((key, sums)) => Output::Struct(vec![
                    Cell::Text(key.map(str::to_owned)),
                    Cell::Number(Some(sums.0)),
                ]),
                None => Output::Null,
            })
        }
    }

    #[derive(Debug)]
    struct Share;

    impl Window for Share {
        const NAME: &'static str = "test_share";
        const ARGUMENTS: &'static [Argument] = &[Argument::number("value", "")];
        const SHAPE: Shape = Shape::Cell(CellType::Number);
        const DESCRIPTION: &'static str = "The share of a value.";
        const EXAMPLE: &'static str = "SELECT 1";

        fn partition(columns: &Columns) -> Result<Vec<Output>> {
            let values: Vec<_> = (0..columns.rows)
                .map(|row| columns.number(0, row))
                .collect();
            let sum: f64 = values.iter().flatten().sum();
            Ok(values
                .into_iter()
                .map(|value| value.map(|v| v / sum).into())
                .collect())
        }
    }

    pub(in super::super) fn entries() -> Vec<Entry> {
        vec![
            aggregate::<Middle>(),
            aggregate::<LargestStratum>(),
            window::<Share>(),
        ]
    }

    const TABLE: &str = "SELECT * FROM (VALUES ('a', 3, 1.5), ('a', 9, NULL), ('b', 4, 2.5), \
                         ('b', 8, 2.0), (NULL, 5, 3.5)) AS v(k, x, y)";

    #[test]
    fn an_aggregate_merges_and_takes_its_constants() {
        assert_eq!(number(TABLE, "SELECT test_middle(x) FROM t"), 5.0);
        assert_eq!(number(TABLE, "SELECT tm(x, 100) FROM t"), 105.0);
        assert_eq!(number(TABLE, "SELECT test_middle(x, NULL) FROM t"), 5.0);
        assert!(number(TABLE, "SELECT test_middle(x) FROM t WHERE x > 10").is_nan());
    }

    #[test]
    fn an_aggregate_groups_and_filters() {
        let sql = "SELECT k, test_middle(x) FILTER (WHERE x <> 9) FROM t GROUP BY k ORDER BY k";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows, [["a", "3"], ["b", "8"], ["NULL", "5"]]);
    }

    #[test]
    fn an_aggregate_works_over_a_window() {
        let sql = "SELECT x, test_middle(x) OVER (ORDER BY x) FROM t ORDER BY x";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[4], ["9", "5"]);
    }

    #[test]
    fn strata_are_kept_apart_and_null_is_one() {
        let rows = query(TABLE, "SELECT test_largest(k, y) FROM t").unwrap();
        assert_eq!(rows, [["{stratum: b, sum: 4.5}"]]);
        let rows = query(TABLE, "SELECT test_largest(k, x) FROM t WHERE k IS NULL").unwrap();
        assert_eq!(rows, [["{stratum: NULL, sum: 5}"]]);
    }

    #[test]
    fn a_window_sees_its_whole_partition() {
        let sql = "SELECT k, x, test_share(x) OVER (PARTITION BY k) FROM t ORDER BY x";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "3", "0.25"]);
    }

    #[test]
    fn names_and_aliases_are_given_once() {
        let mut names: Vec<&str> = super::super::entries()
            .iter()
            .flat_map(|entry| std::iter::once(entry.doc.name).chain(entry.aliases.iter().copied()))
            .collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn errors_name_the_function_and_the_argument() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        assert!(error("SELECT test_middle(-x) FROM t").contains("`value`: expected 0 or more"));
        assert!(error("SELECT test_middle(k) FROM t").contains("`value` must be a number"));
        assert!(error("SELECT test_middle(x, x) FROM t").contains("`plus`: expected the same"));
        assert!(error("SELECT test_middle() FROM t").contains("test_middle(value [, plus = 0])"));
    }
}

pub(super) use tests::entries as own_entries;
