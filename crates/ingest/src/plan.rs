//! What all files of an ingest have in common: samples, fields, contigs, reference genome.

use crate::genome::{self, SaidGenome};
use crate::{Error, FieldSelection, IngestRequest};
use arrow::datatypes::{Fields, SchemaRef};
use kohort_genome::{ReferenceGenome, canonical_contig};
use kohort_schema::{FieldType, Scalar, Shape, TableName};
use kohort_vcf::value::Escapes;
use kohort_vcf::{FieldLine, Header, Kind, Number};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Name of the INFO and FORMAT field that holds, as text, what no header line declares.
pub(crate) const UNDECLARED: &str = "_undeclared";

/// Name of the INFO and FORMAT field that holds, as text, entries with percent codes (VCFv4.3 on,
/// §1.2). Their values are decoded; an export writes the entries as they were.
pub(crate) const AS_WRITTEN: &str = "_as_written";

/// INFO or FORMAT fields that become columns. A Parquet column costs memory whatever it holds; the
/// fields beyond are kept as text.
pub(crate) const MAX_FIELDS: usize = 4_096;

/// One INFO or FORMAT field that is kept.
#[derive(Debug, Clone)]
pub(crate) struct FieldPlan {
    pub(crate) line: FieldLine,
    pub(crate) field_type: FieldType,
}

/// Which `adj` criteria the header's fields allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct AdjCriteria {
    pub(crate) gq: bool,
    pub(crate) dp: bool,
    pub(crate) ad: bool,
}

impl AdjCriteria {
    pub(crate) fn any(self) -> bool {
        self.gq || self.dp || self.ad
    }

    pub(crate) fn names(self) -> Vec<String> {
        let all = [(self.gq, "GQ"), (self.dp, "DP"), (self.ad, "AD")];
        all.iter()
            .filter(|(on, _)| *on)
            .map(|(_, name)| (*name).to_owned())
            .collect()
    }
}

/// One contig: its name here, in the file, and its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContigPlan {
    pub(crate) chrom: String,
    pub(crate) name: String,
    pub(crate) length: Option<u64>,
}

/// What the headers say together.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) samples: Vec<String>,
    pub(crate) header_text: String,
    pub(crate) contigs: Vec<ContigPlan>,
    pub(crate) infos: Arc<[FieldPlan]>,
    pub(crate) dropped_infos: Vec<String>,
    pub(crate) formats: Arc<[FieldPlan]>,
    pub(crate) dropped_formats: Vec<String>,
    /// INFO and FORMAT fields beyond [`MAX_FIELDS`].
    pub(crate) n_beyond: usize,
    /// Lines of `header_text` (from 0) that were not UTF-8 and are read as ISO 8859-1.
    pub(crate) latin1_lines: Vec<usize>,
    pub(crate) adj: AdjCriteria,
    pub(crate) reference_genome: Option<ReferenceGenome>,
    /// What the headers name that is none of the genomes known here.
    pub(crate) other_genome: Option<String>,
    pub(crate) warnings: Vec<String>,
    pub(crate) info_struct: Fields,
    pub(crate) call_struct: Fields,
    pub(crate) variants_schema: SchemaRef,
    pub(crate) call_fields_schema: SchemaRef,
}

