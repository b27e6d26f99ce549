//! What callsets say of an allele beside its counts: one answer, whichever callset came first.
//!
//! # Definition
//! `id`: the identifiers of all callsets. `filter`: every filter that the allele failed in some
//! callset; `[PASS]` only where it passed in all. `qual` and `end`: the highest.
//! `is_multiallelic`: of some record. Each field of `info`: the value that all callsets with one
//! agree on, else NULL. [`DIFFER`] names what they do not agree on.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float32Array, Int64Array, ListBuilder, RecordBatch,
    StringArray, StringBuilder, StringViewArray, StructArray, UInt32Array, make_array,
    make_comparator,
};
use arrow::buffer::NullBuffer;
use arrow::compute::{SortOptions, cast, interleave, take};
use arrow::datatypes::{DataType, Field, Fields, Float32Type, Int64Type, Schema};
use datafusion::common::{Result, internal_err};

/// The column that names what callsets do not agree on.
pub(crate) const DIFFER: &str = "callsets_differ";

/// Columns that callsets can differ in.
const COMPARED: [&str; 4] = ["end", "qual", "filter", "info"];

/// Whether a column takes what all callsets say into account.
pub(super) fn is_united(name: &str) -> bool {
    COMPARED.contains(&name) || matches!(name, "id" | "is_multiallelic" | DIFFER)
}

/// Whether a stored column has to be read for these columns of the result.
pub(super) fn is_compared_for(name: &str, output: &Schema) -> bool {
    COMPARED.contains(&name) && output.field_with_name(DIFFER).is_ok()
}

/// `info` with its fields in an order that does not depend on which callset declared them first.
pub(super) fn sorted_info(field: &Field) -> Field {
    let DataType::Struct(fields) = field.data_type() else {
        return field.clone();
    };
    let mut fields = fields.to_vec();
    fields.sort_by(|a, b| a.name().cmp(b.name()));
    field
        .clone()
        .with_data_type(DataType::Struct(Fields::from(fields)))
}

/// For each row of the result, the rows of callsets that list its allele, as (batch, row).
#[derive(Debug, Default)]
pub(super) struct Listings {
    rows: Vec<(usize, usize)>,
    ends: Vec<usize>,
}

impl Listings {
    pub(super) fn push(&mut self, source: usize, row: usize) {
        self.rows.push((source, row));
    }

    /// Ends a row of the result.
    pub(super) fn end_row(&mut self) {
        self.ends.push(self.rows.len());
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.ends.clear();
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| start..*end)
    }

    /// Whether each allele is listed by one callset only.
    fn are_single(&self) -> bool {
        self.rows.len() == self.ends.len()
    }
}

/// The united columns of one batch.
#[derive(Debug)]
pub(super) struct United {
    columns: HashMap<String, ArrayRef>,
}

impl United {
    /// Unites the columns that the result has.
    pub(super) fn new(
        output: &Schema,
        input: &Schema,
        batches: &[&RecordBatch],
        listings: &Listings,
    ) -> Result<Self> {
        let mut columns = HashMap::new();
        let mut differences = Differences::new(listings.ends.len());
        let wants_all = output.field_with_name(DIFFER).is_ok();
        let wanted = |name: &str| output.field_with_name(name).is_ok();
        // In this order, so that `callsets_differ` has an order too.
        for name in ["id", "is_multiallelic"].into_iter().chain(COMPARED) {
            let is_compared = wants_all && COMPARED.contains(&name);
            if !wanted(name) && !is_compared {
                continue;
            }
            let column = input.index_of(name)?;
            let arrays: Vec<&dyn Array> =
                batches.iter().map(|b| b.column(column).as_ref()).collect();
            let flat = interleave(&arrays, &listings.rows)?;
            let united = match name {
                _ if listings.are_single() && name != "info" => flat,
                "info" => {
                    let field = sorted_info(input.field(column));
                    info(&field, &flat, listings, &mut differences)?
                }
                _ => united(name, &flat, listings, &mut differences)?,
            };
            columns.insert(name.to_owned(), united);
        }
        if wants_all {
            columns.insert(DIFFER.to_owned(), differences.finish());
        }
        Ok(Self { columns })
    }

    pub(super) fn column(&self, name: &str) -> Result<ArrayRef> {
        match self.columns.get(name) {
            Some(column) => Ok(Arc::clone(column)),
            None => internal_err!("the column `{name}` was not united"),
        }
    }
}

/// Names of what callsets do not agree on, row by row.
struct Differences {
    rows: Vec<Vec<String>>,
}

