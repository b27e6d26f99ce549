//! What a name in `in_region` stands for in a lake: a gene of the lake's genome, or a contig that
//! a callset has.

use std::collections::BTreeSet;

use datafusion::common::{Result, plan_err};
use kohort_functions::Places;
use kohort_genome::{ContigForm, ReferenceGenome, Region};
use kohort_lake::{Callset, Snapshot};

use super::aliases::aliases_of;
use super::genes::GeneTable;
use crate::catalog::external;
use crate::suggest;

/// The names of one state of a lake, under a session's settings.
#[derive(Debug)]
pub(crate) struct LakePlaces {
    /// None in a session without a lake.
    snapshot: Option<Snapshot>,
    /// `kohort.reference_genome`.
    chosen: Option<ReferenceGenome>,
}

impl LakePlaces {
    pub(crate) fn new(snapshot: Option<&Snapshot>, chosen: Option<ReferenceGenome>) -> Self {
        Self {
            snapshot: snapshot.cloned(),
            chosen,
        }
    }

    fn callsets(&self) -> impl Iterator<Item = &Callset> {
        self.snapshot.iter().flat_map(Snapshot::callsets)
    }

    /// The contig of this name that a callset has, by its canonical name.
    fn of_callset(&self, name: &str) -> Option<&str> {
        let mut contigs = self.callsets().flat_map(|callset| &callset.contigs);
        let found = contigs.find(|contig| contig.chrom == name || contig.name == name);
        found.map(|contig| contig.chrom.as_str())
    }

    /// The genome whose genes are meant.
    fn genome(&self, name: &str) -> Result<ReferenceGenome> {
        let known: BTreeSet<&str> = self
            .callsets()
            .filter_map(|callset| callset.reference_genome.as_deref())
            .collect();
        let known: Vec<&str> = known.into_iter().collect();
        match (known.as_slice(), self.chosen) {
            ([], Some(chosen)) => Ok(chosen),
            ([], None) => plan_err!(
                "`{name}` is no region, and whose gene it is nobody knows: no callset says its \
                 reference genome; SET kohort.reference_genome = 'GRCh38' (or 'GRCh37') chooses \
                 one, and 'chr17:43044295-43125364' needs none"
            ),
            ([known], chosen) if chosen.is_none_or(|chosen| chosen.as_str() == *known) => {
                known.parse().map_err(external)
            }
            ([known], chosen) => plan_err!(
                "`{name}`: the lake is {known}, and kohort.reference_genome is {}; SET \
                 kohort.reference_genome = 'auto'",
                chosen.map_or("auto", ReferenceGenome::as_str)
            ),
            (several, _) => plan_err!(
                "`{name}` is at different places in {}, and the lake's callsets have all of \
                 them; give the region as 'chr17:43044295-43125364'",
                several.join(" and ")
            ),
        }
    }
}

/// What to say of a name that a gene had before, or that is an alias of one.
fn other_name(genes: &GeneTable, genome: ReferenceGenome, name: &str) -> Result<Option<String>> {
    let mut of = aliases_of(name)?;
    let mut are_known = Vec::new();
    for alias in of.drain(..) {
        if !genes.find(genome, &alias.gene)?.is_empty() {
            are_known.push(alias);
        }
    }
    let Some(first) = are_known.first() else {
        return Ok(None);
    };
    let what = match first.is_former {
        true => "a former symbol",
        false => "an alias",
    };
    let quoted = |between: &str| {
        let genes = are_known.iter().map(|alias| format!("`{}`", alias.gene));
        genes.collect::<Vec<_>>().join(between)
    };
    Ok(Some(format!(
        "there is no gene `{name}` in {genome}: it is {what} of {}; did you mean {}?",
        quoted(" and of "),
        quoted(" or ")
    )))
}

impl Places for LakePlaces {
    fn find(&self, name: &str) -> Result<Vec<Region>> {
        let genome = self.genome(name)?;
        if !GeneTable::knows(genome) {
            return plan_err!(
                "`{name}` is no region, and `reference.genes` has no genes of {genome}; give the \
                 region as 'chr17:43044295-43125364'"
            );
        }
        let genes = GeneTable::shipped()?;
        let found = genes.find(genome, name)?;
        if !found.is_empty() {
            return Ok(found);
        }
        if let Some(regions) = genes.find_identifier(genome, name)? {
            return Ok(regions);
        }
        if let Some(told) = other_name(genes, genome, name)? {
            return plan_err!("{told}");
        }
        match suggest::closest(name, genes.names(genome)) {
            Some(near) => {
                plan_err!("there is no gene or contig `{name}` in {genome}; did you mean `{near}`?")
            }
            None => plan_err!(
                "there is no gene `{name}` in `reference.genes` for {genome}, and no contig of \
                 that name"
            ),
        }
    }
    fn contig(&self, name: &str, form: ContigForm) -> Option<String> {
        if self.snapshot.is_some() {
            return self.of_callset(name).map(str::to_owned);
        }
        // Of what files have nobody knows: a name before a range is believed where it cannot be
        // read otherwise.
        let is_plain = || !name.contains([':', '*']);
        match form {
            ContigForm::Braces => Some(name.to_owned()),
            ContigForm::BeforeRange => is_plain().then(|| name.to_owned()),
            ContigForm::Whole => None,
        }
    }

    fn nearest_contig(&self, name: &str) -> Option<String> {
        let contigs = self.callsets().flat_map(|callset| &callset.contigs);
        let names = contigs.map(|contig| contig.chrom.as_str());
        suggest::closest(name.trim_matches(['{', '}']), names).map(str::to_owned)
    }
}
