//! What the oracle tests share: running Kohort and its oracles, simulated data, and the rules by
//! which Kohort differs from them on purpose.
#![allow(dead_code, reason = "each test target uses its part of this module")]

pub(crate) mod hardy_weinberg;
pub(crate) mod kohort;
pub(crate) mod plain;
pub(crate) mod refused;
pub(crate) mod rules;
pub(crate) mod simulate;
pub(crate) mod tools;
