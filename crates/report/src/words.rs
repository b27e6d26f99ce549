//! The words of a report that its author does not write: of marks, methods and parts of the page.

use crate::Language;
use crate::rows::SUPPRESSED;

/// Instead of a value: its mark, and what the mark means.
pub(crate) fn mark(status: &str, language: Language) -> (&'static str, &'static str) {
    let (mark, sv, en) = match status {
        SUPPRESSED => (
            "..",
            "visas inte, så att ingen kan kännas igen (färre än tröskeln, eller röjer ett sådant \
             tal)",
            "withheld, so that nobody can be recognised (fewer than the threshold, or gives such a \
             number away)",
        ),
        "too_few_events" => (
            "(..)",
            "för få händelser för ett tillförlitligt värde",
            "too few events for a reliable value",
        ),
        "not_reached" => (
            "(–)",
            "nåddes inte under uppföljningen",
            "not reached during follow-up",
        ),
        "incomplete_strata" => (
            "(.)",
            "underlag saknas för en del",
            "data is missing for a part",
        ),
        _ => (
            ".",
            "uppgift saknas eller kan inte beräknas",
            "missing, or cannot be computed",
        ),
    };
    (mark, language.pick(sv, en))
}

/// A method of an interval or a value, as a reader knows it.
pub(crate) fn method(method: &str) -> String {
    let known = match method {
        "byar" => "Byar",
        "dobson" => "Byar–Dobson",
        "exact" => "exact (Garwood)",
        "wilson" => "Wilson",
        "clopper_pearson" => "Clopper–Pearson",
        "jeffreys" => "Jeffreys",
        "mid_p" => "mid-p",
        "fay_feuer" => "Fay–Feuer",
        "tiwari" => "Tiwari",
        "log-log" => "Kaplan–Meier, log-log",
        "wald" => "Wald",
        "newcombe" => "Newcombe",
        "mover" => "MOVER",
        "fieller" => "Fieller",
        "delta" => "delta",
        other => other,
    };
    known.replace('_', " ")
}
