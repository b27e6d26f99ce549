//! The kernels, compiled for what the machine can do: the crate's one room with `unsafe`.
//!
//! There are no intrinsics here. Each function is the portable kernel of `kernel.rs`, compiled with
//! more instructions allowed (population count, AVX2, AVX-512): all give the same integers because
//! they are the same code. What is unsafe is the promise that the machine has these instructions.

#![expect(
    unsafe_code,
    reason = "calls functions that need instructions found at run time"
)]

use crate::Error;
use crate::kernel::{self, Carriers, N_CATEGORIES};
use crate::layout::Sections;
use crate::walk::Key;

/// What the machine can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Level(Instructions);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that this machine can do.
    pub(crate) fn detect() -> Self {
        Self::available()
            .pop()
            .unwrap_or(Self(Instructions::Portable))
    }

    /// All that this machine can do, the portable one first. A level above it exists only if it
    /// has been detected, which every call below relies on.
    pub(crate) fn available() -> Vec<Self> {
        let mut levels = vec![Self(Instructions::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt") {
                levels.push(Self(Instructions::Avx2));
                let wide = has!("avx512f") && has!("avx512bw") && has!("avx512vl");
                if wide && has!("avx512vpopcntdq") {
                    levels.push(Self(Instructions::Avx512));
                }
            }
        }
        levels
    }
}

macro_rules! compiled_for_each_level {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name(level: Level, $($arg: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
            fn avx2($($arg: $type),*) -> $result {
                kernel::$name($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vpopcntdq")]
            fn avx512($($arg: $type),*) -> $result {
                kernel::$name($($arg),*)
            }

            match level.0 {
                Instructions::Portable => kernel::$name($($arg),*),
                // SAFETY: a level exists only if its instructions were detected.
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx2 => unsafe { avx2($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Instructions::Avx512 => unsafe { avx512($($arg),*) },
            }
        }
    )*};
}

compiled_for_each_level! {
    /// [`kernel::sparse_all`]
    fn sparse_all(bytes: &[u8]) -> (Carriers, u64);
    /// [`kernel::sparse_masked`]
    fn sparse_masked(bytes: &[u8], mask: &[u64]) -> (Carriers, u64);
    /// [`kernel::dense_all`]
    fn dense_all(dense: &[u8]) -> Carriers;
    /// [`kernel::dense_masked`]
    fn dense_masked(dense: &[u8], mask: &[u64]) -> Carriers;
    /// [`kernel::sparse_codes`]
    fn sparse_codes(bytes: &[u8], labels: &[u8], counts: &mut [Carriers]) -> u64;
    /// [`kernel::sparse_labels`]
    fn sparse_labels(bytes: &[u8], labels: &[u16], counts: &mut [Carriers]) -> u64;
    /// [`kernel::sparse_labels_without`]
    fn sparse_labels_without(
        bytes: &[u8],
        labels: &[u16],
        without: &[u64],
        counts: &mut [Carriers]
    ) -> u64;
    /// [`kernel::people_labelled`]
    fn people_labelled(mask: &[u64], labels: &[u16], counts: &mut [Carriers]) -> ();
    /// [`kernel::dense_labelled`]
    fn dense_labelled(
        dense: &[u8],
        labels: &[u16],
        everybody: &[(u16, u64)],
        without: &[u64],
        counts: &mut [Carriers]
    ) -> ();
    /// [`kernel::categories`]
    fn categories(
        sections: &Sections<'_>,
        default: Key,
        masks: [&[u64]; 3]
    ) -> Result<[[u64; N_CATEGORIES]; 3], Error>;
}
