//! How is an object made that must not exist yet, when the store's answer may get lost?
//!
//! A conditional put has three outcomes: the object is ours, it is somebody else's, or the answer
//! did not arrive. In the third case the store may have made the object; a client that repeats the
//! request is then told that it exists. So what is there is read back and compared with what was
//! sent. Each commit carries an id of its own, so equal bytes mean that the commit is ours.

use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutOptions, PutPayload};

use crate::log::Store;

/// How often a put is tried whose answer was lost and that made no object.
const ATTEMPTS: u32 = 4;

/// The first pause between two tries; each further one is four times as long.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Whose object is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// It has the bytes that were to be put.
    Ours,
    /// It has others.
    Theirs,
}

/// Makes an object, unless there is one, and says whose it is. An error means that this is not
/// known: the object may appear, and nothing that it names may be deleted.
pub(crate) async fn make(
    store: &Store,
    path: &Path,
    bytes: Bytes,
) -> Result<Made, object_store::Error> {
    let mut attempt = 0;
    loop {
        let payload = PutPayload::from_bytes(bytes.clone());
        let options = PutOptions::from(PutMode::Create);
        let Err(error) = store.put_opts(path, payload, options).await else {
            return Ok(Made::Ours);
        };
        match read_back(store, path).await {
            Ok(Some(found)) if found == bytes => return Ok(Made::Ours),
            Ok(Some(_)) => return Ok(Made::Theirs),
            // A conflict that left nothing, or a request that did not arrive.
            Ok(None) | Err(_) if attempt + 1 < ATTEMPTS && may_pass(&error) => {}
            Ok(None) | Err(_) => return Err(error),
        }
        pause(attempt).await;
        attempt += 1;
    }
}

/// Puts an object whose name nobody else uses, so that repeating it does no harm.
pub(crate) async fn repeat<T, F>(mut put: impl FnMut() -> F) -> Result<T, object_store::Error>
where
    F: Future<Output = Result<T, object_store::Error>>,
{
    let mut attempt = 0;
    loop {
        match put().await {
            Err(error) if attempt + 1 < ATTEMPTS && may_pass(&error) => {}
            done => return done,
        }
        pause(attempt).await;
        attempt += 1;
    }
}

async fn read_back(store: &Store, path: &Path) -> Result<Option<Bytes>, object_store::Error> {
    match store.get(path).await {
        Ok(found) => Ok(Some(found.bytes().await?)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether trying again may help.
fn may_pass(error: &object_store::Error) -> bool {
    use object_store::Error as E;
    !matches!(
        error,
        E::PermissionDenied { .. }
            | E::Unauthenticated { .. }
            | E::NotSupported { .. }
            | E::NotImplemented { .. }
            | E::InvalidPath { .. }
            | E::UnknownConfigurationKey { .. }
            | E::NotFound { .. }
    )
}

async fn pause(attempt: u32) {
    tokio::time::sleep(FIRST_PAUSE * 4_u32.pow(attempt.min(4))).await;
}
