//! `hwe_exact(stats)`: the exact test of Hardy–Weinberg equilibrium.

use std::sync::Arc;

use arrow::array::{Array, Float64Array, Int64Array};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};
use kohort_stats::{
    DiploidCounts, HemizygousCounts, MOST_PEOPLE, MOST_PEOPLE_X, PValue, hardy_weinberg_p,
    hardy_weinberg_p_x,
};

use crate::args::{coerce_counts_or_struct, constant_text, counts_or_struct, is_text};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

const SYNTAX: &str = "hwe_exact(stats) or hwe_exact(n_hom_ref, n_het, n_hom_alt)";
const DIPLOID: [&str; 3] = ["n_hom_ref", "n_het", "n_hom_alt"];

/// The p-value of Hardy–Weinberg equilibrium.
#[derive(Debug)]
pub(crate) struct HweExact;

impl Kernel for HweExact {
    const NAME: &'static str = "hwe_exact";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        match types.split_last() {
            Some((last, counts)) if is_text(last) && last != &DataType::Null => {
                let mut coerced = coerce_counts_or_struct(SYNTAX, 3, counts)?;
                coerced.push(DataType::Utf8);
                Ok(coerced)
            }
            _ => coerce_counts_or_struct(SYNTAX, 3, types),
        }
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke(_: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let (counts, p_value) = split_p_value(&args.args)?;
        if counts.len() == 3 {
            let columns = counts_or_struct(Self::NAME, counts, &DIPLOID, rows)?;
            let p = (0..rows).map(|row| match diploid(&columns, row) {
                Some(people) => exact(people, HemizygousCounts::default(), p_value),
                None => Ok(None),
            });
            let p: Float64Array = p.collect::<Result<_>>()?;
            return Ok(ColumnarValue::Array(Arc::new(p)));
        }
        let fields = [
            "n_hom_ref",
            "n_het",
            "n_hom_alt",
            "n_other_alt",
            "n_hemi_ref",
            "n_hemi_alt",
            "n_hemi_other",
        ];
        let columns = counts_or_struct(Self::NAME, counts, &fields, rows)?;
        let p = (0..rows).map(|row| match people_and_men(&columns, row) {
            Some((people, men)) => exact(people, men, p_value),
            None => Ok(None),
        });
        let p: Float64Array = p.collect::<Result<_>>()?;
        Ok(ColumnarValue::Array(Arc::new(p)))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The p-value of the exact test of Hardy–Weinberg equilibrium (Wigginton, Cutler & \
             Abecasis 2005), this ALT against all other alleles. Given the struct of \
             `allele_stats`, people with one copy (men on X) take part as Graffelman & Weir (2016) \
             describe. A small value says that heterozygotes lack or abound. NULL when a count is \
             NULL, and when nobody has two called copies (Y, MT). More than 10^12 people, or 10^8 \
             with men on X, are an error.",
            "hwe_exact(stats [, p_value])",
        )
        .with_alternative_syntax("hwe_exact(n_hom_ref, n_het, n_hom_alt [, p_value])")
        .with_argument("stats", "the struct of `allele_stats`")
        .with_argument("n_hom_ref, n_het, n_hom_alt", "people per genotype")
        .with_argument(
            "p_value",
            "`'mid'`, the default, counts outcomes as likely as the observed one by half, and is \
             right on average; `'standard'` is what bcftools and plink2 print",
        )
        .with_sql_example("SELECT hwe_exact(n_hom_ref, n_het, n_hom_alt) AS p FROM variants;")
        .with_related_udf("inbreeding_coefficient")
        .build()
    }
}

/// People with two copies and with one, of the fields of `allele_stats`.
fn people_and_men(columns: &[Int64Array], row: usize) -> Option<(DiploidCounts, HemizygousCounts)> {
    let mut people = diploid(columns, row)?;
    people.n_hom_ref = people.n_hom_ref.saturating_add(value(&columns[3], row)?);
    let men = HemizygousCounts {
        n_hemi_ref: value(&columns[4], row)?.saturating_add(value(&columns[6], row)?),
        n_hemi_alt: value(&columns[5], row)?,
    };
    Some((people, men))
}

/// The p-value of a row; none where nobody has two copies.
fn exact(people: DiploidCounts, men: HemizygousCounts, p_value: PValue) -> Result<Option<f64>> {
    let n = people.n_people().saturating_add(men.n_people());
    let most = match men.n_people() {
        0 => MOST_PEOPLE,
        _ => MOST_PEOPLE_X,
    };
    if people.n_people() == 0 {
        return Ok(None);
    }
    if n > most {
        return exec_err!("hwe_exact: expected at most {most} people, got {n}");
    }
    Ok(match men.n_people() {
        0 => hardy_weinberg_p(people, p_value),
        _ => hardy_weinberg_p_x(people, men, p_value),
    })
}

/// Parts a last text argument from the counts before it.
fn split_p_value(args: &[ColumnarValue]) -> Result<(&[ColumnarValue], PValue)> {
    let Some((last, counts)) = args
        .split_last()
        .filter(|(last, _)| is_text(&last.data_type()))
    else {
        return Ok((args, PValue::Mid));
    };
    match constant_text("hwe_exact", "p_value", last)?.as_deref() {
        None | Some("mid") => Ok((counts, PValue::Mid)),
        Some("standard") => Ok((counts, PValue::Standard)),
        Some(other) => exec_err!("hwe_exact: expected `mid` or `standard`, got `{other}`"),
    }
}

/// A count; `None` when it is NULL or negative.
pub(crate) fn value(column: &Int64Array, row: usize) -> Option<u64> {
    column
        .is_valid(row)
        .then(|| u64::try_from(column.value(row)).ok())
        .flatten()
}

/// The first three columns as people with two copies.
pub(crate) fn diploid(columns: &[Int64Array], row: usize) -> Option<DiploidCounts> {
    Some(DiploidCounts {
        n_hom_ref: value(&columns[0], row)?,
        n_het: value(&columns[1], row)?,
        n_hom_alt: value(&columns[2], row)?,
    })
}
