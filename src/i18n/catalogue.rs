//! The Fluent catalogues, built into the app.
use std::sync::LazyLock;

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unicode_normalization::UnicodeNormalization;

use super::Lang;

/// One value of a message: text stands as given, a number also chooses the plural form.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// Text that is already in the form the officer reads.
    Text(String),
    /// A count.
    Count(i64),
}

impl From<&str> for Arg {
    fn from(v: &str) -> Self {
        Arg::Text(v.into())
    }
}
impl From<String> for Arg {
    fn from(v: String) -> Self {
        Arg::Text(v)
    }
}
impl From<&String> for Arg {
    fn from(v: &String) -> Self {
        Arg::Text(v.clone())
    }
}
macro_rules! counts {
    ($($t:ty),*) => {$(
        impl From<$t> for Arg {
            fn from(v: $t) -> Self {
                Arg::Count(i64::try_from(v).unwrap_or(i64::MAX))
            }
        }
    )*};
}
counts!(u8, u16, u32, u64, usize, i32, i64);

/// Looks up messages in one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct I18n {
    /// The language of the answers.
    pub lang: Lang,
}

type Bundle = FluentBundle<FluentResource>;

macro_rules! topics {
    ($lang:literal: $($topic:literal)*) => {
        &[$(($topic, include_str!(concat!("../../assets/i18n/", $lang, "/", $topic, ".ftl")))),*]
    };
}
/// Topic and source text of every catalogue file; one file a topic, so that writers do not meet.
const VI: &[(&str, &str)] = topics!("vi": "common" "scan" "case" "cover" "arm" "inspect" "return" "queue" "export" "practice" "settings" "errors" "slip" "duty" "approval" "stock" "papers" "sealctl" "record" "enrol");
const EN: &[(&str, &str)] = topics!("en": "common" "scan" "case" "cover" "arm" "inspect" "return" "queue" "export" "practice" "settings" "errors" "slip" "duty" "approval" "stock" "papers" "sealctl" "record" "enrol");

static BUNDLES: LazyLock<[Bundle; 2]> =
    LazyLock::new(|| [bundle(unic_langid::langid!("vi"), VI), bundle(unic_langid::langid!("en"), EN)]);

fn bundle(id: unic_langid::LanguageIdentifier, files: &[(&str, &str)]) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![id]);
    // No U+2068 / U+2069 around values: both languages run left to right, and screen readers stumble on them.
    bundle.set_use_isolating(false);
    // Values arrive as text in the officer's form; Fluent's own number format knows no Vietnamese.
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(n) => Some(super::format::whole(n.value as i64)),
        _ => None,
    }));
    for (topic, text) in files {
        let text: String = text.nfc().collect();
        let (resource, errors) = match FluentResource::try_new(text) {
            Ok(r) => (r, vec![]),
            Err((r, e)) => (r, e),
        };
        for e in errors {
            tracing::error!(topic, error = %e, "catalogue entry is not valid Fluent");
        }
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(topic, ?errors, "catalogue entry defined twice");
        }
    }
    bundle
}

impl I18n {
    /// Messages in `lang`.
    pub fn new(lang: Lang) -> Self {
        Self { lang }
    }

    /// The message `key`. An unknown key answers itself, so that a mistake is seen and nothing else breaks.
    pub fn t(&self, key: &str) -> String {
        self.t_args(key, &[])
    }

    /// The message `key` with values for its variables.
    pub fn t_args(&self, key: &str, args: &[(&str, Arg)]) -> String {
        let bundle = &BUNDLES[self.lang as usize];
        let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else {
            tracing::error!(key, lang = self.lang.tag(), "message missing");
            return key.to_owned();
        };
        let mut values = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            match value {
                Arg::Text(s) => values.set(*name, s.clone()),
                Arg::Count(n) => values.set(*name, *n as f64),
            }
        }
        let mut errors = vec![];
        let text = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "message lacks a value");
        }
        text
    }
}

#[cfg(test)]
mod tests;
