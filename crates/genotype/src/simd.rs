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

    /// How many words of two planes are masked and counted in the time of one carrier's label.
    pub(crate) const fn words_per_label(self) -> u64 {
        match self.0 {
            Instructions::Portable => 1,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => 3,
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => 8,
        }
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
    /// [`kernel::sparse_masked_without`]
    fn sparse_masked_without(bytes: &[u8], mask: &[u64], without: &[u64]) -> (Carriers, u64);
    /// [`kernel::or_plane`]
    fn or_plane(plane: &[u8], words: &mut [u64]) -> ();
    /// [`kernel::and_not`]
    fn and_not(mask: &[u64], without: &[u64], out: &mut [u64]) -> u64;
    /// [`kernel::planes_without`]
    fn planes_without(dense: &mut [u8], without: &[u64]) -> ();
    /// [`kernel::people_by_masks`]
    fn people_by_masks(
        people: &[u64],
        masks: &[u64],
        labels: &[(u16, u64)],
        counts: &mut [Carriers]
    ) -> ();
    /// [`kernel::dense_all`]
    fn dense_all(dense: &[u8]) -> Carriers;
    /// [`kernel::dense_masked`]
    fn dense_masked(dense: &[u8], mask: &[u64]) -> Carriers;
    /// [`kernel::dense_by_masks`]
    fn dense_by_masks(
        dense: &[u8],
        masks: &[u64],
        labels: &[(u16, u64)],
        counts: &mut [Carriers]
    ) -> ();
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
        counts: &mut [Carriers]
    ) -> ();
    /// [`kernel::categories`]
    fn categories(
        sections: &Sections<'_>,
        default: Key,
        masks: [&[u64]; 3]
    ) -> Result<[[u64; N_CATEGORIES]; 3], Error>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::set::SparseWriter;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const N_LABELS: u16 = 5;

    /// The same carriers in each layout that the kernels read.
    struct Example {
        sparse: Vec<u8>,
        dense: Vec<u8>,
        half: usize,
        /// Whom a mask leaves out.
        mask: Vec<u64>,
        labels: Vec<u16>,
        sizes: Vec<(u16, u64)>,
        /// Who has a label, a mask per label.
        masks: Vec<u64>,
    }

    impl Example {
        fn new(slots: &BTreeSet<u32>, extra: u32, seed: u64) -> Self {
            let n = slots.last().map_or(0, |last| last / 2 + 1) + extra;
            let mut sparse = Vec::new();
            let mut writer = SparseWriter::new(&mut sparse);
            slots.iter().for_each(|&slot| writer.put(slot));
            let half = n.div_ceil(8) as usize;
            let mut dense = vec![0; 2 * half];
            for slot in slots {
                let (sample, h) = (slot / 2, slot % 2);
                dense[h as usize * half + sample as usize / 8] |= 1 << (sample % 8);
            }
            let hash = |i: u32| (u64::from(i) * 2 + 1).wrapping_mul(seed | 1) >> 40;
            let mut mask = vec![0; n.div_ceil(64) as usize];
            for i in (0..n).filter(|i| hash(*i) % 3 > 0) {
                mask[i as usize / 64] |= 1 << (i % 64);
            }
            let label = |i| (hash(i) % u64::from(N_LABELS)).to_le_bytes()[0].into();
            let labels: Vec<u16> = (0..n).map(label).collect();
            let size = |label| labels.iter().filter(|l| **l == label).count() as u64;
            let sizes = (0..N_LABELS).map(|label| (label, size(label))).collect();
            let mut masks = vec![0; usize::from(N_LABELS) * mask.len()];
            for (i, label) in labels.iter().enumerate() {
                masks[usize::from(*label) * mask.len() + i / 64] |= 1 << (i % 64);
            }
            Self {
                sparse,
                dense,
                half,
                mask,
                labels,
                sizes,
                masks,
            }
        }

        fn answers(&self, level: Level) -> Answers {
            let Self {
                sparse,
                dense,
                half,
                mask,
                labels,
                sizes,
                masks,
            } = self;
            let mut left = dense.clone();
            planes_without(level, &mut left, mask);
            let mut some = vec![0; mask.len()];
            or_plane(level, dense.split_at(*half).0, &mut some);
            let mut rest = vec![0; mask.len()];
            let n_left = and_not(level, mask, &some, &mut rest);
            Answers {
                by_label: [
                    by_label(&|c| {
                        sparse_labels(level, sparse, labels, c);
                    }),
                    by_label(&|c| dense_labelled(level, dense, labels, sizes, c)),
                    by_label(&|c| dense_by_masks(level, dense, masks, sizes, c)),
                ],
                without: [
                    by_label(&|c| {
                        sparse_labels_without(level, sparse, labels, mask, c);
                    }),
                    by_label(&|c| dense_labelled(level, &left, labels, sizes, c)),
                ],
                all: [sparse_all(level, sparse).0, dense_all(level, dense)],
                masked: [
                    sparse_masked(level, sparse, mask).0,
                    dense_masked(level, dense, mask),
                ],
                people: [
                    by_label(&|c| people_labelled(level, &rest, labels, c)),
                    by_label(&|c| people_by_masks(level, &rest, masks, sizes, c)),
                ],
                masked_without: [
                    sparse_masked_without(level, sparse, mask, &some).0,
                    sparse_masked(level, sparse, &rest).0,
                ],
                n_left,
            }
        }
    }

    /// What the kernels answer; those of one field must be equal.
    #[derive(Debug, PartialEq)]
    struct Answers {
        by_label: [Vec<Carriers>; 3],
        without: [Vec<Carriers>; 2],
        all: [u64; 2],
        masked: [u64; 2],
        people: [Vec<Carriers>; 2],
        masked_without: [u64; 2],
        n_left: u64,
    }

    fn by_label(count: &dyn Fn(&mut [Carriers])) -> Vec<Carriers> {
        let mut counts = vec![0; usize::from(N_LABELS)];
        count(&mut counts);
        counts
    }

    proptest! {
        #[test]
        fn every_level_gives_the_integers_of_the_portable_one(
            slots in proptest::collection::btree_set(0u32..1_200, 0..400),
            extra in 0u32..70,
            seed in any::<u64>(),
        ) {
            let example = Example::new(&slots, extra, seed);
            let expected = example.answers(Level(Instructions::Portable));
            prop_assert_eq!(&expected.by_label[0], &expected.by_label[1]);
            prop_assert_eq!(&expected.by_label[0], &expected.by_label[2]);
            prop_assert_eq!(&expected.without[0], &expected.without[1]);
            prop_assert_eq!(expected.all[0], expected.all[1]);
            prop_assert_eq!(expected.masked[0], expected.masked[1]);
            prop_assert_eq!(expected.by_label[0].iter().sum::<u64>(), expected.all[0]);
            prop_assert_eq!(&expected.people[0], &expected.people[1]);
            prop_assert_eq!(expected.masked_without[0], expected.masked_without[1]);
            prop_assert_eq!(expected.people[0].iter().sum::<u64>(), expected.n_left);
            for level in Level::available() {
                prop_assert_eq!(&example.answers(level), &expected);
            }
        }
    }
}
