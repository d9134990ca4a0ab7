//! Words, numbers and dates as officers read them: Vietnamese first, English second.
//!
//! - [`I18n`] looks up Fluent messages (`assets/i18n/<lang>/<topic>.ftl`); the catalogues are complete by test.
//! - [`format`] writes times, dates, numbers, sizes and durations the way the forms do.
//! - [`fold()`] makes text searchable without diacritics.
mod catalogue;
pub mod format;

pub use catalogue::{Arg, I18n};
pub use seal_core::search::fold;

/// The message about a picture file that cannot be scanned, by the word of `ports::camera`: `empty`, `heic`, `too_large`,
/// `broken`.
#[must_use]
pub fn picture_message(why: &str) -> &'static str {
    match why {
        "heic" => "scan-picture-heic",
        "too_large" => "scan-picture-large",
        "broken" => "scan-picture-broken",
        _ => "scan-picture-empty",
    }
}

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
    /// The language a locale's name asks for, such as `en_US.UTF-8`; Vietnamese unless it says English.
    #[must_use]
    pub fn of_locale(name: &str) -> Lang {
        let english = name.get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case("en"))
            && !name[2..].starts_with(|c: char| c.is_alphabetic());
        if english { Lang::En } else { Lang::Vi }
    }

    /// BCP 47 tag, as in the `lang` attribute of HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        }
    }
}
