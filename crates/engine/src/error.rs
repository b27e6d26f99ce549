//! What can go wrong with a query, and whose fault it is.

use arrow::error::ArrowError;
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;
use kohort_schema::tables::REFERENCE_TABLES;

use crate::location::{Location, without_location};
use crate::suggest;
use crate::wrong_types::wrong_types;

/// What went wrong with a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The statement cannot be understood, names what does not exist, or could not be carried out.
    #[error("{message}")]
    Query {
        /// What is wrong, and where.
        message: String,
        /// Whose fault it is.
        blame: Blame,
        /// What the caller can do about it.
        hint: Option<String>,
    },
    /// The lake cannot be read or written.
    #[error(transparent)]
    Lake(#[from] kohort_lake::Error),
    /// Adds where in its statement an error is.
    #[error("{error}")]
    At {
        /// Where.
        location: Location,
        /// What is wrong there.
        error: Box<Error>,
    },
}

/// Whose fault an error is; it decides exit codes and error codes of protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blame {
    /// The statement is wrong.
    Usage,
    /// A name does not exist.
    NotFound,
    /// The data is not what it claims to be.
    Data,
    /// The machine has not enough memory or disk.
    Exhausted,
    /// The storage did not answer.
    Storage,
    /// The statement took longer than it may.
    TimedOut,
    /// A bug of ours.
    Internal,
}

impl Error {
    /// A statement that is wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Query {
            message: message.into(),
            blame: Blame::Usage,
            hint: None,
        }
    }

    /// Says what the caller can do.
    pub(crate) fn with_hint(mut self, text: &str) -> Self {
        if let Self::Query { hint, .. } = &mut self {
            *hint = Some(text.to_owned());
        }
        self
    }

    /// A name that does not exist.
    pub(crate) fn not_found(message: impl Into<String>, hint: Option<String>) -> Self {
        Self::Query {
            message: message.into(),
            blame: Blame::NotFound,
            hint,
        }
    }

    /// Says of which view the statement is.
    pub(crate) fn in_view(self, schema: &str, view: &str) -> Self {
        match self {
            Self::Query {
                message,
                blame,
                hint,
            } => Self::Query {
                message: format!("view `{schema}.{view}`: {message}"),
                blame,
                hint,
            },
            // The place is one in the view's own text, which nobody sees.
            Self::At { error, .. } => error.in_view(schema, view),
            lake => lake,
        }
    }

    /// Says where in its statement it is, where that is known.
    pub(crate) fn at(self, location: Option<Location>) -> Self {
        match (location, self) {
            (None, error) | (Some(_), error @ Self::At { .. }) => error,
            (Some(location), error) => Self::At {
                location,
                error: Box::new(error),
            },
        }
    }

    /// Counts the place from the beginning of a statement, of which the text that was planned is a
    /// part; forgets it where it is none.
    pub(crate) fn of_part(self, statement: &str, planned: &str) -> Self {
        match self {
            Self::At { location, error } => match statement.find(planned) {
                Some(offset) => Self::At {
                    location: location.within(Location::of_offset(statement, offset)),
                    error,
                },
                None => *error,
            },
            error => error,
        }
    }

    /// Where in its statement it is, where that is known.
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::At { location, .. } => Some(*location),
            _ => None,
        }
    }

    /// Whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Query { blame, .. } => *blame,
            Self::At { error, .. } => error.blame(),
            Self::Lake(
                kohort_lake::Error::NoLake { .. }
                | kohort_lake::Error::NoSuchVersion { .. }
                | kohort_lake::Error::Vacuumed { .. },
            ) => Blame::NotFound,
            Self::Lake(_) => Blame::Storage,
        }
    }

    /// What the caller can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Query { hint, .. } => hint.clone(),
            Self::At { error, .. } => error.hint(),
            Self::Lake(error) => error.hint(),
        }
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        match error {
            DataFusionError::External(source) => match source.downcast::<kohort_lake::Error>() {
                Ok(error) => Self::Lake(*error),
                // One of ours, on its way through DataFusion.
                Err(source) => match source.downcast::<Error>() {
                    Ok(error) => *error,
                    Err(source) => from_external(source.as_ref()),
                },
            },
            DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
                Self::from(*inner)
            }
            DataFusionError::Collection(errors) => errors
                .into_iter()
                .next()
                .map_or_else(|| Self::usage("several errors"), Self::from),
            DataFusionError::Shared(shared) => from_root(shared.find_root()),
            other => from_root(&other),
        }
    }
}

