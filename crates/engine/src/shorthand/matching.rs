//! `match_controls(query, …)` and `match_balance(query, …)`.

use datafusion::common::{Result, plan_err};
use kohort_functions::FunctionDoc;

use super::{Arguments, entry, first_column, literal, parse};

pub(super) const NAME: &str = "match_controls";
pub(super) const SYNTAX: &str = "match_controls('SELECT sample_id, is_case, … FROM …' [, exact \
    [, nearest [, ratio = 1 [, seed = 1 [, caliper]]]]])";
pub(super) const BALANCE: &str = "match_balance";
pub(super) const BALANCE_SYNTAX: &str = "match_balance('SELECT sample_id, is_case, … FROM …' \
    [, exact [, nearest [, ratio = 1 [, seed = 1 [, caliper [, also]]]]]])";
pub(super) const NAMES: &[&str] = &[
    "query", "exact", "nearest", "ratio", "seed", "caliper", "also",
];

/// The variables that a person can be near in.
const NEAREST: usize = 3;

pub(super) fn balance_documentation() -> FunctionDoc {
    entry(
        BALANCE,
        BALANCE_SYNTAX,
        "How alike cases and controls are, before and after `match_controls` with the same \
         arguments: a row per number in `nearest` and `also`, and per value of each column in \
         `exact`. Columns: `variable`; `mean_cases` and `mean_pool` over everyone; \
         `difference_before`; `mean_matched_cases` and `mean_controls` over the pairs; \
         `difference_after`. Differences are standardised: (cases - others) over the root of the \
         mean of the two variances; NULL when nothing varies. Below 0.1 is usually called balanced \
         (Austin 2009, doi:10.1002/sim.3697). A mean of a value of `exact` is a share.",
        &[
            (
                "query",
                "gives the id first, `is_case`, and the columns named by the other arguments; one \
                 row per person",
            ),
            ("exact", "columns that must be equal, separated by commas"),
            ("nearest", "up to three numbers that should be near"),
            ("ratio, seed, caliper", "as for `match_controls`"),
            ("also", "numbers to compare that were not matched on"),
        ],
        "SELECT * FROM match_balance('SELECT id, is_case, sex, age FROM (VALUES\n  (''a'', true, \
         ''K'', 50), (''b'', false, \
         ''K'', 48), (''c'', false, ''K'', 70)) AS t(id, is_case, sex, age)'\n  , 'sex', 'age');",
    )
}

/// The pairs over a table `q` of people.
fn pairs(arguments: &Arguments, id: &str, from: &str) -> Result<String> {
    let exact = arguments.columns("exact");
    let stratum = match exact.is_empty() {
        true => "''".to_owned(),
        false => {
            let texts: Vec<String> = exact
                .iter()
                .map(|name| format!("coalesce(CAST(q.{name} AS VARCHAR), chr(30))"))
                .collect();
            format!("concat_ws(chr(31), {})", texts.join(", "))
        }
    };
    let nearest = arguments.columns("nearest");
    if nearest.len() > NEAREST {
        return plan_err!(
            "{NAME}: at most {NEAREST} columns can be near, got {}",
            nearest.len()
        );
    }
    let near: String = nearest.iter().map(|name| format!(", q.{name}")).collect();
    Ok(format!(
        "SELECT m['case_id'] AS case_id, m['control_id'] AS control_id, m['rank'] AS rank, \
         m['distance'] AS distance FROM (SELECT unnest({NAME}(q.{id}, q.is_case, {stratum}, {}, \
         {}, {}{near})) AS m FROM {from} AS q) AS matched",
        arguments.number("ratio")?,
        arguments.number("seed")?,
        arguments.number("caliper")?,
    ))
}

pub(super) fn sql(arguments: &Arguments) -> Result<String> {
    if arguments.get("also").is_some() {
        return plan_err!("expected {SYNTAX}; `also` is for {BALANCE}");
    }
    let query = parse(arguments.required("query")?)?;
    let id = first_column(NAME, &query)?;
    pairs(arguments, &id, &format!("({query})"))
}

