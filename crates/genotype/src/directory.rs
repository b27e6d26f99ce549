//! Which samples does a packed value speak of?

use kohort_genome::SexKaryotype;

use crate::Error;

/// The samples of one callset: a block of consecutive sample indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleBlock {
    block: u32,
    base: u32,
    karyotypes: Vec<SexKaryotype>,
}

impl SampleBlock {
    /// The block `block`, whose samples are `base..base + karyotypes.len()`.
    pub fn new(block: u32, base: u32, karyotypes: Vec<SexKaryotype>) -> Self {
        Self {
            block,
            base,
            karyotypes,
        }
    }

    /// The number that packed values carry.
    pub const fn block(&self) -> u32 {
        self.block
    }

    /// The sample index of the first sample.
    pub const fn base(&self) -> u32 {
        self.base
    }

    /// The number of samples.
    pub fn n_samples(&self) -> u32 {
        u32::try_from(self.karyotypes.len()).unwrap_or(u32::MAX)
    }

    /// The sex karyotypes in sample order.
    pub fn karyotypes(&self) -> &[SexKaryotype] {
        &self.karyotypes
    }

    /// The sample index after the last one.
    pub fn end(&self) -> u32 {
        self.base.saturating_add(self.n_samples())
    }
}

/// The blocks of a lake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleDirectory {
    blocks: Vec<SampleBlock>,
}

impl SampleDirectory {
    /// The directory of these blocks, in any order.
    ///
    /// # Errors
    /// [`Error::OverlappingBlocks`] where two blocks share their number or a sample index.
    pub fn new(mut blocks: Vec<SampleBlock>) -> Result<Self, Error> {
        blocks.sort_by_key(SampleBlock::base);
        for pair in blocks.windows(2) {
            if let [first, second] = pair
                && first.end() > second.base
            {
                return Err(Error::OverlappingBlocks {
                    block: second.block,
                });
            }
        }
        blocks.sort_by_key(SampleBlock::block);
        for pair in blocks.windows(2) {
            if let [first, second] = pair
                && first.block == second.block
            {
                return Err(Error::OverlappingBlocks {
                    block: second.block,
                });
            }
        }
        Ok(Self { blocks })
    }

    /// The block with this number.
    pub fn get(&self, block: u32) -> Option<&SampleBlock> {
        self.position(block)
            .and_then(|position| self.blocks.get(position))
    }

    /// The block that holds this sample index.
    pub fn block_of(&self, sample_index: u32) -> Option<&SampleBlock> {
        self.blocks
            .iter()
            .find(|block| (block.base..block.end()).contains(&sample_index))
    }

    /// The number of samples in all blocks.
    pub fn n_samples(&self) -> u64 {
        self.blocks
            .iter()
            .map(|block| u64::from(block.n_samples()))
            .sum()
    }

    /// The blocks by their number.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &SampleBlock> {
        self.blocks.iter()
    }

    pub(crate) fn position(&self, block: u32) -> Option<usize> {
        self.blocks
            .binary_search_by_key(&block, SampleBlock::block)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_overlap_are_refused() {
        let block = |block, base, n| SampleBlock::new(block, base, vec![SexKaryotype::Xx; n]);
        assert!(SampleDirectory::new(vec![block(1, 3, 2), block(0, 0, 3)]).is_ok());
        for blocks in [
            vec![block(0, 0, 3), block(1, 2, 2)],
            vec![block(0, 0, 3), block(0, 3, 2)],
        ] {
            assert!(matches!(
                SampleDirectory::new(blocks),
                Err(Error::OverlappingBlocks { .. })
            ));
        }
    }

    #[test]
    fn a_sample_index_leads_to_its_block() {
        let blocks = vec![
            SampleBlock::new(7, 10, vec![SexKaryotype::Xy; 5]),
            SampleBlock::new(2, 0, vec![SexKaryotype::Xx; 4]),
        ];
        let directory = SampleDirectory::new(blocks).unwrap();
        assert_eq!(directory.n_samples(), 9);
        assert_eq!(directory.block_of(3).map(SampleBlock::block), Some(2));
        assert_eq!(directory.block_of(4), None);
        assert_eq!(directory.block_of(14).map(SampleBlock::block), Some(7));
        assert_eq!(directory.get(7).map(SampleBlock::base), Some(10));
    }
}
