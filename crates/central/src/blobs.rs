//! Where the bytes of photographs lie: any store that the `object_store` crate reaches; a folder unless another is named.
//!
//! A whole photograph is `ab/abcd...`, named by its digest, and never changes. What has come of an upload so far are pieces,
//! `pieces/abcd.../0000001024` named by the place of their first byte; those that follow one another without a hole are what
//! is here. Nothing is ever appended to, so two centrals that take the same upload at once cannot spoil it: what they put
//! together is compared with its digest before it counts.
//!
//! What was put is on the disk, or in the store's keeping, when the putting returns.

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use seal_core::ids::Sha256;

use crate::db::Trouble;

/// So long it is waited for when all that is asked is whether it is there.
const THERE: Duration = Duration::from_secs(5);

/// A store of photographs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    root: Path,
    /// The folder; over a network there is none, and what fails now may do later.
    folder: Option<PathBuf>,
}

impl Blobs {
    /// The store of this address, `s3://BUCKET/PREFIX`; else the folder, which is made when it is not there.
    pub(crate) fn open(folder: &FsPath, url: Option<&str>) -> Result<Self, Trouble> {
        let Some(url) = url else {
            std::fs::create_dir_all(folder)?;
            let store = LocalFileSystem::new_with_prefix(folder).map_err(|e| Trouble::Io(e.into()))?;
            let store = store.with_fsync(true).with_automatic_cleanup(true);
            return Ok(Self { store: Arc::new(store), root: Path::default(), folder: Some(folder.to_owned()) });
        };
        far(url)
    }

    /// Something can be asked of the store.
    pub(crate) async fn is_there(&self) -> Result<(), Trouble> {
        // A folder that is gone is an empty one to the library.
        if let Some(folder) = &self.folder {
            return Ok(std::fs::read_dir(folder).map(drop)?);
        }
        let pieces = self.root.clone().join("pieces");
        let asked = tokio::time::timeout(THERE, self.store.list_with_delimiter(Some(&pieces))).await;
        let silent = |_| Trouble::StoreAway(format!("it said nothing for {} s", THERE.as_secs()));
        asked.map_err(silent)?.map(drop).map_err(|e| self.trouble(e))
    }

    /// A whole photograph.
    pub(crate) async fn whole(&self, photo: &Sha256) -> Result<Option<Bytes>, Trouble> {
        self.read(&self.place(photo)).await
    }

    /// A whole photograph is here.
    pub(crate) async fn has_whole(&self, photo: &Sha256) -> Result<bool, Trouble> {
        match self.store.head(&self.place(photo)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.trouble(error)),
        }
    }

    /// Keeps a whole photograph, whose digest is known to be right.
    pub(crate) async fn keep(&self, photo: &Sha256, bytes: Bytes) -> Result<(), Trouble> {
        self.store.put(&self.place(photo), bytes.into()).await.map(drop).map_err(|e| self.trouble(e))
    }

    /// A whole photograph turned out to be another.
    pub(crate) async fn throw_away(&self, photo: &Sha256) -> Result<(), Trouble> {
        self.delete(&self.place(photo)).await
    }

    /// How much has come of an upload, from its beginning on.
    pub(crate) async fn offset(&self, photo: &Sha256) -> Result<u64, Trouble> {
        Ok(following(self.pieces(photo).await?).last().map_or(0, Piece::end))
    }

    /// Keeps the piece that begins at `offset`.
    pub(crate) async fn add(&self, photo: &Sha256, offset: u64, bytes: Bytes) -> Result<(), Trouble> {
        let piece = self.folder(photo).join(format!("{offset:010}"));
        self.store.put(&piece, bytes.into()).await.map(drop).map_err(|e| self.trouble(e))
    }

    /// All that has come of an upload; less of it where another central is forgetting it.
    pub(crate) async fn together(&self, photo: &Sha256) -> Result<Bytes, Trouble> {
        let mut all = Vec::new();
        for piece in following(self.pieces(photo).await?) {
            let Some(bytes) = self.read(&piece.place).await? else { break };
            all.extend_from_slice(&bytes);
        }
        Ok(all.into())
    }

    /// Forgets what has come of an upload.
    pub(crate) async fn forget(&self, photo: &Sha256) -> Result<(), Trouble> {
        for piece in self.pieces(photo).await? {
            self.delete(&piece.place).await?;
        }
        Ok(())
    }

    fn place(&self, photo: &Sha256) -> Path {
        let name = photo.to_string();
        self.root.clone().join(&name[..2]).join(name)
    }

    fn folder(&self, photo: &Sha256) -> Path {
        self.root.clone().join("pieces").join(photo.to_string())
    }

    /// In the order of their places.
    async fn pieces(&self, photo: &Sha256) -> Result<Vec<Piece>, Trouble> {
        let found: Vec<_> =
            self.store.list(Some(&self.folder(photo))).try_collect().await.map_err(|e| self.trouble(e))?;
        let piece = |meta: object_store::ObjectMeta| {
            let offset = meta.location.filename()?.parse().ok()?;
            Some(Piece { offset, size: meta.size, place: meta.location })
        };
        let mut pieces: Vec<_> = found.into_iter().filter_map(piece).collect();
        pieces.sort_by_key(|piece| piece.offset);
        Ok(pieces)
    }

    async fn read(&self, place: &Path) -> Result<Option<Bytes>, Trouble> {
        match self.store.get(place).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(|e| self.trouble(e))?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.trouble(error)),
        }
    }

    async fn delete(&self, place: &Path) -> Result<(), Trouble> {
        match self.store.delete(place).await {
            Err(error) if !matches!(error, object_store::Error::NotFound { .. }) => Err(self.trouble(error)),
            _ => Ok(()),
        }
    }

    fn trouble(&self, error: object_store::Error) -> Trouble {
        if self.folder.is_none() { Trouble::StoreAway(told(&error)) } else { Trouble::Io(error.into()) }
    }
}