fn from_root(error: &DataFusionError) -> Error {
    if let Some(message) = wrong_types(&error.to_string()) {
        return Error::usage(message);
    }
    let (message, blame, hint) = match error {
        DataFusionError::SchemaError(schema, _) => return from_schema(schema),
        DataFusionError::SQL(parser, _) => (from_parser(parser), Blame::Usage, None),
        DataFusionError::Plan(message) => return from_plan(message),
        DataFusionError::Configuration(message) | DataFusionError::NotImplemented(message) => {
            (plain(message).to_owned(), Blame::Usage, None)
        }
        DataFusionError::Execution(message) => return from_execution(message),
        DataFusionError::ArrowError(arrow, _) => return from_arrow(arrow),
        DataFusionError::ParquetError(parquet) => return from_execution(&parquet.to_string()),
        DataFusionError::ObjectStore(store) => (with_sources(store.as_ref()), Blame::Storage, None),
        DataFusionError::IoError(io) => (io.to_string(), Blame::Storage, None),
        DataFusionError::External(source) => return from_external(source.as_ref()),
        DataFusionError::ResourcesExhausted(message) => (
            message.lines().next().unwrap_or(message).to_string(),
            Blame::Exhausted,
            Some(memory_hint(message)),
        ),
        DataFusionError::Internal(message) => (
            format!("internal: {}", plain(message)),
            Blame::Internal,
            Some(OURS.to_string()),
        ),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            return from_root(inner);
        }
        other => (
            plain(&other.strip_backtrace()).to_owned(),
            Blame::Internal,
            Some(OURS.to_string()),
        ),
    };
    Error::Query {
        message,
        blame,
        hint,
    }
}

/// A column that is not there: the nearest names are more help than all of them.
fn from_schema(error: &SchemaError) -> Error {
    let (field, valid_fields) = match error {
        SchemaError::FieldNotFound {
            field,
            valid_fields,
        } => (field, valid_fields),
        SchemaError::AmbiguousReference { field } => {
            let message = format!("the column `{}` is in several tables", field.name());
            return Error::usage(message)
                .with_hint("write which is meant, as in `samples.sample_id`");
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            let message = format!("two columns are called `{name}`");
            return Error::usage(message).with_hint("give one of them another name with AS");
        }
    };
    let name = field.name();
    let names = || valid_fields.iter().map(|valid| valid.name());
    if let Some(hint) = struct_hint(field, valid_fields) {
        return Error::not_found(
            format!("there is no column `{}`", field.flat_name()),
            Some(hint),
        );
    }
    let near = suggest::closest(name, names());
    Error::not_found(
        format!("there is no column `{}`", field.flat_name()),
        near.map(|near| suggest::spelled(name, near)).or_else(|| {
            let names: Vec<&str> = valid_fields.iter().map(|valid| valid.name()).collect();
            (!names.is_empty()).then(|| format!("there are {}", names.join(", ")))
        }),
    )
}

