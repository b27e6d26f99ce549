//! One load, from the files to the commit.

use std::sync::Arc;
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, SchemaRef};
use kohort_lake::{Keys, Lake, LoadMode, LoadRecord, OnDuplicates, Place as KeyPlace, TableLoad};
use kohort_registry::personal::is_number_in_name;
use kohort_registry::{ColumnType, Counts, Load, LoadOptions, ORIGINAL_NAME_KEY, Piece, Rows};
use kohort_schema::LoadedSchema;
use tokio::sync::mpsc;

use crate::load::set_aside::Place;
use crate::load::{
    Aside, LoadRequest, LoadSummary, LoadedColumn, OnBadRow, OnDuplicateKey, reference, set_aside,
};
use crate::{Error, Progress, Stage};

/// Batches between the thread that reads and the one that writes.
const BATCHES_IN_FLIGHT: usize = 2;

/// Loads files into a table of a lake, whole or not at all. Without a lake everything is read and
/// told, and nothing written.
///
/// # Errors
/// Bad rows that are not to be set aside, a column of personal numbers that nobody declared, keys
/// that come twice, another key of pseudonyms than the lake's, or a fault of files or storage; the
/// lake then shows what it showed before.
pub async fn load(
    lake: Option<&Lake>,
    mut request: LoadRequest,
    progress: Arc<dyn Progress>,
) -> Result<LoadSummary, Error> {
    let started = Instant::now();
    check(&request)?;
    set_aside::check(&request)?;
    let fingerprint = request.options.key.as_ref().map(|key| key.fingerprint());
    let fingerprint = fingerprint.filter(|_| !request.options.personal_ids.is_empty());
    if let Some(lake) = lake {
        if let Some(fingerprint) = &fingerprint {
            lake.check_pseudonym_key(fingerprint).await?;
        }
        let existing = lake
            .snapshot(None)
            .await?
            .loaded_schema(&request.table)
            .await?;
        let stays = matches!(request.mode, LoadMode::Append | LoadMode::Upsert { .. });
        if let Some(existing) = existing.filter(|_| stays) {
            request.options.expected = expected(&existing);
        }
    }
    request
        .options
        .expected
        .extend(reference::types(&request.table));
    progress.stage(Stage::Reading);
    let files = Arc::new(examine(&request).await?);
    files.notes().iter().for_each(|note| progress.warning(note));
    reference::check_columns(&request.table, files.schema())?;
    if request.on_bad_row == OnBadRow::Refuse && files.bad_rows().n > 0 {
        let rows = Box::new(files.bad_rows().clone());
        return Err(Error::BadRows { rows });
    }
    let mut summary = summary(&request, &files);
    if let Some(lake) = lake {
        if request.on_duplicate_files == OnDuplicates::Refuse && summary.counts.n_read > 0 {
            let sources: Vec<_> = files.sources().into_iter().map(source).collect();
            lake.check_files(&request.table, &request.mode, &sources)
                .await?;
        }
        write(
            lake,
            &request,
            &files,
            fingerprint,
            &mut summary,
            progress.as_ref(),
        )
        .await?;
    }
    summary.elapsed = started.elapsed();
    Ok(summary)
}

fn check(request: &LoadRequest) -> Result<(), Error> {
    if request.sources.is_empty() {
        return Err(Error::NoInput);
    }
    let mut names = vec![(request.table.to_string(), "the table")];
    match &request.on_bad_row {
        OnBadRow::SetAside(Aside::Table(table)) => {
            names.push((table.to_string(), "the table of rows that are set aside"));
        }
        OnBadRow::SetAside(Aside::File(path)) => {
            let path = path.display().to_string();
            names.push((path, "the file of rows that are set aside"));
        }
        OnBadRow::Refuse => {}
    }
    let is_number = |name: &str| is_number_in_name(name, request.options.today);
    if let Some((_, what)) = names.iter().find(|(name, _)| is_number(name)) {
        let what = (*what).to_owned();
        return Err(kohort_registry::Error::PersonalPlace { what }.into());
    }
    let is_reference = request.table.schema() == LoadedSchema::Reference;
    let has_people = !request.options.personal_ids.is_empty();
    if !reference::is_replaceable(&request.table) || (is_reference && has_people) {
        return Err(Error::NotReplaceable {
            table: request.table.to_string(),
        });
    }
    Ok(())
}

