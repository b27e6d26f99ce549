//! Every row of every file, by the reader of the files' format.

use crate::Result;
use crate::load::options::LoadOptions;
use crate::load::prepare::{Content, Prepared};
use crate::read::fhir::{Skipped, Wanted};
use crate::read::{Columns, beacon, delimited, fhir, ndjson, phenopacket, workbook};
use crate::record::Record;

/// Takes the rows of a file.
pub(crate) type Take<'t> = dyn FnMut(&Prepared, &Record, &Columns) -> Result<()> + 't;

/// The columns that a format has by itself.
pub(crate) fn declared(content: Content) -> Columns {
    match content {
        Content::Delimited | Content::Parquet | Content::Workbook | Content::Json => {
            Columns::default()
        }
        Content::Fhir(resource, _) => Columns::declared(resource.declared()),
        Content::Phenopacket(rows) => Columns::declared(rows.declared()),
        Content::Beacon(rows) => Columns::declared(rows.declared()),
    }
}

/// Reads all rows of all files, in their order.
pub(crate) fn for_each(
    files: &[Prepared],
    content: Content,
    options: &LoadOptions,
    columns: &mut Columns,
    skipped: &mut Skipped,
    take: &mut Take<'_>,
) -> Result<()> {
    for file in files {
        let (name, layout) = (file.name(), file.layout);
        let mut sink = |record: &Record, columns: &Columns| take(file, record, columns);
        if content == Content::Workbook {
            let note = workbook::read(file.source.as_ref(), options, columns, &mut sink)?;
            note.into_iter().for_each(|note| skipped.tell(note));
            file.check_unchanged()?;
            continue;
        }
        file.read(|input| match content {
            Content::Delimited => {
                let dialect = file.dialect(options);
                delimited::read(name, input, &dialect, columns, &mut sink)
            }
            Content::Json => ndjson::read(name, input, layout, options, columns, &mut sink),
            Content::Fhir(resource, others) => {
                let wanted = Wanted {
                    resource,
                    others,
                    layout,
                };
                fhir::read(name, input, wanted, skipped, columns, &mut sink)
            }
            Content::Phenopacket(rows) => {
                phenopacket::read(name, input, layout, rows, columns, &mut sink)
            }
            Content::Beacon(rows) => beacon::read(name, input, layout, rows, columns, &mut sink),
            Content::Parquet | Content::Workbook => Ok(()),
        })?;
    }
    Ok(())
}
