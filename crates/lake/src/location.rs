//! Where is a lake, or an input, and how is it reached?

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use url::Url;

use crate::folder::{self, ACCESS_KEY, Access, Folder};
use crate::{Error, Result};

/// How to reach object storage: endpoint, region, keys, by the names of the `object_store` crate
/// (`endpoint`, `region`, `allow_http`, `access_key_id`, `secret_access_key`, …; also with `aws_`,
/// `google_` or `azure_` before them).
///
/// A lake in a folder has one: `folder_access` says who may read what is made there (`owner`, the
/// default, `group` or `umask`).
///
/// Values never appear in messages or in `Debug`.
#[derive(Clone, Default)]
pub struct StorageOptions {
    values: BTreeMap<String, (String, Origin)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Given,
    Environment,
}

impl StorageOptions {
    /// No options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one that somebody typed: a key that the storage does not know is an error.
    #[must_use]
    pub fn with(mut self, key: impl AsRef<str>, value: impl Into<String>) -> Self {
        let key = key.as_ref().to_ascii_lowercase();
        self.values.insert(key, (value.into(), Origin::Given));
        self
    }

    /// Adds one found in the environment (`AWS_REGION`, …): it yields to a typed one, and a key
    /// that the storage does not know is ignored.
    #[must_use]
    pub fn with_environment(mut self, key: impl AsRef<str>, value: impl Into<String>) -> Self {
        let key = key.as_ref().to_ascii_lowercase();
        self.values
            .entry(key)
            .or_insert((value.into(), Origin::Environment));
        self
    }

    /// The keys, without their values.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    fn folder_access(&self) -> Result<Access> {
        let Some((value, _)) = self.values.get(ACCESS_KEY) else {
            return Ok(Access::default());
        };
        Access::parse(value).ok_or_else(|| Error::InvalidOption {
            key: ACCESS_KEY.to_owned(),
            scheme: "folder".to_owned(),
        })
    }

    /// Environment first, so that what was typed under another spelling of the key wins.
    fn ordered(&self) -> impl Iterator<Item = (&str, &str, Origin)> {
        let all = |origin| self.values.iter().filter(move |(_, (_, o))| *o == origin);
        let both = all(Origin::Environment).chain(all(Origin::Given));
        both.map(|(key, (value, origin))| (key.as_str(), value.as_str(), *origin))
    }
}

impl fmt::Debug for StorageOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys()).finish()
    }
}

impl<K: AsRef<str>, V: Into<String>> FromIterator<(K, V)> for StorageOptions {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        pairs
            .into_iter()
            .fold(Self::new(), |options, (k, v)| options.with(k, v))
    }
}

/// A place in some storage.
#[derive(Debug, Clone)]
pub(crate) enum Location {
    /// A folder or file of this machine.
    Local(PathBuf),
    /// Object storage or a web server.
    Remote(Url),
}

impl Location {
    pub(crate) fn parse(uri: &str) -> Result<Self> {
        if !uri.contains("://") {
            if uri.is_empty() {
                return Err(invalid(uri, "expected a folder or a URL, got nothing"));
            }
            let path = std::path::absolute(uri).map_err(|source| Error::Io {
                path: uri.to_owned(),
                action: "resolving the path",
                source,
            })?;
            return Ok(Location::Local(path));
        }
        let url = Url::parse(uri).map_err(|e| invalid(uri, &e.to_string()))?;
        if url.scheme() == "file" {
            let path = url.to_file_path();
            return path
                .map(Location::Local)
                .map_err(|()| invalid(uri, "not an absolute path"));
        }
        Ok(Location::Remote(url))
    }

    /// The location without user, password and query: what messages show.
    pub(crate) fn display(&self) -> String {
        match self {
            Location::Local(path) => path.display().to_string(),
            Location::Remote(url) => redacted(url),
        }
    }
}

fn redacted(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|p| format!(":{p}")).unwrap_or_default();
    let container = match url.scheme() {
        "abfs" | "abfss" if !url.username().is_empty() => format!("{}@", url.username()),
        _ => String::new(),
    };
    format!(
        "{}://{container}{host}{port}{}",
        url.scheme(),
        url.path().trim_end_matches('/')
    )
}

fn invalid(uri: &str, reason: &str) -> Error {
    let shown = match Url::parse(uri) {
        Ok(url) if !url.cannot_be_a_base() => redacted(&url),
        // What cannot be taken apart may have its password anywhere before the host.
        _ => match crate::redact(uri).split_once('?') {
            Some((before, _)) => before.to_owned(),
            None => crate::redact(uri).into_owned(),
        },
    };
    Error::InvalidUri {
        uri: shown,
        reason: reason.to_owned(),
    }
}

/// Whether a store may make the folder it is rooted at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Error,
    Create,
}

/// A store whose root is the lake's root; a folder also as such.
pub(crate) fn lake_store(
    location: &Location,
    options: &StorageOptions,
    missing: Missing,
) -> Result<(Arc<dyn ObjectStore>, Option<Folder>)> {
    match location {
        Location::Local(path) => {
            let folder = local_store(path, options.folder_access()?, missing)?;
            Ok((Arc::new(folder.clone()), Some(folder)))
        }
        Location::Remote(url) => {
            let (store, prefix) = remote_store(url, options)?;
            let store = match prefix.as_ref().is_empty() {
                true => store,
                false => Arc::new(PrefixStore::new(store, prefix)),
            };
            Ok((store, None))
        }
    }
}

