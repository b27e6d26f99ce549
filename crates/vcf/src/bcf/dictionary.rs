//! Which string or contig does a number stand for? VCFv4.5 §6.2.1.

use std::collections::HashMap;

use crate::{Error, Header};

/// The two dictionaries of a BCF file.
#[derive(Debug)]
pub(crate) struct Dictionary {
    contigs: Names,
    strings: Names,
}

#[derive(Debug, Default)]
struct Names {
    by_index: Vec<Option<String>>,
    by_name: HashMap<String, usize>,
}

impl Names {
    fn add(&mut self, name: &str, index: Option<usize>) {
        if self.by_name.contains_key(name) {
            return;
        }
        let index = index.unwrap_or(self.by_index.len());
        if self.by_index.len() <= index {
            self.by_index.resize(index + 1, None);
        }
        self.by_index[index] = Some(name.to_owned());
        self.by_name.insert(name.to_owned(), index);
    }
}

impl Dictionary {
    /// Contigs in order; FILTER, INFO and FORMAT ids in order of first appearance after `PASS`;
    /// an `IDX` overrides.
    pub(crate) fn new(header: &Header) -> Self {
        let (mut contigs, mut strings) = (Names::default(), Names::default());
        for contig in &header.contigs {
            contigs.add(&contig.id, contig.idx);
        }
        strings.add("PASS", Some(0));
        for (id, index) in header.dictionary_order() {
            strings.add(id, *index);
        }
        Dictionary { contigs, strings }
    }

    pub(crate) fn contig(&self, index: usize) -> Result<&str, Error> {
        name(&self.contigs, index).ok_or_else(|| {
            Error::column(
                "CHROM",
                "a contig of the header",
                format!("#{index}").as_bytes(),
            )
        })
    }

    pub(crate) fn string(&self, index: usize) -> Result<&str, Error> {
        name(&self.strings, index).ok_or_else(|| {
            let found = format!("#{index}");
            Error::column(
                "the record",
                "a FILTER, INFO or FORMAT of the header",
                found.as_bytes(),
            )
        })
    }

    pub(crate) fn contig_index(&self, name: &str) -> Option<usize> {
        self.contigs.by_name.get(name).copied()
    }

    pub(crate) fn string_index(&self, name: &str) -> Option<usize> {
        self.strings.by_name.get(name).copied()
    }
}

fn name(names: &Names, index: usize) -> Option<&str> {
    names.by_index.get(index)?.as_deref()
}
