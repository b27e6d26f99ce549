//! What functions know beside their arguments: the samples of the lake and its named cohorts.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use arrow::array::{Array, StringViewArray};
use datafusion::common::{Result, internal_err, plan_err};
use datafusion::error::DataFusionError;
use kohort_genome::{ContigForm, Region};
use kohort_genotype::SampleDirectory;

/// The identifiers of one callset's samples.
#[derive(Debug, Clone)]
pub struct IdBlock {
    /// `sample_index` of the first.
    pub base: u32,
    /// Identifiers, in the order of `sample_index`.
    pub ids: Vec<String>,
}

/// Every visible sample: who it is, and how many copies of a chromosome it has.
pub struct Samples {
    directory: Arc<SampleDirectory>,
    blocks: Vec<(u32, usize, usize)>,
    ids: StringViewArray,
    by_id: OnceLock<HashMap<String, Vec<u32>>>,
}

impl Samples {
    /// Joins the directory with the samples' identifiers.
    pub fn new(directory: Arc<SampleDirectory>, mut blocks: Vec<IdBlock>) -> Self {
        blocks.sort_by_key(|block| block.base);
        let mut offset = 0;
        let spans = blocks
            .iter()
            .map(|block| {
                let span = (block.base, offset, block.ids.len());
                offset += block.ids.len();
                span
            })
            .collect();
        let ids = StringViewArray::from_iter_values(blocks.iter().flat_map(|block| &block.ids));
        Self {
            directory,
            blocks: spans,
            ids,
            by_id: OnceLock::new(),
        }
    }

    /// Blocks and karyotypes.
    pub fn directory(&self) -> &Arc<SampleDirectory> {
        &self.directory
    }

    /// All identifiers; [`Self::row_of`] tells which is whose.
    pub fn ids(&self) -> &StringViewArray {
        &self.ids
    }

    /// Where in [`Self::ids`] a sample is.
    pub fn row_of(&self, sample_index: u32) -> Option<usize> {
        let at = self
            .blocks
            .partition_point(|(base, _, _)| *base <= sample_index);
        let (base, offset, len) = self.blocks.get(at.checked_sub(1)?)?;
        let within = (sample_index - base) as usize;
        (within < *len).then_some(offset + within)
    }

    /// The identifier of a sample.
    pub fn id_of(&self, sample_index: u32) -> Option<&str> {
        self.row_of(sample_index).map(|row| self.ids.value(row))
    }

    /// Every `sample_index` in order, beside its row in [`Self::ids`].
    pub fn indices(&self) -> impl Iterator<Item = u32> + '_ {
        self.blocks.iter().flat_map(|(base, _, len)| {
            let base = *base;
            (0..*len).map(move |within| base + u32::try_from(within).unwrap_or(u32::MAX))
        })
    }

    /// The samples that carry an identifier, one per callset that has it; empty when there is none.
    pub fn indices_of(&self, sample_id: &str) -> &[u32] {
        let by_id = self.by_id.get_or_init(|| {
            let mut by_id: HashMap<String, Vec<u32>> = HashMap::with_capacity(self.ids.len());
            for (index, id) in self.indices().zip(self.ids.iter().flatten()) {
                by_id.entry(id.to_string()).or_default().push(index);
            }
            by_id
        });
        by_id.get(sample_id).map_or(&[], Vec::as_slice)
    }

    /// [`Self::indices_of`], where an identifier that no sample has is the caller's mistake.
    ///
    /// # Errors
    /// There is no such sample.
    pub fn find(&self, sample_id: &str) -> Result<&[u32]> {
        match self.indices_of(sample_id) {
            [] => Err(unknown_sample(self, sample_id)),
            indices => Ok(indices),
        }
    }
}

// DataFusion prints plans, and with them functions, into some of its errors: people's ids and
// karyotypes must not be among them.
impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").finish_non_exhaustive()
    }
}

/// Members of the named cohorts, as portable roaring bitmaps.
pub type Cohorts = HashMap<String, Vec<u8>>;

/// What one state of a lake tells functions: it gives the same answers for ever.
pub trait LakeFacts: Send + Sync {
    /// Who the samples are.
    ///
    /// # Errors
    /// The lake cannot be read.
    fn samples(&self) -> Result<Arc<Samples>>;

    /// The named cohorts.
    ///
    /// # Errors
    /// The lake cannot be read.
    fn cohorts(&self) -> Result<Arc<Cohorts>>;
}

/// What names stand for on the genome: genes, and contigs beyond the primary ones.
pub trait Places: Send + Sync {
    /// The regions that a name stands for.
    ///
    /// # Errors
    /// The name stands for none, or for different ones in genomes of which none is chosen.
    fn find(&self, name: &str) -> Result<Vec<Region>>;

    /// The canonical name of a contig beyond the primary ones; `None` where there is none of this
    /// name.
    fn contig(&self, name: &str, form: ContigForm) -> Option<String> {
        (form == ContigForm::Braces).then(|| name.to_owned())
    }