/// The types that a table's columns have.
fn expected(schema: &SchemaRef) -> Vec<(String, ColumnType)> {
    let types = schema.fields().iter().filter_map(|field| {
        let column_type = match field.data_type() {
            DataType::Utf8 => ColumnType::Text,
            DataType::Int64 => ColumnType::Integer,
            DataType::Float64 => ColumnType::Float,
            DataType::Boolean => ColumnType::Boolean,
            DataType::Date32 => ColumnType::Date,
            DataType::Timestamp(..) => ColumnType::Timestamp,
            _ => return None,
        };
        Some((field.name().clone(), column_type))
    });
    types.collect()
}

async fn examine(request: &LoadRequest) -> Result<Load, Error> {
    let (sources, options): (_, LoadOptions) = (request.sources.clone(), request.options.clone());
    let examined = tokio::task::spawn_blocking(move || Load::examine(&sources, options));
    Ok(examined.await.map_err(|_| Error::Stopped)??)
}

fn summary(request: &LoadRequest, files: &Load) -> LoadSummary {
    let n_bad = files.bad_rows().n;
    LoadSummary {
        table: request.table.clone(),
        mode: request.mode.clone(),
        lake_version: None,
        description: files.description(),
        sources: files.sources(),
        counts: Counts {
            n_read: files.n_read(),
            n_kept: files.n_read() - n_bad,
            n_set_aside: n_bad,
        },
        n_duplicates: 0,
        n_removed: 0,
        n_rows: 0,
        columns: files.schema().fields().iter().map(|f| column(f)).collect(),
        notes: files.notes().to_vec(),
        elapsed: std::time::Duration::ZERO,
    }
}

fn column(field: &Field) -> LoadedColumn {
    let data_type = match field.data_type() {
        _ if field
            .metadata()
            .contains_key(kohort_registry::PSEUDONYM_KEY) =>
        {
            "pseudonym"
        }
        DataType::Utf8 => "text",
        DataType::Int64 => "integer",
        DataType::Float64 => "float",
        DataType::Boolean => "boolean",
        DataType::Date32 => "date",
        DataType::Timestamp(..) => "timestamp",
        DataType::List(_) => "list",
        DataType::Struct(_) => "struct",
        _ => "bytes",
    };
    LoadedColumn {
        name: field.name().clone(),
        data_type: data_type.to_owned(),
        original: field.metadata().get(ORIGINAL_NAME_KEY).cloned(),
    }
}

async fn write(
    lake: &Lake,
    request: &LoadRequest,
    files: &Arc<Load>,
    fingerprint: Option<String>,
    summary: &mut LoadSummary,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let table = &request.table;
    let mut rows = lake
        .begin_load(table, request.mode.clone(), files.schema())
        .await?;
    rows.set_on_duplicates(request.on_duplicate_files);
    let n_bad = files.bad_rows().n;
    let mut aside = Place::open(lake, &request.on_bad_row, &request.mode, n_bad).await?;
    let keys = match &request.mode {
        LoadMode::Upsert { keys } => Some(read_keys(request, files, keys, &rows).await?),
        _ => None,
    };
    progress.stage(Stage::Writing);
    let (counts, n_duplicates) = write_rows(
        request,
        files,
        keys.as_ref(),
        &mut rows,
        &mut aside,
        progress,
    )
    .await?;
    if counts != summary.counts {
        return Err(Error::Stopped);
    }
    summary.counts.n_kept -= n_duplicates;
    summary.n_duplicates = n_duplicates;
    if let Some(keys) = keys {
        rows.set_keys(keys);
    }
    let mut parts = vec![rows];
    let mut file = None;
    match aside {
        Place::None => {}
        Place::Table(load) => parts.push(*load),
        Place::File(pending) => file = Some(pending),
    }
    progress.stage(Stage::Committing);
    if let Some(fingerprint) = &fingerprint {
        lake.claim_pseudonym_key(fingerprint).await?;
    }
    let record = record(request, files, summary, fingerprint);
    if let Some(file) = file {
        // Before the commit: rows that are nowhere else must not be lost.
        file.finish()?;
    }
    let (version, loaded) = lake.commit_load(parts, &record).await?;
    summary.lake_version = Some(version);
    if let Some(loaded) = loaded.first() {
        (summary.n_rows, summary.n_removed) = (loaded.n_rows, loaded.n_removed);
    }
    Ok(())
}

