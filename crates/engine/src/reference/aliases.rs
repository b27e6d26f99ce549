//! Former symbols and aliases of genes: what a name that is no symbol of today may mean.

use std::io::Read;

use datafusion::common::Result;
use flate2::read::GzDecoder;

/// The file, made by `datasets/make_gene_aliases.py`: alias in capitals, gene, `previous` or
/// `alias`, in the order of these.
const FILE: &[u8] = include_bytes!("../../../../datasets/genes/aliases.tsv.gz");

/// What a name is to a gene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alias {
    /// The gene's symbol today.
    pub(super) gene: String,
    /// Whether HGNC had the name as the gene's symbol before.
    pub(super) is_former: bool,
}

/// The genes that a name was or is used for, in any case. Read for errors only, and not kept.
pub(super) fn aliases_of(name: &str) -> Result<Vec<Alias>> {
    let mut text = String::new();
    GzDecoder::new(FILE).read_to_string(&mut text)?;
    let name = name.to_uppercase();
    let rows = text.lines().filter_map(|line| {
        let mut fields = line.split('\t');
        let is_meant = fields.next()? == name;
        let (gene, kind) = (fields.next()?, fields.next()?);
        is_meant.then(|| Alias {
            gene: gene.to_owned(),
            is_former: kind == "previous",
        })
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As genenames.org has them.
    #[test]
    fn former_symbols_and_aliases_lead_to_todays_gene() {
        for (name, gene, is_former) in [
            ("MLL2", "KMT2D", true),
            ("mll", "KMT2A", true),
            ("FANCD1", "BRCA2", true),
            ("HER2", "ERBB2", false),
            ("p53", "TP53", false),
        ] {
            let expected = Alias {
                gene: gene.to_owned(),
                is_former,
            };
            assert_eq!(aliases_of(name).unwrap(), [expected], "{name}");
        }
        assert!(aliases_of("BRCA1").unwrap().is_empty());
        assert!(aliases_of("alias").unwrap().is_empty());
    }
}