impl Plan {
    /// Unites the headers of the inputs (name and header), the first one leading.
    pub(crate) fn new(headers: &[(&str, &Header)], request: &IngestRequest) -> Result<Self, Error> {
        let Some((first_name, first)) = headers.first() else {
            return Err(Error::NoInput);
        };
        for (name, header) in &headers[1..] {
            same_samples((first_name, &first.samples), (name, &header.samples))?;
        }
        let infos = unite(headers, "INFO", &request.info, |h| &h.infos)?;
        let formats = unite(headers, "FORMAT", &request.format, |h| &h.formats)?;
        let declared = |id: &str| formats.iter().any(|f| f.id == id);
        let adj = AdjCriteria {
            gq: declared("GQ"),
            dp: declared("DP"),
            ad: declared("AD"),
        };
        let formats = formats.into_iter().filter(|f| f.id != "GT").collect();
        let (infos, dropped_infos, infos_beyond) = select(infos, &request.info);
        let (formats, dropped_formats, formats_beyond) = select(formats, &request.format);
        let mut info_fields = with_undeclared(&infos);
        if may_have_codes(headers, &infos) {
            info_fields.push((AS_WRITTEN, FieldType::new(Scalar::String, Shape::One)));
        }
        let info_struct = kohort_schema::info_struct(&info_fields)?;
        let mut call_fields = with_undeclared(&formats);
        if may_have_codes(headers, &formats) {
            call_fields.push((AS_WRITTEN, FieldType::new(Scalar::String, Shape::One)));
        }
        let call_struct = kohort_schema::call_fields_struct(&call_fields)?;
        let header_text = merged_text(headers);
        let contigs = contigs(headers);
        let SaidGenome {
            genome: reference_genome,
            other: other_genome,
            warnings,
        } = genome::said(headers, request.reference_genome)?;
        Ok(Self {
            samples: first.samples.clone(),
            latin1_lines: latin1_lines(headers, &header_text),
            header_text,
            n_beyond: infos_beyond + formats_beyond,
            contigs,
            infos: infos.into(),
            dropped_infos,
            formats: formats.into(),
            dropped_formats,
            adj,
            reference_genome,
            other_genome,
            warnings,
            variants_schema: kohort_schema::callset_variants_schema(&info_struct),
            call_fields_schema: kohort_schema::call_fields_schema(&call_struct),
            info_struct,
            call_struct,
        })
    }

    /// The schema of a table's files.
    pub(crate) fn schema(&self, table: TableName) -> SchemaRef {
        match table {
            TableName::CallFields => Arc::clone(&self.call_fields_schema),
            _ => Arc::clone(&self.variants_schema),
        }
    }
}

fn same_samples(a: (&str, &[String]), b: (&str, &[String])) -> Result<(), Error> {
    if a.1 == b.1 {
        return Ok(());
    }
    let at = a.1.iter().zip(b.1).take_while(|(x, y)| x == y).count();
    let name = |samples: &[String]| {
        samples
            .get(at)
            .map_or_else(|| "no sample".to_owned(), |s| format!("`{s}`"))
    };
    let set = |samples: &[String]| samples.iter().cloned().collect::<HashSet<_>>();
    Err(Error::SamplesDiffer {
        first_file: a.0.to_owned(),
        file: b.0.to_owned(),
        column: at as u64 + 1,
        expected: name(a.1),
        found: name(b.1),
        reordered: set(a.1) == set(b.1),
    })
}

/// The fields of all headers. One that is left out may differ from file to file.
fn unite<'h>(
    headers: &[(&'h str, &'h Header)],
    section: &'static str,
    kept: &FieldSelection,
    lines: impl Fn(&'h Header) -> &'h Vec<FieldLine>,
) -> Result<Vec<FieldLine>, Error> {
    let mut all: Vec<FieldLine> = Vec::new();
    let mut first: HashMap<&str, (&str, usize)> = HashMap::new();
    for (file, header) in headers {
        for line in lines(header) {
            let Some((first_file, at)) = first.get(line.id.as_str()) else {
                first.insert(&line.id, (file, all.len()));
                all.push(line.clone());
                continue;
            };
            let known = &all[*at];
            if known.field_type() != line.field_type() && kept.keeps(&line.id) {
                let words = |l: &FieldLine| format!("Number={},Type={}", l.number, l.kind);
                return Err(Error::HeadersDiffer {
                    first_file: (*first_file).to_owned(),
                    file: (*file).to_owned(),
                    field: format!("{section}/{}", line.id),
                    expected: words(known),
                    found: words(line),
                });
            }
        }
    }
    Ok(all)
}

