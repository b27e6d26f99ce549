//! A function that does not take the types it was given, and a subquery that cannot stand where it
//! does, in our words: DataFusion wraps the reason into several layers, and adds a list of
//! signatures.

/// What DataFusion puts before the reason.
const LAYERS: [&str; 8] = [
    "Error during planning: ",
    "Execution error: ",
    "Internal error: ",
    "This feature is not implemented: ",
    "type_coercion",
    "caused by",
    "Compute error: ",
    "External error: ",
];

/// What DataFusion says of a subquery that it cannot plan.
const NO_PLACE: [&str; 6] = [
    "Physical plan does not support logical expression InSubquery",
    "Physical plan does not support logical expression Exists",
    "Physical plan does not support logical expression ScalarSubquery",
    "subquery can only be used in",
    "ScalarSubqueryExpr evaluated before",
    "Physical plan does not support undecorrelated",
];

/// The words for it; none where an error is another one.
pub(crate) fn wrong_types(text: &str) -> Option<String> {
    if NO_PLACE.iter().any(|part| text.contains(part)) {
        let text =
            "a subquery cannot stand here; work it out in a SELECT of FROM or WITH, and join";
        return Some(text.to_owned());
    }
    let (name, given) = call(text)?;
    if let Some((_, reason)) = text.split_once("user-defined coercion failed with: ") {
        let reason = reason.split(" No function matches").next()?;
        let reason = without_layers(reason).trim_end_matches('.');
        let is_ours = reason.starts_with(&format!("{name}:")) || reason.starts_with("expected ");
        if is_ours {
            return Some(reason.to_owned());
        }
    }
    Some(match given {
        "" => format!("`{name}` needs arguments: `\\df {name}` in the shell shows which"),
        given => format!("`{name}` does not take {}", types(given)),
    })
}

/// The name and the types of the call that fits no signature.
fn call(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once("No function matches the given name and argument types '")?;
    let (call, _) = rest.split_once("'. You might need")?;
    let (name, given) = call.split_once('(')?;
    Some((name, given.strip_suffix(')')?))
}

fn without_layers(mut text: &str) -> &str {
    while let Some(inner) = LAYERS.iter().find_map(|layer| text.strip_prefix(layer)) {
        text = inner.trim_start();
    }
    text
}

/// `Utf8View, List(Int64)` as `TEXT and a list`.
fn types(given: &str) -> String {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, char) in given.char_indices() {
        match char {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                names.push(type_name(given[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.push(type_name(given[start..].trim()));
    names.join(", ")
}

fn type_name(arrow: &str) -> String {
    let kind = arrow.split(['(', '{', '<']).next().unwrap_or(arrow);
    match kind {
        "Utf8" | "Utf8View" | "LargeUtf8" => "text".to_owned(),
        "Int8" | "Int16" | "Int32" | "Int64" | "UInt8" | "UInt16" | "UInt32" | "UInt64" => {
            "an integer".to_owned()
        }
        "Float16" | "Float32" | "Float64" => "a float".to_owned(),
        "Decimal32" | "Decimal64" | "Decimal128" | "Decimal256" => "a decimal".to_owned(),
        "Boolean" => "a truth value".to_owned(),
        "Date32" | "Date64" => "a date".to_owned(),
        "Timestamp" => "a timestamp".to_owned(),
        "Time32" | "Time64" => "a time".to_owned(),
        "Interval" => "an interval".to_owned(),
        "Binary" | "BinaryView" | "LargeBinary" | "FixedSizeBinary" => "bytes".to_owned(),
        "List" | "LargeList" | "FixedSizeList" | "ListView" => "a list".to_owned(),
        "Struct" => "a struct".to_owned(),
        "Map" => "a map".to_owned(),
        "Null" => "NULL".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_reason_is_told_alone() {
        let text = "type_coercion\ncaused by\nExecution error: Function 'max' user-defined \
                    coercion failed with: Error during planning: max: expected values that have \
                    an order, got LIST; take one field or element. No function matches the given \
                    name and argument types 'max(List(Utf8))'. You might need to add explicit type \
                    casts.";
        assert_eq!(
            wrong_types(text).unwrap(),
            "max: expected values that have an order, got LIST; take one field or element"
        );
    }

    #[test]
    fn a_subquery_that_is_not_planned_says_what_to_do() {
        let text = "This feature is not implemented: Physical plan does not support logical \
                    expression InSubquery(InSubquery { expr: Column(a) })";
        assert!(
            wrong_types(text)
                .unwrap()
                .starts_with("a subquery cannot stand here")
        );
    }

    #[test]
    fn types_are_told_by_name() {
        let text = "Internal error: Function 'sum' failed to match any signature, errors: Error \
                    during planning: Function 'sum' requires Decimal. No function matches the \
                    given name and argument types 'f(Utf8View, List(Struct(\"a\": Int32, \"b\": \
                    Utf8)), Int64)'. You might need to add explicit type casts.";
        assert_eq!(
            wrong_types(text).unwrap(),
            "`f` does not take text, a list, an integer"
        );
        assert_eq!(wrong_types("Internal error: something else"), None);
    }
}