/// DataFusion's own words about names that do not exist, in ours.
fn from_plan(message: &str) -> Error {
    let message = plain(message);
    if let Some(name) = between(message, "Invalid function '", "'") {
        if kohort_functions::call_of_measure(name).is_some_and(|call| call.is_window) {
            return Error::Query {
                message: format!("{name} answers for a row beside others, and needs OVER"),
                blame: Blame::Usage,
                hint: Some(format!("write {name}(…) OVER (), or OVER (PARTITION BY …)")),
            };
        }
        let near = between(message, "Did you mean '", "'");
        return Error::not_found(
            format!("there is no function `{name}`"),
            near.map(|near| format!("did you mean `{near}`?")),
        );
    }
    if let Some(name) = between(message, "table '", "' not found") {
        return no_table(name);
    }
    if let Some(name) = between(message, "Field ", " not found in struct") {
        let hint = "names in a struct are spelled as they are declared: `info.\"CLNSIG\"` or \
                    `info['CLNSIG']`";
        let message = format!("there is no field `{name}` in the struct");
        return Error::not_found(message, Some(hint.to_owned()));
    }
    if message.starts_with("Column in SELECT must be in GROUP BY") {
        let column = between(message, "column \"", "\"").unwrap_or("a column");
        return Error::usage(format!("`{column}` is neither grouped by nor aggregated"))
            .with_hint("add it to GROUP BY, or take one value of each group, as by min(…)");
    }
    if let Some((what, near)) = message.split_once("; did you mean ") {
        let blame = if what.starts_with("there is no") {
            Blame::NotFound
        } else {
            Blame::Usage
        };
        return Error::Query {
            message: what.to_string(),
            blame,
            hint: Some(format!("did you mean {near}")),
        };
    }
    Error::usage(message)
}

/// A table that is not there, by its full name: `kohort.public.variant`.
fn no_table(full: &str) -> Error {
    let mut parts = full.rsplit('.');
    let name = parts.next().unwrap_or(full);
    let with_schema = [
        crate::reference::SCHEMA,
        crate::registry::SCHEMA,
        crate::views::SCHEMA,
    ];
    let schema = parts.next().filter(|schema| with_schema.contains(schema));
    let of_schema = |name: &str| match schema {
        Some(schema) => format!("{schema}.{name}"),
        None => name.to_string(),
    };
    let (last, name) = (name, of_schema(name));
    if crate::catalog::TABLES.contains(&name.as_str()) {
        // A lake has them all.
        return crate::catalog::no_lake(&format!("the table `{name}`")).into();
    }
    let of_lake = crate::catalog::TABLES.into_iter().map(str::to_string);
    let reference = REFERENCE_TABLES.iter().map(|table| table.name.to_string());
    let views = crate::views::SHIPPED.iter();
    let views = views.map(|view| format!("{}.{}", crate::views::SCHEMA, view.name));
    let known: Vec<String> = of_lake.chain(reference).chain(views).collect();
    // The right name in the wrong schema, or in none.
    let elsewhere = known
        .iter()
        .find(|known| known.ends_with(&format!(".{last}")));
    let near = suggest::closest(&name, known.iter().map(String::as_str));
    let hint = match elsewhere.map(String::as_str).or(near) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let is_beside = |known: &&String| match schema {
                Some(schema) => known.starts_with(schema),
                None => !known.starts_with(crate::views::SCHEMA),
            };
            let beside: Vec<&str> = known.iter().filter(is_beside).map(String::as_str).collect();
            format!("there are {}", beside.join(", "))
        }
    };
    Error::not_found(format!("there is no table `{name}`"), Some(hint))
}

/// What a struct's field that was asked for as if its column were a table needs.
fn struct_hint(field: &Column, valid: &[Column]) -> Option<String> {
    let relation = field.relation.as_ref()?.table();
    let is_column = valid.iter().any(|column| column.name() == relation);
    let is_table = valid.iter().any(|column| {
        column
            .relation
            .as_ref()
            .is_some_and(|r| r.table() == relation)
    });
    let name = field.name();
    if is_table {
        return None;
    }
    Some(match is_column {
        true => format!("a field of the struct `{relation}` is `{relation}['{name}']`"),
        false => format!(
            "`{relation}` is no table of this query; a name given with AS is known outside of its \
             SELECT only: SELECT {relation}.{name} FROM (SELECT … AS {relation} …)"
        ),
    })
}