/// The fields that become columns, the ids of those that are not kept, and how many more there are
/// than columns.
fn select(lines: Vec<FieldLine>, kept: &FieldSelection) -> (Vec<FieldPlan>, Vec<String>, usize) {
    let (mut kept, dropped): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| kept.keeps(&line.id));
    let n_beyond = kept.len().saturating_sub(MAX_FIELDS);
    kept.truncate(MAX_FIELDS);
    let plan = |line: FieldLine| FieldPlan {
        field_type: field_type(&line),
        line,
    };
    (
        kept.into_iter().map(plan).collect(),
        dropped.into_iter().map(|line| line.id).collect(),
        n_beyond,
    )
}

/// Whether values of text may have percent codes.
fn may_have_codes(headers: &[(&str, &Header)], fields: &[FieldPlan]) -> bool {
    let has_codes = |(_, header): &(&str, &Header)| header.escapes() == Escapes::Percent;
    let is_text = |field: &FieldPlan| field.field_type.scalar == Scalar::String;
    headers.iter().any(has_codes) && fields.iter().any(is_text)
}

/// The lines of the merged header that came from lines that were not UTF-8.
fn latin1_lines(headers: &[(&str, &Header)], merged: &str) -> Vec<usize> {
    let mut latin1: HashSet<&str> = HashSet::new();
    for (_, header) in headers {
        let lines: Vec<&str> = match header.latin1_lines.is_empty() {
            true => continue,
            false => header.text.lines().collect(),
        };
        latin1.extend(header.latin1_lines.iter().filter_map(|at| lines.get(*at)));
    }
    let mut found = Vec::new();
    for (at, line) in merged.lines().enumerate() {
        if latin1.contains(line) {
            found.push(at);
        }
    }
    found
}

/// The column type of a header line.
fn field_type(line: &FieldLine) -> FieldType {
    let scalar = match line.kind {
        Kind::Integer => Scalar::Integer,
        Kind::Float => Scalar::Float,
        Kind::Flag => Scalar::Flag,
        Kind::Character | Kind::String => Scalar::String,
    };
    let shape = match line.number {
        _ if scalar == Scalar::Flag => Shape::One,
        Number::Count(1) => Shape::One,
        Number::A => Shape::PerAlternate,
        Number::R => Shape::PerAllele,
        _ => Shape::List,
    };
    FieldType::new(scalar, shape)
}

fn with_undeclared(fields: &[FieldPlan]) -> Vec<(&str, FieldType)> {
    let undeclared = (UNDECLARED, FieldType::new(Scalar::String, Shape::One));
    let declared = fields.iter().map(|f| (f.line.id.as_str(), f.field_type));
    declared.chain([undeclared]).collect()
}

fn contigs(headers: &[(&str, &Header)]) -> Vec<ContigPlan> {
    let mut contigs: Vec<ContigPlan> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for line in headers.iter().flat_map(|(_, h)| &h.contigs) {
        match known.entry(&line.id) {
            Entry::Occupied(at) => {
                // One file may say the length that another leaves out.
                let contig = &mut contigs[*at.get()];
                contig.length = contig.length.or(line.length);
            }
            Entry::Vacant(at) => {
                at.insert(contigs.len());
                contigs.push(ContigPlan {
                    chrom: canonical_contig(&line.id).into_owned(),
                    name: line.id.clone(),
                    length: line.length,
                });
            }
        }
    }
    contigs
}

/// The first header, with the meta-information lines that only the others have before its last
/// line.
fn merged_text(headers: &[(&str, &Header)]) -> String {
    let Some((_, first)) = headers.first() else {
        return String::new();
    };
    let mut seen: HashSet<&str> = first.text.lines().collect();
    let mut extra = String::new();
    let declares = |line: &&str| {
        ["##INFO=", "##FORMAT=", "##FILTER=", "##contig=", "##ALT="]
            .iter()
            .any(|start| line.starts_with(start))
    };
    for (_, header) in &headers[1..] {
        for line in header.text.lines().filter(declares) {
            if seen.insert(line) {
                extra.push_str(line);
                extra.push('\n');
            }
        }
    }
    let at = first.text.rfind("#CHROM").unwrap_or(first.text.len());
    let (before, columns) = first.text.split_at(at);
    [before, &extra, columns].concat()
}
