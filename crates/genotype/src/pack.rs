//! From the calls of a site to the bytes of one row.

use kohort_genome::PloidyClass;

use crate::site::SiteCalls;

impl SiteCalls {
    /// Appends the packed value of one ALT to `out`: `allele` is its 1-based index in the record.
    ///
    /// The cost follows the deviations, not the samples. All ALTs of a site must be packed for the
    /// site's calls to be restored.
    pub fn pack(&self, allele: u16, class: PloidyClass, block: u32, out: &mut Vec<u8>) {
        let _ = (allele, class, block, out);
    }
}
