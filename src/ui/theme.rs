//! Look and language of the app: theme, gloves, words; and [`Root`], which every renderer starts from.
use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use dioxus::prelude::*;

use super::components::IconSprite;
use crate::i18n::{I18n, Lang};

/// Colours for the light there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Light or dark as the phone says.
    #[default]
    Auto,
    /// Daylight.
    Light,
    /// Night.
    Dark,
    /// Glaring sun: black on white, thick lines.
    Sun,
}

impl Theme {
    /// Value of `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Sun => "sun",
        }
    }
}

/// What the officer has set for the screen and beside it. Stored by the app, shown by [`Root`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct UiSettings {
    /// Colours.
    pub theme: Theme,
    /// Larger targets, further apart.
    pub gloves: bool,
    /// Language of the words.
    pub lang: Lang,
    /// Tones, as when a code is read.
    pub sound: bool,
    /// Vibration with them.
    pub vibration: bool,
}

impl Default for UiSettings {
    fn default() -> Self {
        Self { theme: Theme::default(), gloves: false, lang: Lang::default(), sound: true, vibration: true }
    }
}

/// The settings below a [`Root`]; writing them changes every screen at once.
///
/// # Panics
/// Outside [`Root`], which is a mistake in the program.
pub fn use_ui_settings() -> Signal<UiSettings> {
    use_context()
}

/// Words in the officer's language; see [`crate::t!`]. Vietnamese where no [`Root`] is above (tests of single components).
pub fn words() -> I18n {
    let lang = try_consume_context::<Signal<UiSettings>>().map(|s| s.read().lang);
    I18n::new(lang.unwrap_or_default())
}

/// Everything the app shows stands inside: styles, fonts, icons, theme, language.
#[component]
pub fn Root(
    /// The settings to begin with.
    #[props(default)]
    initial: UiSettings,
    children: Element,
) -> Element {
    let settings = use_context_provider(|| Signal::new(initial));
    let UiSettings { theme, gloves, lang, .. } = settings();
    rsx! {
        div {
            class: "root",
            lang: lang.tag(),
            "data-theme": theme.name(),
            "data-gloves": if gloves { "on" },
            Head {}
            {children}
        }
    }
}

/// Styles with their fonts, and the icons. In the page itself rather than in its head: so they arrive together with
/// the first screen in every renderer, with no file to serve.
#[component]
pub fn Head() -> Element {
    rsx! {
        style { dangerous_inner_html: "{*STYLES}" }
        IconSprite {}
    }
}

static STYLES: LazyLock<String> = LazyLock::new(|| {
    let mut css = fonts();
    for part in [
        include_str!("../../assets/styles/tokens.css"),
        include_str!("../../assets/styles/components.css"),
        include_str!("../../assets/styles/extra.css"),
    ] {
        css.push_str(part);
    }
    css
});

/// Unicode ranges of the two halves of Be Vietnam Pro, as its maker cuts them.
const VIETNAMESE: &str = "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,U+1EA0-1EF9,U+20AB";
const LATIN: &str = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD";
const DIGITS: &str = "U+30-39";

/// `@font-face` rules with the files inside (about 190 KB as base64).
fn fonts() -> String {
    macro_rules! weight {
        ($w:literal) => {
            [
                (
                    "Be Vietnam Pro",
                    $w,
                    VIETNAMESE,
                    include_bytes!(concat!("../../assets/fonts/be-vietnam-pro-vietnamese-", $w, "-normal.woff2"))
                        .as_slice(),
                ),
                (
                    "Be Vietnam Pro",
                    $w,
                    LATIN,
                    include_bytes!(concat!("../../assets/fonts/be-vietnam-pro-latin-", $w, "-normal.woff2")).as_slice(),
                ),
                (
                    "Seal Figures",
                    $w,
                    DIGITS,
                    include_bytes!(concat!("../../assets/fonts/seal-figures-", $w, ".woff2")).as_slice(),
                ),
            ]
        };
    }
    [weight!("400"), weight!("500"), weight!("600"), weight!("700")]
        .concat()
        .into_iter()
        .map(|(family, weight, range, bytes)| {
            format!(
                "@font-face{{font-family:\"{family}\";font-style:normal;font-weight:{weight};font-display:block;src:url(data:font/woff2;base64,{}) format(\"woff2\");unicode-range:{range}}}\n",
                STANDARD.encode(bytes)
            )
        })
        .collect()
}
