//! Where the photographs of a test's central lie: in its data folder, or in an S3-compatible store where
//! `SEAL_CENTRAL_TEST_S3` names a bucket (`s3://BUCKET`; how to reach it is in `AWS_...`). Each data folder has a prefix of its
//! own there, so that every test means the same on both.

use std::path::Path;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Place;
use object_store::{ObjectStore, ObjectStoreExt as _};
use seal_core::ids::Sha256;

/// Names the bucket.
const VARIABLE: &str = "SEAL_CENTRAL_TEST_S3";

/// The address of the store of a central with this data folder; `None` where that is the folder itself.
pub fn address(data: &Path) -> Option<String> {
    let bucket = std::env::var(VARIABLE).ok()?;
    Some(format!("{bucket}/{}", &Sha256::of(data.as_os_str().as_encoded_bytes()).to_string()[..16]))
}

/// The store, behind the central's back.
pub struct Photos {
    store: Arc<dyn ObjectStore>,
    root: Place,
}

impl Photos {
    /// That of a central with this data folder, which is there.
    pub fn of(data: &Path) -> Self {
        let Some(address) = address(data) else {
            let store = LocalFileSystem::new_with_prefix(data.join("photos")).unwrap();
            return Self { store: Arc::new(store), root: Place::default() };
        };
        let (_, prefix) = address.rsplit_once('/').unwrap();
        Self { store: bucket(&address), root: Place::from(prefix) }
    }

    /// Bytes under a name.
    pub async fn read(&self, name: &str) -> Option<Vec<u8>> {
        match self.store.get(&self.place(name)).await {
            Ok(found) => Some(found.bytes().await.unwrap().to_vec()),
            Err(object_store::Error::NotFound { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Puts bytes under a name.
    pub async fn write(&self, name: &str, bytes: &[u8]) {
        self.store.put(&self.place(name), bytes.to_vec().into()).await.unwrap();
    }

    fn place(&self, name: &str) -> Place {
        name.split('/').fold(self.root.clone(), |place, part| place.join(part))
    }
}

#[cfg(feature = "s3")]
fn bucket(address: &str) -> Arc<dyn ObjectStore> {
    Arc::new(object_store::aws::AmazonS3Builder::from_env().with_url(address).build().unwrap())
}

#[cfg(not(feature = "s3"))]
fn bucket(address: &str) -> Arc<dyn ObjectStore> {
    panic!("{address}: built without S3");
}
