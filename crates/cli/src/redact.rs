//! What must never be printed? Values of options and variables that hold secrets, and what looks
//! like one in any message.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

/// Values that were given as secrets.
static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Shorter values are parts of other words.
const MIN_LENGTH: usize = 6;

/// Parts of the names of options and variables whose values are no secrets.
const PUBLIC: [&str; 8] = [
    "region",
    "endpoint",
    "allow_http",
    "bucket",
    "retries",
    "timeout",
    "container",
    "profile",
];

/// Remembers a value that must not be printed, by the name of its option.
pub(crate) fn remember(name: &str, value: &str) {
    let name = name.to_ascii_lowercase();
    if value.len() < MIN_LENGTH || PUBLIC.iter().any(|part| name.contains(part)) {
        return;
    }
    let is_secret = [
        "secret",
        "key",
        "token",
        "password",
        "sas",
        "credential",
        "signature",
    ];
    if is_secret.iter().any(|part| name.contains(part)) {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|old| old == value) {
            known.push(value.to_owned());
        }
    }
}

/// A text without secrets.
pub(crate) fn redact(text: &str) -> Cow<'_, str> {
    let mut shown = kohort_lake::redact(text);
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for value in known.iter() {
        if shown.contains(value.as_str()) {
            shown = Cow::Owned(shown.replace(value.as_str(), "***"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        remember("aws_secret_access_key", "hush-hush-of-test");
        remember("aws_region", "eu-north-of-test");
        let shown = redact("found hush-hush-of-test in eu-north-of-test");
        assert_eq!(shown, "found *** in eu-north-of-test");
    }
}
