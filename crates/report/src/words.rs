//! The words of a report that its author does not write: of marks, methods and parts of the page.

use crate::Language;
use crate::rows::SUPPRESSED;

/// Instead of a value: its mark, and what the mark means.
pub(crate) fn mark(status: &str, language: Language) -> (&'static str, &'static str) {
    let (mark, sv, en) = match status {
        SUPPRESSED => (
            "..",
            "redovisas inte av sekretesskäl (lågt antal, eller ett tal som skulle kunna röja ett \
             lågt antal)",
            "withheld to protect confidentiality (a small count, or a number that could reveal \
             one)",
        ),
        "too_few_events" => (
            "(..)",
            "för få händelser för ett tillförlitligt värde",
            "too few events for a reliable estimate",
        ),
        "not_reached" => (
            "(–)",
            "nåddes inte under uppföljningen",
            "not reached during follow-up",
        ),
        "incomplete_strata" => (
            "(.)",
            "uppgifter saknas för en del av underlaget",
            "data are missing for part of the denominator",
        ),
        "no_clear_difference" => (
            "(~)",
            "ingen säker skillnad: konfidensintervallet är obegränsat",
            "no clear difference: the confidence interval is unbounded",
        ),
        _ => (
            ".",
            "uppgift saknas eller kan inte beräknas",
            "missing or cannot be calculated",
        ),
    };
    (mark, language.pick(sv, en))
}

/// A method of an interval or a value, as a reader knows it.
pub(crate) fn method(method: &str, language: Language) -> String {
    let known = match method {
        "byar" => "Byar",
        "dobson" => "Byar–Dobson",
        "exact" => language.pick("exakt (Garwood)", "exact (Garwood)"),
        "wilson" => "Wilson",
        "clopper_pearson" => "Clopper–Pearson",
        "jeffreys" => "Jeffreys",
        "mid_p" => "mid-p",
        "fay_feuer" => "Fay–Feuer",
        "tiwari" => "Tiwari",
        "log-log" => "Kaplan–Meier, log-log",
        "log" => "Kaplan–Meier, log",
        "plain" => language.pick("Kaplan–Meier, utan transformation", "Kaplan–Meier, plain"),
        "wald" => "Wald",
        "newcombe" => "Newcombe",
        "mover" => "MOVER",
        "fieller" => "Fieller",
        "delta" => "delta",
        other => other,
    };
    known.replace('_', " ")
}