fn local_store(path: &std::path::Path, access: Access, missing: Missing) -> Result<Folder> {
    let shown = path.display().to_string();
    if missing == Missing::Create {
        folder::make_folders(path, path, access).map_err(|source| Error::Io {
            path: shown.clone(),
            action: "making the folder",
            source,
        })?;
    } else if !path.is_dir() {
        return Err(Error::NoLake { uri: shown });
    }
    Folder::new(path, access).map_err(Error::storage(shown, "opening the folder"))
}

/// A store of the whole bucket (or web server), and the path within it.
pub(crate) fn remote_store(
    url: &Url,
    options: &StorageOptions,
) -> Result<(Arc<dyn ObjectStore>, Path)> {
    let shown = redacted(url);
    let path = Path::from_url_path(url.path()).map_err(|e| invalid(&shown, &e.to_string()))?;
    let failed = || Error::storage(shown.clone(), "setting up the storage");
    let store: Arc<dyn ObjectStore> = match url.scheme() {
        "s3" | "s3a" => Arc::new(s3(url, options)?.build().map_err(failed())?),
        "gs" => Arc::new(gcs(url, options)?.build().map_err(failed())?),
        "az" | "azure" | "adl" | "abfs" | "abfss" => {
            Arc::new(azure(url, options)?.build().map_err(failed())?)
        }
        "http" | "https" => {
            let origin = url.origin().ascii_serialization();
            Arc::new(
                HttpBuilder::new()
                    .with_url(origin)
                    .build()
                    .map_err(failed())?,
            )
        }
        other => {
            let reason = format!("expected a folder, s3://, gs:// or az://, got `{other}://`");
            return Err(Error::InvalidUri { uri: shown, reason });
        }
    };
    Ok((store, path))
}

/// S3 by conditional put (`If-None-Match`), the store's default: commits need no lock table.
fn s3(url: &Url, options: &StorageOptions) -> Result<AmazonS3Builder> {
    let mut builder = AmazonS3Builder::new().with_url(url.as_str());
    for (key, value, origin) in options.ordered() {
        let Some(parsed) = known::<AmazonS3ConfigKey>(key, origin, "s3")? else {
            continue;
        };
        let is_endpoint = matches!(
            parsed,
            AmazonS3ConfigKey::Endpoint | AmazonS3ConfigKey::S3Endpoint
        );
        // An endpoint spelled `http://` says by itself that plain HTTP is meant.
        if is_endpoint && value.starts_with("http://") {
            builder = builder.with_allow_http(true);
        }
        builder = builder.with_config(parsed, value);
    }
    Ok(builder)
}

fn gcs(url: &Url, options: &StorageOptions) -> Result<GoogleCloudStorageBuilder> {
    let mut builder = GoogleCloudStorageBuilder::new().with_url(url.as_str());
    for (key, value, origin) in options.ordered() {
        if let Some(parsed) = known::<GoogleConfigKey>(key, origin, "gs")? {
            builder = builder.with_config(parsed, value);
        }
    }
    Ok(builder)
}

fn azure(url: &Url, options: &StorageOptions) -> Result<MicrosoftAzureBuilder> {
    let mut builder = MicrosoftAzureBuilder::new().with_url(url.as_str());
    for (key, value, origin) in options.ordered() {
        if let Some(parsed) = known::<AzureConfigKey>(key, origin, "az")? {
            builder = builder.with_config(parsed, value);
        }
    }
    Ok(builder)
}

fn known<K: std::str::FromStr>(key: &str, origin: Origin, scheme: &str) -> Result<Option<K>> {
    match (key.parse(), origin) {
        (Ok(parsed), _) => Ok(Some(parsed)),
        (Err(_), Origin::Environment) => Ok(None),
        (Err(_), Origin::Given) => Err(Error::InvalidOption {
            key: key.to_owned(),
            scheme: scheme.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_show_in_neither_debug_nor_errors() {
        let options = StorageOptions::new()
            .with("secret_access_key", "hunter2")
            .with("no_such_option", "hunter3");
        assert!(!format!("{options:?}").contains("hunter"));
        let url = Url::parse("s3://user:hunter2@bucket/lake?sig=hunter4").unwrap();
        let error = remote_store(&url, &options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "storage option `no_such_option` is not valid for s3 storage"
        );
        assert_eq!(Location::Remote(url).display(), "s3://bucket/lake");
    }

    #[test]
    fn a_url_that_cannot_be_read_shows_no_password() {
        for uri in [
            "https://user:hunter2@host:port/lake",
            "s3://user:hun/ter2@bucket/lake",
            "s3://user:hunter2@bu cket/lake?sig=hunter3",
        ] {
            let shown = match Location::parse(uri) {
                Ok(location) => location.display(),
                Err(error) => error.to_string(),
            };
            assert!(
                !shown.contains("hunter") && !shown.contains("ter2"),
                "{shown}"
            );
        }
    }

    #[test]
    fn unknown_keys_of_the_environment_are_ignored() {
        let options = StorageOptions::new()
            .with_environment("AWS_PROFILE", "x")
            .with_environment("AWS_REGION", "eu-north-1");
        let url = Url::parse("s3://bucket/lake").unwrap();
        let (_, path) = remote_store(&url, &options).unwrap();
        assert_eq!(path.as_ref(), "lake");
    }

    #[test]
    fn schemes_that_hold_no_lake_are_refused() {
        let url = Url::parse("ftp://host/lake").unwrap();
        let error = remote_store(&url, &StorageOptions::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ftp://host/lake: expected a folder, s3://, gs:// or az://, got `ftp://`"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_lake() {
        let location = Location::parse("/no/such/folder").unwrap();
        let options = StorageOptions::new();
        let error = lake_store(&location, &options, Missing::Error).unwrap_err();
        assert_eq!(error.to_string(), "/no/such/folder: no lake here");
        assert!(error.hint().unwrap().contains("kohort ingest"));
    }
}
