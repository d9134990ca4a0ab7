//! Documents on paper: a press sets them, an outlet hands the finished file to the system that prints, shares or shows it.

use seal_core::document::Document;

/// Sets documents.
pub trait Press: Send + Sync {
    /// Sets a document. The same document gives the same bytes.
    ///
    /// # Errors
    /// [`PressError`].
    fn set(&self, document: &Document) -> Result<Paper, PressError>;
}

/// Hands finished files to the system.
pub trait Outlet: Send + Sync {
    /// Offers `paper` under a file name such as `GP-0417.pdf`.
    ///
    /// # Errors
    /// [`OutletError`].
    fn offer(&self, name: &str, paper: &Paper) -> Result<Offered, OutletError>;
}

/// A finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What it is, e.g. `application/pdf`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// Pages.
    pub pages: usize,
}

/// Where an offered file is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offered {
    /// At this address, which the officer opens; it names a secret of this launch.
    Link(String),
    /// In this file.
    File(std::path::PathBuf),
}

/// Why a document could not be set.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// A code cannot carry its text.
    #[error("a code cannot carry {text:?}: {reason}")]
    Code {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A part that cannot be divided is taller than a page.
    #[error("a part of the document is taller than a page")]
    TooTall,
    /// The file could not be written; says why.
    #[error("the document could not be written: {0}")]
    Failed(String),
}

/// Why a file could not be handed on.
#[derive(Debug, thiserror::Error)]
pub enum OutletError {
    /// The folder for papers.
    #[error("{0}: {1}")]
    Io(std::path::PathBuf, std::io::Error),
}
