//! `in_region(chrom, pos, regions)`: whether a position lies in a region.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{ColumnarValue, Documentation, Expr, ScalarFunctionArgs, lit};
use kohort_genome::Region;

use crate::args::{integer_column, is_number, is_text, text_column, wrong_count, wrong_type};
use crate::context::FunctionContext;
use crate::scalar::Kernel;

/// Whether a position lies in one of some regions.
#[derive(Debug)]
pub(crate) struct InRegion;

impl Kernel for InRegion {
    const NAME: &'static str = "in_region";

    fn coerce(types: &[DataType]) -> Result<Vec<DataType>> {
        let [chrom, pos, regions] = types else {
            return wrong_count(
                "in_region(chrom, pos, 'chr17:43044295-43125364')",
                types.len(),
            );
        };
        if !is_text(chrom) {
            return wrong_type(Self::NAME, "chrom", "text", chrom);
        }
        if !is_number(pos) {
            return wrong_type(Self::NAME, "pos", "a number", pos);
        }
        let regions = match regions {
            DataType::List(item) | DataType::LargeList(item) if is_text(item.data_type()) => {
                DataType::new_list(DataType::Utf8, true)
            }
            DataType::FixedSizeList(item, _) if is_text(item.data_type()) => {
                DataType::new_list(DataType::Utf8, true)
            }
            text if is_text(text) => DataType::Utf8View,
            other => return wrong_type(Self::NAME, "regions", "text or a list of text", other),
        };
        Ok(vec![DataType::Utf8View, DataType::Int64, regions])
    }

    fn returns(_: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke(context: &FunctionContext, args: &ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let chrom = text_column(&args.args[0], rows)?;
        let pos = integer_column(&args.args[1].to_array(rows)?)?;
        let constant = match &args.args[2] {
            ColumnarValue::Scalar(scalar) => Some(scalar_regions(context, scalar)?),
            ColumnarValue::Array(_) => None,
        };
        let mut inside = Vec::with_capacity(rows);
        for row in 0..rows {
            let own;
            let regions = match (&constant, &args.args[2]) {
                (Some(regions), _) => regions.as_deref(),
                (None, ColumnarValue::Array(array)) => {
                    own = scalar_regions(context, &ScalarValue::try_from_array(array, row)?)?;
                    own.as_deref()
                }
                (None, ColumnarValue::Scalar(_)) => None,
            };
            inside.push(match regions {
                Some(regions) if chrom.is_valid(row) && pos.is_valid(row) => {
                    let contig = kohort_genome::canonical_contig(chrom.value(row));
                    let pos = u32::try_from(pos.value(row)).ok();
                    Some(
                        regions
                            .iter()
                            .any(|r| pos.is_some_and(|pos| r.contains(&contig, pos))),
                    )
                }
                _ => None,
            });
        }
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::from(inside))))
    }

    fn simplify(
        context: &Arc<FunctionContext>,
        args: Vec<Expr>,
        _: &SimplifyContext,
    ) -> Result<ExprSimplifyResult> {
        let [chrom, pos, Expr::Literal(regions, _)] = args.as_slice() else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        Ok(ExprSimplifyResult::Simplified(
            match scalar_regions(context, regions)? {
                None => Expr::Literal(ScalarValue::Boolean(None), None),
                Some(regions) => regions_predicate(chrom, pos, &regions),
            },
        ))
    }

    fn documentation() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "Whether a position lies in a region or a gene, or in one of several. Positions are \
             1-based and both ends belong to a region. Contigs go by any of their names (`17`, \
             `chr17`), others by the name that a callset has (`HLA-DRB1*04:03:01`, \
             `HLA-DRB1*04:03:01:1-100`), genes by their symbols in `reference.genes`, in any case, \
             or their identifiers in Ensembl or HGNC, and in the genome of the lake's callsets \
             (`SET kohort.reference_genome` where those do not tell). In a filter it is as good \
             as comparing `chrom` and `pos`: files and row groups outside are not read. NULL \
             when an argument is NULL; a contig that no callset has, and a text that is neither \
             a region nor a gene, is an error.",
            "in_region(chrom, pos, regions)",
        )
        .with_alternative_syntax("in_region(regions)")
        .with_argument(
            "chrom",
            "the contig; the column `chrom` when left out together with `pos`",
        )
        .with_argument("pos", "1-based position")
        .with_argument(
            "regions",
            "`chr17:43,044,295-43,125,364`, `chr17:100`, `chr17`, `BRCA1`, several of them parted \
             by `,` or blanks (`BRCA1, chr17:1-100`), or a list: `['chr13:32315086-32400268', \
             'BRCA1']`. Braces tell a contig's name from a range behind it: `{HLA-A*01:01}:1-100`. \
             Without a lake, a contig that is not primary needs them",
        )
        .with_sql_example(
            "SELECT count(*) FROM variants WHERE in_region(chrom, pos, 'chr17:43044295-43125364');",
        )
        .build()
    }
}

/// Reads a list of regions and genes; the error is the caller's fault.
///
/// # Errors
/// A text that is neither a region of a contig nor a gene that the session knows.
pub fn parse_regions(context: &FunctionContext, text: &str) -> Result<Vec<Region>> {
    let pieces = Region::split_list(text).map_err(caller)?;
    refuse_columns(text)?;
    let mut regions = Vec::new();
    for piece in pieces {
        regions.extend(region_or_gene(context, piece)?);
    }
    Ok(regions)
}

