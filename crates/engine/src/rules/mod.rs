//! Rules of our own in DataFusion's analyzer: where a plan means something else than SQL does, or
//! than a lake needs.

mod checked;
mod contig_aliases;
mod membership;

use std::sync::Arc;

use datafusion::optimizer::{Analyzer, AnalyzerRule};

/// All rules, in their order. Those before type coercion may change types, those after it may not.
pub(crate) fn analyzer() -> Vec<Arc<dyn AnalyzerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn AnalyzerRule + Send + Sync>> =
        vec![Arc::new(membership::Membership)];
    rules.extend(Analyzer::new().rules);
    rules.push(Arc::new(checked::CheckedArithmetic));
    rules.push(Arc::new(contig_aliases::ContigAliases));
    rules
}
