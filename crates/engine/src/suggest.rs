//! Which name was meant?

use datafusion::common::utils::datafusion_strsim::levenshtein;

/// The name that is nearest to a mistyped one, when any is near enough to be meant.
pub(crate) fn closest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let limit = (name.len() / 3).max(1);
    names
        .map(|candidate| (levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_nearest_name_is_meant_and_a_far_one_is_not() {
        let names = ["variants", "callset_variants", "samples"];
        assert_eq!(closest("varaints", names.into_iter()), Some("variants"));
        assert_eq!(closest("Sample", names.into_iter()), Some("samples"));
        assert_eq!(closest("genes", names.into_iter()), None);
    }
}
