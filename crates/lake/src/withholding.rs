//! Which counts of a version of the lake do reports withhold? The same ones everywhere.

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

use crate::{Error, Lake, Result};

/// The folder of what is withheld, with an object for each version of the lake and rule.
const FOLDER: &str = "withholding";

fn path(version: u64, rule: &str) -> String {
    format!("{FOLDER}/{version:020}-{rule}.json")
}

impl Lake {
    /// What reports on a version of the lake withhold under a rule, if any was made.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub async fn withholding(&self, version: u64, rule: &str) -> Result<Option<Bytes>> {
        let path = path(version, rule);
        let failed = || Error::storage(&path, "reading");
        let found = match self.raw_store().get(&Path::from(path.as_str())).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed()(error)),
        };
        found.bytes().await.map(Some).map_err(failed())
    }

    /// Keeps what reports on a version of the lake withhold under a rule. It is written once: of
    /// two who do that at once one wins, and both get what the winner wrote.
    ///
    /// # Errors
    /// When the storage cannot be written or read.
    pub async fn keep_withholding(&self, version: u64, rule: &str, bytes: Bytes) -> Result<Bytes> {
        let path = path(version, rule);
        let options = PutOptions::from(PutMode::Create);
        let payload = PutPayload::from(bytes.clone());
        let place = Path::from(path.as_str());
        match self.raw_store().put_opts(&place, payload, options).await {
            Ok(_) => Ok(bytes),
            Err(object_store::Error::AlreadyExists { .. }) => {
                let kept = self.withholding(version, rule).await?;
                Ok(kept.unwrap_or(bytes))
            }
            Err(error) => Err(Error::storage(&path, "writing")(error)),
        }
    }
}
