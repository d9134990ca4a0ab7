//! [`Outlet`] into a folder: where there is no page to open a link in.

use std::path::PathBuf;

use super::files::{private_folder, write_durably};
use crate::ports::documents::{Offered, Outlet, OutletError, Paper};

/// Papers as files of one folder; a later one of the same name takes the earlier's place.
#[derive(Debug, Clone)]
pub struct PaperFolder {
    folder: PathBuf,
}

impl PaperFolder {
    /// Papers in `folder`, which is made when the first comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Outlet for PaperFolder {
    fn offer(&self, name: &str, paper: &Paper) -> Result<Offered, OutletError> {
        private_folder(&self.folder).map_err(|error| OutletError::Io(self.folder.clone(), error))?;
        let file = self.folder.join(super::paper_hub::file_name(name));
        write_durably(&self.folder, &file, &paper.bytes).map_err(|error| OutletError::Io(file.clone(), error))?;
        Ok(Offered::File(file))
    }
}