    /// The contig that a mistyped name may stand for.
    fn nearest_contig(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

/// What makes two contexts the same: functions of equal contexts give equal answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ContextKey {
    /// The lake's URI; none without a lake.
    pub lake: Option<String>,
    /// The lake's version.
    pub version: Option<u64>,
    /// Which reading of the lake it is, of those of one process: cohorts have no versions.
    pub reading: Option<u64>,
    /// The genome whose genes are meant, where a setting says one.
    pub reference_genome: Option<String>,
}

/// What the functions of one statement know. It does not change, and two of one key are the same.
#[derive(Default)]
pub struct FunctionContext {
    key: ContextKey,
    facts: Option<Arc<dyn LakeFacts>>,
    places: Option<Arc<dyn Places>>,
    memory_limit: Option<usize>,
}

impl fmt::Debug for FunctionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionContext")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl FunctionContext {
    /// A context of what a state of a lake says of samples and cohorts, and of where places are.
    /// `memory_limit` is what a statement may hold, in bytes.
    pub fn new(
        key: ContextKey,
        facts: Arc<dyn LakeFacts>,
        places: Arc<dyn Places>,
        memory_limit: usize,
    ) -> Self {
        Self {
            key,
            facts: Some(facts),
            places: Some(places),
            memory_limit: Some(memory_limit),
        }
    }

    /// A context that knows places and nothing else.
    #[cfg(test)]
    pub(crate) fn with_places(places: Arc<dyn Places>) -> Self {
        Self {
            places: Some(places),
            ..Self::default()
        }
    }

    /// A context of no lake at all.
    pub fn without_lake(memory_limit: usize) -> Self {
        Self {
            memory_limit: Some(memory_limit),
            ..Self::default()
        }
    }

    /// How much memory a statement may hold; none where nobody said.
    pub(crate) fn memory_limit(&self) -> Option<usize> {
        self.memory_limit
    }

    /// The regions that a name stands for; a contig of that name where nobody knows places.
    pub(crate) fn place(&self, name: &str) -> Result<Vec<Region>> {
        match &self.places {
            Some(places) => places.find(name),
            None => Ok(vec![Region::whole(name)]),
        }
    }

    /// The canonical name of a contig beyond the primary ones.
    pub(crate) fn contig(&self, name: &str, form: ContigForm) -> Option<String> {
        match &self.places {
            Some(places) => places.contig(name, form),
            // Where nobody knows contigs, a name that could be a region is one in braces only.
            None => {
                let is_plain = !name.contains([':', '*']);
                (form == ContigForm::Braces || is_plain).then(|| name.to_owned())
            }
        }
    }

    /// The contig that a mistyped name may stand for.
    pub(crate) fn nearest_contig(&self, name: &str) -> Option<String> {
        self.places.as_ref()?.nearest_contig(name)
    }

    pub(crate) fn samples(&self) -> Result<Arc<Samples>> {
        match &self.facts {
            Some(facts) => facts.samples(),
            None => internal_err!("there is no lake whose samples could be meant"),
        }
    }

    pub(crate) fn cohort(&self, name: &str) -> Result<Vec<u8>> {
        let Some(facts) = &self.facts else {
            return internal_err!("there is no lake whose cohorts could be meant");
        };
        let cohorts = facts.cohorts()?;
        if let Some(members) = cohorts.get(name) {
            return Ok(members.clone());
        }
        match closest(name, cohorts.keys().map(String::as_str)) {
            Some(near) => plan_err!("there is no cohort `{name}`; did you mean `{near}`?"),
            None => plan_err!(
                "there is no cohort `{name}`; make it with CREATE COHORT {name} AS SELECT \
                 sample_id …"
            ),
        }
    }
}

fn unknown_sample(samples: &Samples, sample_id: &str) -> DataFusionError {
    let known = samples.ids.iter().flatten().take(MAX_COMPARED_IDS);
    let message = match closest(sample_id, known) {
        Some(near) => format!("there is no sample `{sample_id}`; did you mean `{near}`?"),
        None => format!("there is no sample `{sample_id}`"),
    };
    DataFusionError::Plan(message)
}

/// Beyond this many identifiers, a near match is no longer searched for.
const MAX_COMPARED_IDS: usize = 100_000;

/// The name that is nearest to a mistyped one, when any is near enough to be meant.
fn closest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.len() / 3 + 1;
    names
        .map(|candidate| {
            (
                datafusion::common::utils::datafusion_strsim::levenshtein(name, candidate),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A context as functions hold it: they are equal where their contexts are of the same state.
#[derive(Debug, Clone)]
pub(crate) struct Shared(pub(crate) Arc<FunctionContext>);

impl std::ops::Deref for Shared {
    type Target = FunctionContext;

    fn deref(&self) -> &FunctionContext {
        &self.0
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for Shared {}

impl Hash for Shared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key.hash(state);
    }
}