/// What the parser says, without its place.
fn from_parser(parser: &ParserError) -> String {
    let text = match parser {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => return "syntax: it is nested too deeply".to_owned(),
    };
    let (text, _) = without_location(text);
    let said = text
        .strip_prefix("Expected: ")
        .and_then(|rest| rest.rsplit_once(", found: "));
    match said {
        Some((expected, "EOF")) => {
            format!("syntax: expected {expected}, found the end of the statement")
        }
        Some((expected, found)) => format!("syntax: expected {expected}, found `{found}`"),
        None => format!("syntax: {text}"),
    }
}

/// An error of a crate that DataFusion knows nothing of.
fn from_external(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Error {
    if let Some(error) = error.downcast_ref::<DataFusionError>() {
        return from_root(error);
    }
    if let Some(error) = error.downcast_ref::<Error>() {
        return Error::Query {
            message: error.to_string(),
            blame: error.blame(),
            hint: error.hint(),
        };
    }
    if let Some(error) = error.downcast_ref::<kohort_genome::Error>() {
        return Error::Query {
            message: error.to_string(),
            blame: Blame::Usage,
            hint: error.hint(),
        };
    }
    let message = with_sources(error);
    if let Some(error) = no_cast(&message) {
        return error;
    }
    Error::Query {
        message: plain(&message).to_owned(),
        blame: Blame::Data,
        hint: None,
    }
}

fn from_execution(message: &str) -> Error {
    if let Some(error) = no_cast(message) {
        return error;
    }
    let message = plain(message);
    if message.starts_with("Field ") && message.ends_with(" not found in struct") {
        return from_plan(message);
    }
    Error::Query {
        message: message.to_owned(),
        blame: Blame::Data,
        hint: None,
    }
}

/// Arrow's errors: a value is not repeated, for it may be a person's.
fn from_arrow(error: &ArrowError) -> Error {
    if let Some(error) = no_cast(&error.to_string()) {
        return error;
    }
    let (message, hint) = match error {
        ArrowError::ExternalError(source) => return from_external(source.as_ref()),
        ArrowError::DivideByZero => (
            "division by zero".to_owned(),
            Some("nullif(x, 0) makes NULL of it".to_owned()),
        ),
        other => (plain(&other.to_string()).to_owned(), None),
    };
    Error::Query {
        message,
        blame: Blame::Data,
        hint,
    }
}

/// What Arrow says of a text that is not of the type it should become.
const NO_CAST: &str = "Cannot cast string '";

/// A text that could not become a value of another type, wherever it was when that came out.
fn no_cast(text: &str) -> Option<Error> {
    let (_, cast) = text.split_once(NO_CAST)?;
    let (_, wanted) = cast.rsplit_once("to value of ")?;
    let wanted = match wanted.split(['(', ' ']).next().unwrap_or_default() {
        int if int.starts_with("Int") || int.starts_with("UInt") => "a whole number",
        number if number.starts_with("Float") || number.starts_with("Decimal") => "a number",
        date if date.starts_with("Date") => "a date",
        time if time.starts_with("Time") => "a time",
        "Boolean" => "true or false",
        _ => "a value of the type that was asked for",
    };
    Some(Error::Query {
        message: format!("a text was compared with {wanted}, or cast to it, and is not {wanted}"),
        blame: Blame::Data,
        hint: Some(
            "put a value that text is compared with in quotes, as in chrom = 'chr22'; \
             try_cast(x AS BIGINT) gives NULL where a text is no number"
                .to_owned(),
        ),
    })
}

/// What to do about a limit of memory.
fn memory_hint(message: &str) -> String {
    match message.contains("HashJoin") {
        true => "a join keeps its smaller side in memory: give --memory-limit more, or SET \
                 datafusion.optimizer.prefer_hash_join = false, which sorts both sides and uses \
                 the disk"
            .to_owned(),
        false => "give --memory-limit more, or --threads less, or select fewer columns".to_owned(),
    }
}

/// What to do about a fault of ours.
const OURS: &str = "this is a fault of Kohort and not of the statement: please report it, with the \
                    statement";

/// A message without the names of the errors that it went through, and without what DataFusion adds
/// to those it takes for its own.
fn plain(message: &str) -> &str {
    const AROUND: [&str; 15] = [
        "Error evaluating filter predicate: ",
        "Error during planning: ",
        "Execution error: ",
        "Arrow error: ",
        "Cast error: ",
        "Invalid argument error: ",
        "Compute error: ",
        "Schema error: ",
        "External error: ",
        "External: ",
        "Internal error: ",
        "Optimizer error: ",
        "Parquet error: ",
        "This feature is not implemented: ",
        "Invalid or Unsupported Configuration: ",
    ];
    let mut message = message;
    if let Some((before, _)) = message.split_once("This issue was likely caused by a bug in") {
        message = before.trim_end().trim_end_matches('.');
    }
    loop {
        let inner = AROUND.iter().find_map(|name| message.strip_prefix(name));
        let inner = inner.or_else(|| {
            let rule = message.strip_prefix("Optimizer rule '")?;
            Some(rule.split_once("failed\ncaused by\n")?.1)
        });
        // Arrow's errors as Rust writes them down for programmers.
        let inner = inner.or_else(|| {
            let shown = message.strip_prefix("ArrowError(")?;
            between(shown, "(\"", "\")")
        });
        match inner {
            Some(inner) => message = inner,
            None => return message,
        }
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let text = inner.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = inner.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_table_gets_a_suggestion() {
        let error = from_plan("table 'kohort.public.variant' not found");
        assert_eq!(error.to_string(), "there is no table `variant`");
        assert_eq!(error.hint().as_deref(), Some("did you mean `variants`?"));
        assert_eq!(error.blame(), Blame::NotFound);
    }

    #[test]
    fn a_mistyped_table_of_reference_is_named_with_it() {
        let error = from_plan("table 'kohort.reference.gens' not found");
        assert_eq!(error.to_string(), "there is no table `reference.gens`");
        let hint = error.hint();
        assert_eq!(hint.as_deref(), Some("did you mean `reference.genes`?"));
    }

    #[test]
    fn a_mistyped_view_and_one_without_its_schema_get_a_suggestion() {
        for asked in ["follow_up.wait", "public.waits", "followup.waits"] {
            let error = from_plan(&format!("table 'kohort.{asked}' not found"));
            let hint = error.hint();
            assert_eq!(
                hint.as_deref(),
                Some("did you mean `follow_up.waits`?"),
                "{asked}"
            );
        }
    }

    #[test]
    fn a_text_that_is_no_number_is_not_repeated() {
        let inner = "Cannot cast string 'Ada' to value of Int64 type";
        for message in [
            inner.to_owned(),
            format!("Cast error: {inner}"),
            format!(
                "External: Compute error: Error evaluating filter predicate: \
                 ArrowError(CastError(\"{inner}\"), Some(\"\"))"
            ),
        ] {
            let error = from_root(&DataFusionError::Execution(message));
            assert!(!error.to_string().contains("Ada"), "{error}");
            assert!(error.to_string().contains("a whole number"), "{error}");
            assert!(error.hint().is_some());
        }
    }

    #[test]
    fn names_of_libraries_are_taken_off() {
        for (message, expected) in [
            (
                "Error during planning: Execution error: no such place",
                "no such place",
            ),
            (
                "ArrowError(ComputeError(\"too long\"), Some(\"\"))",
                "too long",
            ),
            ("Optimizer rule 'simplify' failed\ncaused by\nx", "x"),
            (
                "Internal error: y.\nThis issue was likely caused by a bug in DataFusion's code.",
                "y",
            ),
            ("plain", "plain"),
        ] {
            assert_eq!(plain(message), expected);
        }
    }

    #[test]
    fn a_mistyped_function_gets_a_suggestion() {
        let error = from_plan("Invalid function 'alele_stats'.\nDid you mean 'allele_stats'?");
        assert_eq!(
            error.hint().as_deref(),
            Some("did you mean `allele_stats`?")
        );
    }
}
