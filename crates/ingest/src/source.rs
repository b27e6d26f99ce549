//! Opening the inputs, and what is learnt from their bytes on the way: size, sha256, progress.

use crate::{Error, Input, Progress};
use kohort_lake::StorageOptions;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One opened input.
pub(crate) struct OpenInput {
    pub(crate) name: String,
    pub(crate) reader: Box<dyn Read + Send>,
    pub(crate) size: Option<u64>,
}

/// Opens an input for reading from its start to its end.
pub(crate) async fn open(input: Input, storage: &StorageOptions) -> Result<OpenInput, Error> {
    match input {
        Input::Reader { name, reader, size } => Ok(OpenInput { name, reader, size }),
        Input::Location(name) => {
            let input = kohort_lake::input(&name, storage).await?;
            Ok(OpenInput {
                name: input.name,
                reader: input.reader,
                size: input.size,
            })
        }
    }
}

/// What the bytes of one source came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceDigest {
    pub(crate) uri: String,
    pub(crate) sha256: String,
    pub(crate) size_bytes: u64,
}

/// The running digest of a source, shared between the reader and the run.
#[derive(Clone)]
pub(crate) struct DigestState(Arc<Mutex<(Sha256, u64)>>);

impl DigestState {
    /// The digest of the bytes that were read until now.
    pub(crate) fn finish(&self, uri: &str) -> SourceDigest {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = state.0.clone().finalize();
        let hex = hash
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                hex.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
                hex.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
                hex
            });
        SourceDigest {
            uri: uri.to_owned(),
            sha256: hex,
            size_bytes: state.1,
        }
    }
}

/// Reads through, hashing and counting the stored bytes.
pub(crate) struct DigestReader {
    inner: Box<dyn Read + Send>,
    state: DigestState,
    total: Arc<AtomicU64>,
    progress: Arc<dyn Progress>,
}

impl DigestReader {
    /// Wraps a reader; `total` counts over all inputs of the run.
    pub(crate) fn new(
        inner: Box<dyn Read + Send>,
        total: Arc<AtomicU64>,
        progress: Arc<dyn Progress>,
    ) -> (Self, DigestState) {
        let state = DigestState(Arc::new(Mutex::new((Sha256::new(), 0))));
        (
            Self {
                inner,
                state: state.clone(),
                total,
                progress,
            },
            state,
        )
    }
}

impl Read for DigestReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let bytes = n as u64;
        let mut state = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.update(&buffer[..n]);
        state.1 += bytes;
        drop(state);
        let total = self.total.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.progress.bytes_read(total);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoProgress;

    #[test]
    fn the_digest_is_that_of_the_stored_bytes() {
        let total = Arc::new(AtomicU64::new(0));
        let (mut reader, state) = DigestReader::new(
            Box::new(&b"abc"[..]),
            Arc::clone(&total),
            Arc::new(NoProgress),
        );
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        let digest = state.finish("x.vcf");
        assert_eq!(
            digest.sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!((digest.size_bytes, total.load(Ordering::Relaxed)), (3, 3));
    }
}