impl Differences {
    fn new(n_rows: usize) -> Self {
        Self {
            rows: vec![Vec::new(); n_rows],
        }
    }

    fn add(&mut self, row: usize, name: &str) {
        if let Some(names) = self.rows.get_mut(row) {
            names.push(name.to_owned());
        }
    }

    fn finish(self) -> ArrayRef {
        let mut list = ListBuilder::new(StringBuilder::new());
        for names in self.rows {
            for name in &names {
                list.values().append_value(name);
            }
            list.append(!names.is_empty());
        }
        Arc::new(list.finish())
    }
}

fn united(
    name: &str,
    flat: &ArrayRef,
    listings: &Listings,
    differences: &mut Differences,
) -> Result<ArrayRef> {
    if COMPARED.contains(&name) {
        agreement(flat, listings, |row, _, is_same| {
            if !is_same {
                differences.add(row, name);
            }
        })?;
    }
    let ranges = listings.ranges();
    Ok(match (name, flat.data_type()) {
        ("id", DataType::Utf8View) => {
            let ids = flat.as_string_view();
            Arc::new(ranges.map(|r| ids_of(ids, r)).collect::<StringViewArray>())
        }
        ("is_multiallelic", DataType::Boolean) => {
            let values = flat.as_boolean();
            let any = |mut r: Range<usize>| r.any(|i| values.is_valid(i) && values.value(i));
            Arc::new(ranges.map(|r| Some(any(r))).collect::<BooleanArray>())
        }
        ("qual", DataType::Float32) => {
            let values = flat.as_primitive::<Float32Type>();
            let valid =
                |r: Range<usize>| r.filter(|i| values.is_valid(*i)).map(|i| values.value(i));
            Arc::new(
                ranges
                    .map(|r| valid(r).reduce(f32::max))
                    .collect::<Float32Array>(),
            )
        }
        ("end", DataType::Int64) => {
            let values = flat.as_primitive::<Int64Type>();
            let valid =
                |r: Range<usize>| r.filter(|i| values.is_valid(*i)).map(|i| values.value(i));
            Arc::new(ranges.map(|r| valid(r).max()).collect::<Int64Array>())
        }
        ("filter", DataType::List(_)) => filters(flat, listings)?,
        (name, found) => return internal_err!("the column `{name}` has the type {found}"),
    })
}

/// The identifiers of all callsets, as written where they agree.
fn ids_of(ids: &StringViewArray, range: Range<usize>) -> Option<String> {
    let mut written = range.filter(|i| ids.is_valid(*i)).map(|i| ids.value(i));
    let first = written.next()?;
    let mut all: BTreeSet<&str> = BTreeSet::new();
    let mut is_same = true;
    for other in written {
        is_same &= other == first;
        all.extend(other.split(';'));
    }
    if is_same {
        return Some(first.to_owned());
    }
    all.extend(first.split(';'));
    Some(all.into_iter().collect::<Vec<_>>().join(";"))
}

/// The filters that the allele failed anywhere; `[PASS]` only where it passed everywhere.
fn filters(flat: &ArrayRef, listings: &Listings) -> Result<ArrayRef> {
    let lists = flat.as_list::<i32>();
    let items = cast(lists.values(), &DataType::Utf8)?;
    let items: &StringArray = items.as_string();
    let mut out = ListBuilder::new(StringBuilder::new());
    for range in listings.ranges() {
        let mut failed: BTreeSet<&str> = BTreeSet::new();
        let mut all_pass = !range.is_empty();
        for row in range {
            if lists.is_null(row) {
                all_pass = false;
                continue;
            }
            let (start, end) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
            for item in start..end {
                let name = items.value(usize::try_from(item).unwrap_or_default());
                if name != PASS {
                    failed.insert(name);
                    all_pass = false;
                }
            }
        }
        for name in &failed {
            out.values().append_value(name);
        }
        if all_pass {
            out.values().append_value(PASS);
        }
        out.append(all_pass || !failed.is_empty());
    }
    Ok(cast(&out.finish(), flat.data_type())?)
}

/// What FILTER has where all filters were passed (VCF 4.3, section 1.6.1).
const PASS: &str = "PASS";

