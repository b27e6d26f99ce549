//! What can go wrong with a query, and whose fault it is.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use kohort_schema::tables::REFERENCE_TABLES;

use crate::suggest;

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
            lake => lake,
        }
    }

    /// Whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Query { blame, .. } => *blame,
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
                    Err(source) => from_root(&DataFusionError::External(source)),
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
    let (message, blame, hint) = match error {
        DataFusionError::SchemaError(schema, _) => return from_schema(schema),
        DataFusionError::SQL(parser, _) => (format!("syntax: {parser}"), Blame::Usage, None),
        DataFusionError::Plan(message) => return from_plan(message),
        DataFusionError::Configuration(message) => (message.clone(), Blame::Usage, None),
        DataFusionError::NotImplemented(message) => (message.clone(), Blame::Usage, None),
        DataFusionError::Execution(message) => (message.clone(), Blame::Data, None),
        DataFusionError::ArrowError(arrow, _) => (arrow.to_string(), Blame::Data, None),
        DataFusionError::ParquetError(parquet) => (parquet.to_string(), Blame::Data, None),
        DataFusionError::ObjectStore(store) => (with_sources(store.as_ref()), Blame::Storage, None),
        DataFusionError::IoError(io) => (io.to_string(), Blame::Storage, None),
        DataFusionError::External(source) => match source.downcast_ref::<Error>() {
            Some(error) => (error.to_string(), error.blame(), error.hint()),
            None => (with_sources(source.as_ref()), Blame::Data, None),
        },
        DataFusionError::ResourcesExhausted(message) => (
            message.lines().next().unwrap_or(message).to_string(),
            Blame::Exhausted,
            Some("give the session more memory, or select fewer columns".to_string()),
        ),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            return from_root(inner);
        }
        other => (other.strip_backtrace(), Blame::Internal, None),
    };
    Error::Query {
        message,
        blame,
        hint,
    }
}

/// A column that is not there: the nearest names are more help than all of them.
fn from_schema(error: &SchemaError) -> Error {
    let SchemaError::FieldNotFound {
        field,
        valid_fields,
    } = error
    else {
        return Error::usage(error.to_string());
    };
    let name = field.name();
    let near = suggest::closest(name, valid_fields.iter().map(|valid| valid.name()));
    Error::not_found(
        format!("there is no column `{}`", field.flat_name()),
        near.map(|near| format!("did you mean `{near}`?"))
            .or_else(|| {
                let names: Vec<&str> = valid_fields.iter().map(|valid| valid.name()).collect();
                (!names.is_empty()).then(|| format!("there are {}", names.join(", ")))
            }),
    )
}

/// DataFusion's own words about names that do not exist, in ours.
fn from_plan(message: &str) -> Error {
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
        return Error::not_found(format!("there is no field `{name}` in the struct"), None);
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
    fn a_mistyped_function_gets_a_suggestion() {
        let error = from_plan("Invalid function 'alele_stats'.\nDid you mean 'allele_stats'?");
        assert_eq!(
            error.hint().as_deref(),
            Some("did you mean `allele_stats`?")
        );
    }
}
