//! Words, numbers and dates as officers read them: Vietnamese first, English second.
//!
//! - [`I18n`] looks up Fluent messages (`assets/i18n/<lang>/<topic>.ftl`); the catalogues are complete by test.
//! - [`format`] writes times, dates, numbers, sizes and durations the way the forms do.
//! - [`fold()`] makes text searchable without diacritics.
#[cfg(feature = "ui")]
mod catalogue;
pub mod format;

#[cfg(feature = "ui")]
pub use catalogue::{Arg, I18n};
pub use seal_core::search::fold;

/// A language of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese, the language officers work in.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// BCP 47 tag, as in the `lang` attribute of HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }
}
