//! Where do bytes go? Standard output, or a file that appears whole: it is written under another
//! name beside its place, and renamed when everything is in it. An object of a store is collected
//! in a temporary file first.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kohort_lake::{Output, StorageOptions};
use tempfile::NamedTempFile;

use crate::error::{Failure, Result};
use crate::signals::asked_to_end;

/// Bytes gathered per write.
const BUFFER_BYTES: usize = 1 << 18;

/// An open output. Dropped without [`Sink::commit`], a file is as if never written.
pub(crate) struct Sink {
    writer: BufWriter<Watched>,
    is_closed: Arc<AtomicBool>,
    pending: Option<Pending>,
}

/// What waits until everything is written.
enum Pending {
    /// A file, for its name.
    File { written: PathBuf, wanted: PathBuf },
    /// A temporary file, for being sent.
    Object {
        written: NamedTempFile,
        wanted: Output,
    },
}

/// Remembers that the reader of a pipe has gone, however the error is wrapped on its way up.
struct Watched {
    inner: Box<dyn Write + Send>,
    is_closed: Arc<AtomicBool>,
}

impl Sink {
    /// Standard output.
    pub(crate) fn stdout() -> Self {
        Self::over(Box::new(io::stdout()), None)
    }

    /// Any writer, for a pager.
    pub(crate) fn writer(writer: Box<dyn Write + Send>) -> Self {
        Self::over(writer, None)
    }

    /// A file, or an object where a URL is given.
    pub(crate) fn at(place: &Path, storage: &StorageOptions) -> Result<Self> {
        let text = place.to_string_lossy();
        if !Output::is_url(&text) {
            let path = text.strip_prefix("file://").map(Path::new);
            return Self::file(path.unwrap_or(place));
        }
        let wanted = Output::at(&text, storage)?;
        let cannot = |error: io::Error| Failure::caused("cannot make a temporary file", &error);
        let written = NamedTempFile::new().map_err(cannot)?;
        let file = written.reopen().map_err(cannot)?;
        let pending = Pending::Object { written, wanted };
        Ok(Self::over(Box::new(file), Some(pending)))
    }

    /// A file; something that is there and no regular file (`/dev/null`, a pipe) is written to
    /// directly.
    pub(crate) fn file(path: &Path) -> Result<Self> {
        let cannot = |error: io::Error| {
            Failure::caused(format!("cannot write `{}`", path.display()), &error)
        };
        if let Ok(found) = fs::metadata(path) {
            if found.is_dir() {
                let message = format!("cannot write `{}`: it is a folder", path.display());
                return Err(Failure::failed(message));
            }
            if !found.is_file() {
                let file = OpenOptions::new().write(true).open(path).map_err(cannot)?;
                return Ok(Self::over(Box::new(file), None));
            }
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let written = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
        let file = File::create(&written).map_err(cannot)?;
        let pending = Pending::File {
            written,
            wanted: path.to_path_buf(),
        };
        Ok(Self::over(Box::new(file), Some(pending)))
    }

    fn over(inner: Box<dyn Write + Send>, pending: Option<Pending>) -> Self {
        let is_closed = Arc::new(AtomicBool::new(false));
        let watched = Watched {
            inner,
            is_closed: Arc::clone(&is_closed),
        };
        Self {
            writer: BufWriter::with_capacity(BUFFER_BYTES, watched),
            is_closed,
            pending,
        }
    }

    /// Where writers write.
    pub(crate) fn out(&mut self) -> &mut (dyn Write + Send) {
        &mut self.writer
    }

    /// Hands everything on, and gives a file its name.
    pub(crate) fn commit(mut self) -> Result {
        let flushed = self.flush();
        self.settle(flushed)?;
        match self.pending.take() {
            None => Ok(()),
            Some(Pending::File { written, wanted }) => {
                fs::rename(&written, &wanted).map_err(|error| {
                    let _ = fs::remove_file(&written);
                    Failure::caused(format!("cannot write `{}`", wanted.display()), &error)
                })
            }
            Some(Pending::Object { written, wanted }) => send(&written, &wanted),
        }
    }

    /// Hands everything on.
    pub(crate) fn flush(&mut self) -> Result {
        Ok(self.writer.flush()?)
    }

    /// Turns any failure into a quiet end when the cause is that the reader has gone.
    pub(crate) fn settle<T>(&self, result: Result<T>) -> Result<T> {
        if self.is_closed.load(Ordering::Relaxed) {
            return result.map_err(|_| Failure::OutputClosed);
        }
        result
    }
}

/// Sends a file to its place, unless somebody asks the program to end.
fn send(written: &NamedTempFile, wanted: &Output) -> Result {
    let sending = async {
        tokio::select! {
            sent = wanted.put_file(written.path()) => Ok(sent?),
            signal = asked_to_end() => Err(Failure::Interrupted("no object was written", signal)),
        }
    };
    let runtime = tokio::runtime::Handle::current();
    tokio::task::block_in_place(|| runtime.block_on(sending))
}

/// A sink that several owners write to, until one of them ends it.
#[derive(Clone)]
pub(crate) struct SharedSink(Arc<Mutex<Option<Sink>>>);

impl SharedSink {
    /// Shares a sink.
    pub(crate) fn new(sink: Sink) -> Self {
        Self(Arc::new(Mutex::new(Some(sink))))
    }

    /// Commits the sink after success and drops it after failure; later writes fail.
    pub(crate) fn end<T>(&self, result: Result<T>) -> Result<T> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(sink) = taken else { return result };
        let value = sink.settle(result)?;
        sink.commit()?;
        Ok(value)
    }

    fn with(&self, action: impl FnOnce(&mut Sink) -> io::Result<usize>) -> io::Result<usize> {
        match self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            Some(sink) => action(sink),
            None => Err(io::Error::other("the output was closed")),
        }
    }
}

impl Write for SharedSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|sink| sink.writer.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|sink| sink.writer.flush().map(|()| 0))
            .map(|_| ())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(Pending::File { written, .. }) = self.pending.take() {
            let _ = fs::remove_file(written);
        }
    }
}

impl Write for Watched {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(bytes);
        self.watch(&result);
        result
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.watch(&result);
        result
    }
}

impl Watched {
    fn watch<T>(&self, result: &io::Result<T>) {
        if result
            .as_ref()
            .is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        {
            self.is_closed.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether a person looks at standard output.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_appears_only_when_committed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let mut sink = Sink::file(&path).unwrap();
        sink.out().write_all(b"x\n").unwrap();
        assert!(!path.exists());
        sink.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn dropped_file_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, b"old").unwrap();
        let mut sink = Sink::file(&path).unwrap();
        sink.out().write_all(b"new").unwrap();
        drop(sink);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
