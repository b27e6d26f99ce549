//! The filtering allele frequency, whichever its confidence.

use std::sync::Arc;

use arrow::array::Float64Array;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs};
use kohort_stats::{AlleleCounts, Confidence, filtering_allele_frequency};

use crate::args::counts_or_struct;
use crate::hwe_exact::value;

/// The frequency of each row.
pub(crate) fn invoke(
    function: &str,
    args: &ScalarFunctionArgs,
    confidence: Confidence,
) -> Result<ColumnarValue> {
    let columns = counts_or_struct(function, &args.args, &["ac", "an"], args.number_rows)?;
    let frequencies = (0..args.number_rows).map(|row| {
        let counts = AlleleCounts {
            ac: value(&columns[0], row)?,
            an: value(&columns[1], row)?,
        };
        filtering_allele_frequency(counts, confidence)
    });
    Ok(ColumnarValue::Array(Arc::new(
        frequencies.collect::<Float64Array>(),
    )))
}

/// The reference entry.
pub(crate) fn documentation(function: &str, percent: &str) -> Documentation {
    Documentation::builder(
        DOC_SECTION_OTHER,
        format!(
            "The filtering allele frequency at {percent} % confidence (Whiffin 2017): the highest \
             true frequency for which the observed count would still be surprisingly large. A \
             variant with a value above what a disease allows is too common to cause it. 0 for a \
             count of 0 or 1; NULL when no allele is called, or a count is NULL."
        ),
        format!("{function}(ac, an)"),
    )
    .with_alternative_syntax(format!("{function}(stats)"))
    .with_argument("ac, an", "copies of the ALT, and called alleles")
    .with_argument("stats", "the struct of `allele_stats`")
    .with_sql_example(format!(
        "SELECT chrom, pos, ref, alt, {function}(ac, an) FROM variants;"
    ))
    .build()
}