/// `info`, field by field.
fn info(
    field: &Field,
    flat: &ArrayRef,
    listings: &Listings,
    differences: &mut Differences,
) -> Result<ArrayRef> {
    let (DataType::Struct(fields), Some(flat)) = (field.data_type(), flat.as_struct_opt()) else {
        return internal_err!("`info` is no struct");
    };
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        let Some(column) = flat.column_by_name(field.name()) else {
            return internal_err!("`info` has no field `{}`", field.name());
        };
        let column = with_nulls_of(column, flat.nulls())?;
        if listings.are_single() {
            columns.push(column);
            continue;
        }
        let mut kept: Vec<Option<u32>> = Vec::with_capacity(listings.ends.len());
        agreement(&column, listings, |row, first, is_same| {
            if !is_same {
                differences.add(row, &format!("info.{}", field.name()));
            }
            kept.push(
                first
                    .filter(|_| is_same)
                    .and_then(|i| u32::try_from(i).ok()),
            );
        })?;
        columns.push(take(&column, &UInt32Array::from(kept), None)?);
    }
    let is_known: Vec<bool> = listings
        .ranges()
        .map(|mut range| range.any(|i| flat.is_valid(i)))
        .collect();
    let nulls = NullBuffer::from(is_known);
    let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
    Ok(Arc::new(StructArray::try_new(
        fields.clone(),
        columns,
        nulls,
    )?))
}

/// A field of a struct, NULL where the struct is.
fn with_nulls_of(column: &ArrayRef, outer: Option<&NullBuffer>) -> Result<ArrayRef> {
    if outer.is_none() {
        return Ok(Arc::clone(column));
    }
    let nulls = NullBuffer::union(outer, column.nulls());
    let data = column.to_data().into_builder().nulls(nulls).build()?;
    Ok(make_array(data))
}

/// Calls `each` with every row, the first of its listings that has a value, and whether all that
/// have one agree.
fn agreement(
    flat: &ArrayRef,
    listings: &Listings,
    mut each: impl FnMut(usize, Option<usize>, bool),
) -> Result<()> {
    let nulls = flat.logical_nulls();
    let is_valid = |i: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*i));
    let compare = make_comparator(flat, flat, SortOptions::default())?;
    for (row, range) in listings.ranges().enumerate() {
        let mut valid = range.filter(is_valid);
        let first = valid.next();
        let is_same = first.is_none_or(|first| valid.all(|i| compare(first, i) == Ordering::Equal));
        each(row, first, is_same);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(n: usize) -> Listings {
        let mut listings = Listings::default();
        for row in 0..n {
            listings.push(0, 2 * row);
            listings.push(0, 2 * row + 1);
            listings.end_row();
        }
        listings
    }

    fn filter_of(one: Option<&[&str]>, other: Option<&[&str]>) -> Option<Vec<String>> {
        let mut list = ListBuilder::new(StringBuilder::new());
        for names in [one, other] {
            for name in names.unwrap_or_default() {
                list.values().append_value(name);
            }
            list.append(names.is_some());
        }
        let flat: ArrayRef = Arc::new(list.finish());
        let united = filters(&flat, &pairs(1)).unwrap();
        let united = united.as_list::<i32>();
        let names = |i| {
            let value = united.value(i);
            let value = value.as_string::<i32>();
            value.iter().flatten().map(str::to_owned).collect()
        };
        united.is_valid(0).then(|| names(0))
    }

    #[test]
    fn an_allele_passes_only_where_it_passes_in_every_callset() {
        let pass: Option<&[&str]> = Some(&["PASS"]);
        let owned = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect());
        assert_eq!(filter_of(pass, pass), owned(&["PASS"]));
        assert_eq!(filter_of(pass, Some(&["q10"])), owned(&["q10"]));
        assert_eq!(
            filter_of(Some(&["s50"]), Some(&["q10"])),
            owned(&["q10", "s50"])
        );
        assert_eq!(filter_of(None, Some(&["q10"])), owned(&["q10"]));
        assert_eq!(filter_of(pass, None), None);
        assert_eq!(filter_of(None, None), None);
    }

    #[test]
    fn identifiers_are_united_and_kept_as_written_where_they_agree() {
        let ids = StringViewArray::from(vec![
            Some("rs2;rs1"),
            Some("rs2;rs1"),
            None,
            Some("rs9"),
            Some("rs3"),
            Some("rs1;rs3"),
        ]);
        let of = |range| ids_of(&ids, range);
        assert_eq!(of(0..2).as_deref(), Some("rs2;rs1"));
        assert_eq!(of(2..4).as_deref(), Some("rs9"));
        assert_eq!(of(4..6).as_deref(), Some("rs1;rs3"));
        assert_eq!(of(2..3), None);
    }
}
