//! `reference.genes`: read from the file that is compiled in, once in a process.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::common::{Result, internal_datafusion_err, internal_err};
use flate2::read::GzDecoder;
use kohort_genome::{ReferenceGenome, Region};
use kohort_schema::tables::GENES;

/// The file, made by `datasets/make_genes.py`.
const FILE: &[u8] = include_bytes!("../../../../datasets/genes/genes.tsv.gz");

/// More rows than the file has, so that they come as one batch.
const BATCH_ROWS: usize = 1 << 20;

/// Genes, and where each is by its symbol.
#[derive(Debug)]
pub(crate) struct GeneTable {
    pub(crate) rows: RecordBatch,
    /// Rows of a genome and a symbol in upper case.
    by_name: HashMap<(ReferenceGenome, String), Vec<usize>>,
}

impl GeneTable {
    /// The table that comes with Kohort.
    pub(crate) fn shipped() -> Result<&'static Self> {
        static SHIPPED: OnceLock<GeneTable> = OnceLock::new();
        if let Some(table) = SHIPPED.get() {
            return Ok(table);
        }
        let table = Self::read(FILE)?;
        Ok(SHIPPED.get_or_init(|| table))
    }

    fn read(file: &[u8]) -> Result<Self> {
        let mut text = Vec::new();
        GzDecoder::new(file).read_to_end(&mut text)?;
        let fields = GENES.columns.iter().filter_map(|column| column.field());
        let schema = Arc::new(Schema::new(fields.collect::<Vec<Field>>()));
        let mut batches = arrow::csv::ReaderBuilder::new(schema)
            .with_delimiter(b'\t')
            .with_header(true)
            .with_batch_size(BATCH_ROWS)
            .build(text.as_slice())?;
        let Some(rows) = batches.next().transpose()? else {
            return internal_err!("the table of genes is empty");
        };
        let rows = with_views(&rows)?;
        let by_name = by_name(&rows)?;
        Ok(Self { rows, by_name })
    }

    /// Where a gene is, by its symbol in any case; nowhere when there is none.
    pub(crate) fn find(&self, genome: ReferenceGenome, name: &str) -> Result<Vec<Region>> {
        let key = (genome, name.to_uppercase());
        self.regions(self.by_name.get(&key).map_or(&[][..], Vec::as_slice))
    }

    /// Where a gene is, by its identifier in Ensembl (`ENSG00000167548`, with or without a version)
    /// or HGNC (`HGNC:7133`); `None` where the text is no identifier of a gene of the genome.
    pub(crate) fn find_identifier(
        &self,
        genome: ReferenceGenome,
        text: &str,
    ) -> Result<Option<Vec<Region>>> {
        let wanted = text.to_uppercase();
        let (column, wanted) = match wanted.split_once('.') {
            _ if wanted.starts_with("HGNC:") => ("hgnc_id", wanted.as_str()),
            _ if !wanted.starts_with("ENSG") => return Ok(None),
            Some((stem, _)) => ("ensembl_gene_id", stem),
            None => ("ensembl_gene_id", wanted.as_str()),
        };
        let (genomes, ids) = (
            text_of(&self.rows, "reference_genome")?,
            text_of(&self.rows, column)?,
        );
        let is_it = |row: &usize| {
            ids.is_valid(*row)
                && ids.value(*row) == wanted
                && genomes.value(*row) == genome.as_str()
        };
        let rows: Vec<usize> = (0..self.rows.num_rows()).filter(is_it).collect();
        Ok(Some(self.regions(&rows)?).filter(|regions| !regions.is_empty()))
    }

    fn regions(&self, rows: &[usize]) -> Result<Vec<Region>> {
        let chroms = text_of(&self.rows, "chrom")?;
        let (starts, ends) = (integers(&self.rows, "start")?, integers(&self.rows, "end")?);
        let position = |value: i64| u32::try_from(value).map_err(|_| wrong("a position"));
        let regions = rows.iter().map(|row| {
            Ok(Region {
                contig: chroms.value(*row).to_string(),
                start: position(starts.value(*row))?,
                end: position(ends.value(*row))?,
            })
        });
        regions.collect()
    }

    /// The symbols of a genome, in upper case.
    pub(crate) fn names(&self, genome: ReferenceGenome) -> impl Iterator<Item = &str> {
        let keys = self.by_name.keys();
        keys.filter_map(move |(of, name)| (*of == genome).then_some(name.as_str()))
    }

    /// Whether there are genes of this genome.
    pub(crate) fn knows(genome: ReferenceGenome) -> bool {
        matches!(genome, ReferenceGenome::Grch37 | ReferenceGenome::Grch38)
    }
}

fn wrong(what: &str) -> datafusion::error::DataFusionError {
    internal_datafusion_err!("the table of genes has {what} that is none")
}

