//! Which class does one person's call count in?

/// Which calls count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GenotypeFilter {
    /// Every call.
    #[default]
    Raw,
    /// Calls of high quality, as worked out at ingest; the others are missing.
    Adj,
}

/// What to do with people of unknown sex karyotype on X and Y outside the pseudoautosomal regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnknownSex {
    /// They count in `n_unknown_sex` alone.
    #[default]
    Exclude,
    /// Their calls count with the ploidy that GT gives them.
    AsCalled,
}

/// The rules of a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CountRules {
    /// Which calls count.
    pub filter: GenotypeFilter,
    /// What to do with people of unknown sex karyotype.
    pub unknown_sex: UnknownSex,
}
