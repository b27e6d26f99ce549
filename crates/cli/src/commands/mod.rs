//! One file per command: its options, and what it does with them.

pub(crate) mod cohort;
pub(crate) mod demo;
pub(crate) mod docs;
pub(crate) mod export;
pub(crate) mod ingest;
pub(crate) mod lake;
pub(crate) mod sql;