fn region_or_gene(context: &FunctionContext, piece: &str) -> Result<Vec<Region>> {
    let unknown = match Region::parse_known(piece, |name, form| context.contig(name, form)) {
        Ok(region) => return Ok(vec![region]),
        Err(kohort_genome::Error::UnknownContig { text }) => text,
        Err(error) => return Err(caller(error)),
    };
    let is_identifier = unknown
        .get(..5)
        .is_some_and(|text| text.eq_ignore_ascii_case("hgnc:"));
    if is_identifier || !unknown.contains([':', '{']) {
        return context.place(piece);
    }
    match context.nearest_contig(&unknown) {
        Some(near) => {
            plan_err!("there is no contig for the region `{unknown}`; did you mean `{near}`?")
        }
        None => plan_err!(
            "there is no contig for the region `{unknown}`: it is no primary contig, and no \
             callset has it"
        ),
    }
}

/// A contig, a start and an end as three words would be three whole contigs.
fn refuse_columns(text: &str) -> Result<()> {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_named = |word: &str| {
        let prefix = word.get(..3).unwrap_or_default();
        prefix.eq_ignore_ascii_case("chr") && !word.contains(':')
    };
    for part in text.split([',', ';']) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let mut pairs = words.windows(2);
        if let Some(pair) = pairs.find(|pair| is_named(pair[0]) && is_number(pair[1])) {
            return plan_err!(
                "`{0}` and `{1}` are two contigs here; did you mean `{0}:{1}`?",
                pair[0],
                pair[1]
            );
        }
    }
    Ok(())
}

/// What is wrong with a region is the caller's fault.
fn caller(error: kohort_genome::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// `chrom` and `pos` lie in one of the regions, as plain comparisons that scans can prune by.
pub fn regions_predicate(chrom: &Expr, pos: &Expr, regions: &[Region]) -> Expr {
    let each = regions.iter().map(|region| {
        let mut inside = chrom.clone().eq(lit(contig(region)));
        if region.start > 0 {
            inside = inside.and(pos.clone().gt_eq(lit(i64::from(region.start))));
        }
        if region.end < kohort_genome::MAX_POSITION {
            inside = inside.and(pos.clone().lt_eq(lit(i64::from(region.end))));
        }
        inside
    });
    // A tree of halves: thousands of regions in a chain would be as deep.
    let mut terms: Vec<Expr> = each.collect();
    while terms.len() > 1 {
        let mut pairs = terms.into_iter();
        let mut joined = Vec::new();
        while let Some(left) = pairs.next() {
            joined.push(match pairs.next() {
                Some(right) => left.or(right),
                None => left,
            });
        }
        terms = joined;
    }
    terms.pop().unwrap_or_else(|| lit(false))
}

/// The contig, as a text of the type that `chrom` has.
fn contig(region: &Region) -> ScalarValue {
    ScalarValue::Utf8View(Some(region.contig.clone()))
}

/// The regions that a constant names; `None` for NULL.
fn scalar_regions(context: &FunctionContext, scalar: &ScalarValue) -> Result<Option<Vec<Region>>> {
    if scalar.is_null() {
        return Ok(None);
    }
    if let Some(text) = scalar.try_as_str() {
        return text.map(|text| parse_regions(context, text)).transpose();
    }
    let array = scalar.to_array()?;
    let Some(list) = array.as_list_opt::<i32>() else {
        return Err(DataFusionError::Plan(format!(
            "in_region: expected text or a list of text, got {}",
            scalar.data_type()
        )));
    };
    let items = arrow::compute::cast(list.values(), &DataType::Utf8)?;
    let mut regions = Vec::new();
    for item in items.as_string::<i32>().iter().flatten() {
        regions.extend(parse_regions(context, item)?);
    }
    Ok(Some(regions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::logical_expr::col;

    fn regions(text: &str) -> Result<Vec<Region>> {
        parse_regions(&FunctionContext::default(), text)
    }

    #[test]
    fn a_region_becomes_comparisons_that_scans_prune_by() {
        let regions = regions("17:43,044,295-43,125,364").unwrap();
        let predicate = regions_predicate(&col("chrom"), &col("pos"), &regions);
        let text = predicate.to_string();
        assert!(text.contains("chr17"), "{text}");
        assert!(
            text.contains("43044295") && text.contains("43125364"),
            "{text}"
        );
    }

    #[test]
    fn columns_of_a_bed_line_are_no_three_contigs() {
        assert!(regions("chr1 5 10").is_err());
        assert!(regions("chr1\t1,000\t2,000").is_err());
        for (text, n) in [("chr1,2", 2), ("chr1 X", 2), ("chr1:5 2", 2), ("1 2 3", 3)] {
            assert_eq!(regions(text).unwrap().len(), n, "{text}");
        }
    }

    #[test]
    fn a_malformed_region_is_an_error() {
        assert!(regions("chr17:10-5").is_err());
        assert!(regions("chr17:a-b").is_err());
    }

    struct OneGene;

    impl crate::Places for OneGene {
        fn find(&self, name: &str) -> Result<Vec<Region>> {
            match name {
                "BRCA1" => Ok(vec!["chr17:5-9".parse().unwrap()]),
                _ => datafusion::common::plan_err!("there is no gene `{name}`"),
            }
        }
    }

    #[test]
    fn genes_and_regions_mix_in_a_list() {
        let context = FunctionContext::with_places(Arc::new(OneGene));
        let found = parse_regions(&context, "BRCA1, chr17:1,000-2,000 X").unwrap();
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["chr17:5-9", "chr17:1000-2000", "chrX"]);
        let error = parse_regions(&context, "chr1;BRCA9").unwrap_err();
        assert!(error.to_string().contains("no gene `BRCA9`"), "{error}");
        assert!(parse_regions(&context, "{BRCA9}").is_ok());
    }
}
