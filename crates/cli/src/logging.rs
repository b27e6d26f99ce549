//! What does the program say about its own work? Logs on standard error, off unless asked for, and
//! without secrets at any level.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use chrono::{SecondsFormat, Utc};
use clap::ValueEnum;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::redact::redact;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for a person; in colour on a terminal, unless NO_COLOR is set
    #[default]
    Text,
    /// One JSON object a line, with timestamp, level, target, message and fields
    Json,
}

/// Installs logging: `RUST_LOG` when set, else by how often `-v` was given.
pub(crate) fn install(verbosity: u8, format: LogFormat) {
    let default = match verbosity {
        0 => "error",
        1 => "error,kohort=info,kohort_engine=info,kohort_ingest=info,kohort_lake=info",
        2 => "warn,kohort=debug,kohort_engine=debug,kohort_ingest=debug,kohort_lake=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Redacted)
        .with_ansi(has_colour())
        .with_target(verbosity > 1);
    let _ = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.event_format(JsonLines).try_init(),
    };
}

/// Whether standard error may have colours: on a terminal, unless `NO_COLOR` (no-color.org) is set.
pub(crate) fn has_colour() -> bool {
    let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !is_refused
}

/// Standard error, without secrets. An event comes as one write.
struct Redacted;

impl Write for Redacted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        io::stderr().lock().write_all(redact(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// One JSON object per event.
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields(Map::new());
        event.record(&mut fields);
        let mut object = Map::new();
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
        object.insert("timestamp".into(), now.into());
        object.insert("level".into(), event.metadata().level().as_str().into());
        // What came by the crate `log` has its own target in a field.
        let told = fields.0.remove("log.target");
        let target = told.unwrap_or_else(|| event.metadata().target().into());
        fields.0.retain(|name, _| !name.starts_with("log."));
        object.insert("target".into(), target);
        let message = fields.0.remove("message").unwrap_or_default();
        object.insert("message".into(), message);
        if !fields.0.is_empty() {
            object.insert("fields".into(), Value::Object(fields.0));
        }
        writeln!(writer, "{}", Value::Object(object))
    }
}

/// The fields of an event.
struct Fields(Map<String, Value>);

impl Fields {
    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    // A secret is found by the name before it, which JSON would part from it.
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, redact(value).into_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, redact(&format!("{value:?}")).into_owned());
    }
}