/// The rows with texts as the other tables have them.
pub(super) fn with_views(rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = rows.schema();
    let viewed = schema.fields().iter().map(|field| {
        let field = field.as_ref().clone();
        match field.data_type() {
            DataType::Utf8 => field.with_data_type(DataType::Utf8View),
            _ => field,
        }
    });
    let schema = Arc::new(Schema::new(viewed.collect::<Vec<Field>>()));
    let columns = rows.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| cast(column, field.data_type()));
    Ok(RecordBatch::try_new(
        Arc::clone(&schema),
        columns.collect::<Result<_, _>>()?,
    )?)
}

fn text_of<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a arrow::array::StringViewArray> {
    let column = rows.column_by_name(name);
    let column = column.and_then(|column| column.as_string_view_opt());
    column.ok_or_else(|| internal_datafusion_err!("the table of genes has no column `{name}`"))
}

fn integers<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a arrow::array::Int64Array> {
    let column = rows.column_by_name(name);
    let column = column.and_then(|column| column.as_primitive_opt::<Int64Type>());
    column.ok_or_else(|| internal_datafusion_err!("the table of genes has no column `{name}`"))
}

/// Today's symbols, and the former ones that are no gene's today.
fn by_name(rows: &RecordBatch) -> Result<HashMap<(ReferenceGenome, String), Vec<usize>>> {
    let genomes = text_of(rows, "reference_genome")?;
    let genome = |row: usize| -> Result<ReferenceGenome> {
        genomes.value(row).parse().map_err(|_| wrong("a genome"))
    };
    let (today, former) = (text_of(rows, "gene")?, text_of(rows, "former_gene")?);
    let mut by_name: HashMap<_, Vec<usize>> = HashMap::with_capacity(rows.num_rows());
    for row in 0..rows.num_rows() {
        let key = (genome(row)?, today.value(row).to_uppercase());
        by_name.entry(key).or_default().push(row);
    }
    let mut by_former: HashMap<_, Vec<usize>> = HashMap::new();
    for row in (0..rows.num_rows()).filter(|row| former.is_valid(*row)) {
        let key = (genome(row)?, former.value(row).to_uppercase());
        if !by_name.contains_key(&key) {
            by_former.entry(key).or_default().push(row);
        }
    }
    by_name.extend(by_former);
    Ok(by_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(genome: ReferenceGenome, name: &str) -> Vec<String> {
        let found = GeneTable::shipped().unwrap().find(genome, name).unwrap();
        found.iter().map(ToString::to_string).collect()
    }

    /// Places as Ensembl's and GENCODE's browsers show them.
    #[test]
    fn known_genes_are_where_they_are_known_to_be() {
        use ReferenceGenome::{Grch37, Grch38};
        assert_eq!(place(Grch38, "APOE"), ["chr19:44905791-44909393"]);
        assert_eq!(place(Grch37, "apoe"), ["chr19:45409011-45412650"]);
        assert_eq!(place(Grch38, "TP53"), ["chr17:7661779-7687538"]);
        assert_eq!(place(Grch38, "MT-ND1"), ["chrM:3307-4262"]);
        assert_eq!(
            place(Grch38, "SHOX"),
            ["chrX:624344-659411", "chrY:624344-659411"]
        );
        assert!(place(Grch38, "BRCA9").is_empty());
    }

    #[test]
    fn a_former_symbol_finds_the_gene() {
        let today = place(ReferenceGenome::Grch38, "TMEM278");
        assert_eq!(place(ReferenceGenome::Grch38, "TMEM88B"), today);
        assert_eq!(today.len(), 1);
    }

    #[test]
    fn an_identifier_finds_the_gene() {
        let table = GeneTable::shipped().unwrap();
        let expected = place(ReferenceGenome::Grch38, "KMT2D");
        for text in [
            "ENSG00000167548",
            "ensg00000167548.17",
            "HGNC:7133",
            "hgnc:7133",
        ] {
            let found = table
                .find_identifier(ReferenceGenome::Grch38, text)
                .unwrap();
            let found: Vec<String> = found.unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{text}");
        }
        for text in ["ENSG99999999999", "HGNC:0", "KMT2D", ""] {
            let found = table
                .find_identifier(ReferenceGenome::Grch38, text)
                .unwrap();
            assert_eq!(found, None, "{text}");
        }
    }

    #[test]
    fn every_gene_lies_within_its_contig() {
        let table = GeneTable::shipped().unwrap();
        assert!(table.rows.num_rows() > 40_000);
        for genome in [ReferenceGenome::Grch37, ReferenceGenome::Grch38] {
            assert!(table.names(genome).count() > 19_000);
            for name in table.names(genome) {
                for region in table.find(genome, name).unwrap() {
                    let length = genome.contig_length(&region.contig).unwrap();
                    assert!(0 < region.start && region.start < region.end, "{name}");
                    assert!(region.end <= length, "{name}");
                }
            }
        }
    }
}
