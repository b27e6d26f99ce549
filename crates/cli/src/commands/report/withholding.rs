//! What the reports of a lake withhold: read from the lake, or made and kept there.

use std::time::Instant;

use kohort_engine::{Blame, Session};
use kohort_lake::Lake;
use kohort_report::{Catalogue, Pattern, Report};

use crate::error::{Result, warn_line};
use crate::human::{counted, duration};

/// The withholding pattern of a version of the lake; nothing where the report needs none.
pub(super) async fn pattern(
    session: &Session,
    report: &Report,
    lake: &Lake,
    version: u64,
) -> Result<Option<Pattern>> {
    if !report.wants_pattern()? {
        return Ok(None);
    }
    let rule = Catalogue::fingerprint();
    if let Some(kept) = lake.withholding(version, &rule).await?
        && let Some(pattern) = Pattern::from_json(&kept)
    {
        return Ok(Some(pattern));
    }
    let started = Instant::now();
    let pattern = make(session).await?;
    let size = pattern.size();
    warn_line(&format!(
        "withholding: {} of {} ({} small, no choice withholds fewer than {}), {}",
        size.n_withheld,
        counted(size.n as u64, "count"),
        size.n_small,
        size.fewest.unwrap_or(size.n_small),
        duration(started.elapsed())
    ));
    let bytes = pattern.to_json();
    match lake.keep_withholding(version, &rule, bytes.into()).await {
        Ok(kept) => Ok(Pattern::from_json(&kept).or(Some(pattern))),
        // It follows from the lake alone, so that whoever makes it anew gets the same.
        Err(error) => {
            warn_line(&format!(
                "what is withheld is not kept with the lake: {error}"
            ));
            if let Some(hint) = error.hint() {
                warn_line(&format!("hint: {hint}"));
            }
            Ok(Some(pattern))
        }
    }
}

/// Makes the pattern from all counts of the lake that reports show.
async fn make(session: &Session) -> Result<Pattern> {
    let catalogue = Catalogue::shipped()?;
    let mut cubes = Vec::new();
    for (at, sql) in catalogue.queries().into_iter().enumerate() {
        let planned = session.execute_one(&format!("EXPLAIN {sql}")).await;
        match planned {
            // What the lake has not, no report of it counts.
            Err(error) if error.blame() == Blame::NotFound => continue,
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let batches = super::run_query(session, sql).await?;
        cubes.push(catalogue.read(at, &batches)?);
    }
    Ok(catalogue.pattern(&cubes)?)
}
