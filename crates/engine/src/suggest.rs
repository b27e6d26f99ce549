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

/// What to write instead of a mistyped name of a column.
pub(crate) fn spelled(name: &str, near: &str) -> String {
    let is_lower = |text: &str| !text.chars().any(char::is_uppercase);
    match name.eq_ignore_ascii_case(near) || name.to_lowercase() == near.to_lowercase() {
        true if is_lower(near) => {
            format!("did you mean `{near}`? Between quotes, capitals are told from small letters")
        }
        true => {
            format!("write \"{near}\" with quotes: names without them are read in small letters")
        }
        false if is_lower(near) => format!("did you mean `{near}`?"),
        false => format!("did you mean \"{near}\", with the quotes?"),
    }
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