pub(super) fn balance_sql(arguments: &Arguments) -> Result<String> {
    let query = parse(arguments.required("query")?)?;
    let id = first_column(BALANCE, &query)?;
    let pairs = pairs(arguments, &id, "people")?;
    let mut rows = Vec::new();
    for name in [arguments.columns("nearest"), arguments.columns("also")].concat() {
        rows.push(number_row(&name));
    }
    for name in arguments.columns("exact") {
        rows.push(level_rows(&name));
    }
    if rows.is_empty() {
        return plan_err!(
            "expected {BALANCE_SYNTAX}, with at least one column in `exact`, `nearest` or `also`"
        );
    }
    Ok(format!(
        "WITH people AS ({query}), pairs AS ({pairs}), everyone AS (SELECT q.*, \
         q.is_case AND c.case_id IS NOT NULL AS is_matched, \
         NOT q.is_case AND k.control_id IS NOT NULL AS is_control FROM people AS q \
         LEFT JOIN (SELECT DISTINCT case_id FROM pairs WHERE control_id IS NOT NULL) AS c \
         ON CAST(q.{id} AS VARCHAR) = c.case_id \
         LEFT JOIN (SELECT DISTINCT control_id FROM pairs) AS k \
         ON CAST(q.{id} AS VARCHAR) = k.control_id WHERE q.is_case IS NOT NULL), \
         totals AS (SELECT count(*) FILTER (WHERE is_case) AS t_cases, \
         count(*) FILTER (WHERE NOT is_case) AS t_pool, \
         count(*) FILTER (WHERE is_matched) AS t_matched, \
         count(*) FILTER (WHERE is_control) AS t_controls FROM everyone), \
         moments AS ({}) SELECT variable, mean_cases, mean_pool, \
         (mean_cases - mean_pool) / nullif(sqrt((var_cases + var_pool) / 2), 0) \
         AS difference_before, mean_matched AS mean_matched_cases, mean_controls, \
         (mean_matched - mean_controls) / nullif(sqrt((var_cases + var_pool) / 2), 0) \
         AS difference_after FROM moments",
        rows.join(" UNION ALL ")
    ))
}

/// The four groups: their names, and who is in them.
const GROUPS: [(&str, &str); 4] = [
    ("cases", "is_case"),
    ("pool", "NOT is_case"),
    ("matched", "is_matched"),
    ("controls", "is_control"),
];

fn number_row(name: &str) -> String {
    let columns: Vec<String> = GROUPS
        .iter()
        .map(|(group, filter)| {
            format!(
                "avg(CAST({name} AS DOUBLE)) FILTER (WHERE {filter}) AS mean_{group}, \
                 var_samp(CAST({name} AS DOUBLE)) FILTER (WHERE {filter}) AS var_{group}"
            )
        })
        .collect();
    let variable = literal(name.trim_matches('"'));
    format!(
        "SELECT {variable} AS variable, {} FROM everyone",
        columns.join(", ")
    )
}

fn level_rows(name: &str) -> String {
    let columns: Vec<String> = GROUPS
        .iter()
        .map(|(group, filter)| {
            let share = format!(
                "CAST(count(*) FILTER (WHERE {filter}) AS DOUBLE) / nullif(max(t_{group}), 0)"
            );
            format!("{share} AS mean_{group}, {share} * (1 - {share}) AS var_{group}")
        })
        .collect();
    let prefix = literal(&format!("{} = ", name.trim_matches('"')));
    format!(
        "SELECT concat({prefix}, coalesce(CAST({name} AS VARCHAR), 'NULL')) AS variable, {} \
         FROM everyone CROSS JOIN totals GROUP BY {name}",
        columns.join(", ")
    )
}