fn record(
    request: &LoadRequest,
    files: &Load,
    summary: &LoadSummary,
    pseudonym_key: Option<String>,
) -> LoadRecord {
    LoadRecord {
        sources: files.sources().into_iter().map(source).collect(),
        n_read: summary.counts.n_read,
        n_kept: summary.counts.n_kept,
        n_duplicates: summary.n_duplicates,
        n_set_aside: summary.counts.n_set_aside,
        pseudonym_key,
        program_version: request.program_version.clone(),
    }
}

fn source(source: kohort_registry::SourceInfo) -> kohort_lake::SourceFile {
    kohort_lake::SourceFile {
        uri: source.name,
        sha256: source.sha256,
        size_bytes: source.size_bytes,
    }
}

/// Batches of a load, read by a thread of their own.
struct Pieces {
    receiver: mpsc::Receiver<Piece>,
    reader: tokio::task::JoinHandle<kohort_registry::Result<Counts>>,
}

impl Pieces {
    fn read(files: &Arc<Load>) -> Self {
        let (sender, receiver) = mpsc::channel(BATCHES_IN_FLIGHT);
        let files = Arc::clone(files);
        let reader = tokio::task::spawn_blocking(move || {
            files.read(&mut |piece| {
                let sent = sender.blocking_send(piece);
                sent.map_err(|_| kohort_registry::Error::Stopped)
            })
        });
        Self { receiver, reader }
    }

    async fn next(&mut self) -> Option<Piece> {
        self.receiver.recv().await
    }

    async fn finish(self) -> Result<Counts, Error> {
        drop(self.receiver);
        Ok(self.reader.await.map_err(|_| Error::Stopped)??)
    }
}

/// The keys of all rows; two rows with one key are an error unless the last one is to count.
async fn read_keys(
    request: &LoadRequest,
    files: &Arc<Load>,
    columns: &[String],
    rows: &TableLoad,
) -> Result<Keys, Error> {
    let mut keys = Keys::new(&request.table, columns, rows.schema())?;
    let mut pieces = Pieces::read(files);
    let mut n_before = 0;
    while let Some(piece) = pieces.next().await {
        let Piece::Rows(piece) = piece else { continue };
        let places = places(&piece, n_before);
        n_before += places.len() as u64;
        let duplicate = keys.add(&piece.batch, &places).map_err(|error| Error::At {
            place: piece.file.clone(),
            error: Box::new(error.into()),
        })?;
        if let Some(duplicate) = duplicate
            && request.on_duplicate_key == OnDuplicateKey::Refuse
        {
            return Err(Error::DuplicateKey {
                file: piece.file,
                line: duplicate.second.line,
                first_line: duplicate.first.line,
                key: columns.join(", "),
            });
        }
    }
    pieces.finish().await?;
    Ok(keys)
}

fn places(rows: &Rows, n_before: u64) -> Vec<KeyPlace> {
    let lines = rows.lines.iter().zip(n_before..);
    lines
        .map(|(line, row)| KeyPlace { row, line: *line })
        .collect()
}

/// Writes all rows, of those with one key the last; gives how many there were, and how many of them
/// another one with their key came after.
async fn write_rows(
    request: &LoadRequest,
    files: &Arc<Load>,
    keys: Option<&Keys>,
    rows: &mut TableLoad,
    aside: &mut Place,
    progress: &dyn Progress,
) -> Result<(Counts, u64), Error> {
    let mut pieces = Pieces::read(files);
    let (mut n_before, mut n_duplicates) = (0, 0);
    while let Some(piece) = pieces.next().await {
        match piece {
            Piece::SetAside(batch) => aside.write(&batch).await?,
            Piece::Rows(piece) => {
                let (table, lines) = (&request.table, &piece.lines);
                reference::check_rows(table, &piece.batch, &piece.file, lines)?;
                let places = places(&piece, n_before);
                n_before += places.len() as u64;
                progress.variants(n_before);
                let batch: RecordBatch = match keys {
                    Some(keys) => keys.last_of_each(&piece.batch, &places)?,
                    None => piece.batch,
                };
                n_duplicates += (places.len() - batch.num_rows()) as u64;
                rows.write(&batch).await?;
            }
        }
    }
    Ok((pieces.finish().await?, n_duplicates))
}