/// An error with its causes, of which some tell their own cause and some do not: the last one says what a certificate lacks.
fn told(error: &object_store::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = source.source();
    }
    text
}

/// Credentials, region and endpoint come from the environment (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT` ...).
#[cfg(feature = "s3")]
fn far(url: &str) -> Result<Blobs, Trouble> {
    use object_store::aws::AmazonS3Builder;
    let unusable = |why: String| Trouble::Io(std::io::Error::other(format!("the store of photographs: {why}")));
    let rest = url.strip_prefix("s3://").ok_or_else(|| unusable("its address is s3://BUCKET/PREFIX".to_owned()))?;
    let (_, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    // The store's client takes the process's own cryptography; another was chosen where this fails.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let store = AmazonS3Builder::from_env().with_url(url).with_retry(patience()).build();
    let store = store.map_err(|error| unusable(error.to_string()))?;
    let root = Path::parse(prefix).map_err(|error| unusable(error.to_string()))?;
    Ok(Blobs { store: Arc::new(store), root, folder: None })
}

/// A store that is away is told to the phone, which comes again; the library would try for minutes, and a phone takes that
/// for a central that is gone.
#[cfg(feature = "s3")]
fn patience() -> object_store::RetryConfig {
    let backoff =
        object_store::BackoffConfig { max_backoff: Duration::from_secs(1), ..object_store::BackoffConfig::default() };
    object_store::RetryConfig { backoff, max_retries: 4, retry_timeout: Duration::from_secs(5) }
}

#[cfg(not(feature = "s3"))]
fn far(_url: &str) -> Result<Blobs, Trouble> {
    Err(Trouble::Io(std::io::Error::other("this program was built without S3")))
}

/// A piece of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    offset: u64,
    size: u64,
    place: Path,
}

impl Piece {
    fn end(&self) -> u64 {
        self.offset + self.size
    }
}

/// Those that follow one another from the beginning on: after a hole nothing counts, and of two that overlap the later one
/// does not, where another central wrote it.
fn following(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut here = 0;
    let follows = |piece: &Piece| {
        let follows = piece.offset == here;
        here += if follows { piece.size } else { 0 };
        follows
    };
    pieces.into_iter().filter(follows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(pieces: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let piece = |(offset, size): &(u64, u64)| Piece { offset: *offset, size: *size, place: Path::default() };
        following(pieces.iter().map(piece).collect()).iter().map(|piece| (piece.offset, piece.size)).collect()
    }

    #[test]
    fn pieces_count_as_far_as_they_follow_one_another() {
        assert_eq!(sizes(&[]), []);
        assert_eq!(sizes(&[(0, 5), (5, 3)]), [(0, 5), (5, 3)]);
        assert_eq!(sizes(&[(1, 5), (6, 3)]), [], "the beginning is missing");
        assert_eq!(sizes(&[(0, 5), (6, 3)]), [(0, 5)], "a hole");
        assert_eq!(sizes(&[(0, 5), (3, 9), (5, 2), (7, 1)]), [(0, 5), (5, 2), (7, 1)], "written by two at once");
    }

    #[tokio::test]
    async fn an_upload_comes_in_pieces_and_outlives_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let photo = Sha256::of(b"abcdef");
        let blobs = Blobs::open(folder.path(), None).unwrap();
        assert_eq!(blobs.offset(&photo).await.unwrap(), 0);
        blobs.add(&photo, 0, Bytes::from_static(b"abc")).await.unwrap();
        blobs.add(&photo, 3, Bytes::from_static(b"def")).await.unwrap();
        let blobs = Blobs::open(folder.path(), None).unwrap();
        assert_eq!(blobs.offset(&photo).await.unwrap(), 6);
        let whole = blobs.together(&photo).await.unwrap();
        assert_eq!(whole, "abcdef");
        blobs.keep(&photo, whole).await.unwrap();
        blobs.forget(&photo).await.unwrap();
        assert_eq!(blobs.offset(&photo).await.unwrap(), 0);
        // Where photographs lay before there were pieces.
        let name = photo.to_string();
        assert_eq!(std::fs::read(folder.path().join(&name[..2]).join(name)).unwrap(), b"abcdef");
        assert!(blobs.has_whole(&photo).await.unwrap());
        blobs.is_there().await.unwrap();
    }
}
