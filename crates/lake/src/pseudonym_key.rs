//! Which key made the pseudonyms of this lake? One key, or a person would be two.

use bytes::Bytes;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::{Value, json};

use crate::once::{self, Made};
use crate::{Error, Lake, Result};

/// The object that keeps the fingerprint of the key. It is made once and never written again.
const KEY_OBJECT: &str = "registry/_pseudonym_key.json";

impl Lake {
    /// The fingerprint of the key that this lake's pseudonyms were made with, if there are any.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub async fn pseudonym_key(&self) -> Result<Option<String>> {
        let failed = || Error::storage(KEY_OBJECT, "reading");
        let found = match self.raw_store().get(&Path::from(KEY_OBJECT)).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed()(error)),
        };
        let bytes = found.bytes().await.map_err(failed())?;
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(value["fingerprint"].as_str().map(str::to_owned))
    }

    /// Checks that a key is this lake's.
    ///
    /// # Errors
    /// [`Error::OtherKey`] when the lake has another one.
    pub async fn check_pseudonym_key(&self, fingerprint: &str) -> Result<()> {
        match self.pseudonym_key().await? {
            Some(found) if found != fingerprint => Err(Error::OtherKey {
                uri: self.uri().to_owned(),
                expected: found,
                found: fingerprint.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Makes a key this lake's, unless it has one. Of two who do that at once, one wins.
    ///
    /// # Errors
    /// [`Error::OtherKey`] when the lake has another one.
    pub async fn claim_pseudonym_key(&self, fingerprint: &str) -> Result<()> {
        let text = json!({ "fingerprint": fingerprint }).to_string();
        match once::make(self.raw_store(), &Path::from(KEY_OBJECT), Bytes::from(text)).await {
            Ok(Made::Ours) => Ok(()),
            Ok(Made::Theirs) => self.check_pseudonym_key(fingerprint).await,
            Err(error) => Err(Error::storage(KEY_OBJECT, "writing")(error)),
        }
    }
}
