//! What was read and why it is believed, in words.

use dioxus::prelude::*;
use seal_core::container::ContainerError;
use seal_core::declaration::DeclarationError;
use seal_core::near::Change;
use seal_core::scan::{Because, HowRead, Problem, Recognition, What};

use crate::t;
use crate::ui::components::*;
use crate::ui::screens::words;

/// What came in, and what it was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it is.
    pub read: Recognition,
    /// How it came in.
    pub how: HowRead,
    /// The officer picked its kind or number.
    pub picked: bool,
    /// One look at a picture, and nothing proves it: the officer compares it with the label first.
    pub compare: bool,
}

/// "Nhận là … vì …"
pub fn why(read: &Recognition) -> String {
    let digit = match &read.what {
        What::Container { number, .. } | What::ContainerSheetRow { container: Some(number), .. } => {
            number.check_digit().to_owned()
        }
        _ => String::new(),
    };
    let because: Vec<String> = read
        .because
        .iter()
        .map(|because| match because {
            Because::CheckDigitOk => t!("scan-because-check-digit", digit = digit.clone()),
            Because::Mod7Ok => t!("scan-because-mod7"),
            Because::S10Ok => t!("scan-because-s10"),
            Because::KnownSeal => t!("scan-because-register"),
            Because::WorkList => t!("scan-because-list"),
            Because::OwnCode => t!("scan-because-own"),
            Because::FoundInText => t!("scan-because-found"),
            Because::PatternOnly => t!("scan-because-pattern"),
        })
        .collect();
    let thing = match &read.what {
        What::ContainerSheetRow { .. } => t!("scan-thing-sheet"),
        what => what.thing().map(words::thing).unwrap_or_default(),
    };
    t!("scan-why", thing = thing, because = because.join(", "))
}

/// What is wrong with a number that is nearly one.
pub fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Container(error) => match error {
            ContainerError::Length { found } => t!("scan-bad-container-length", n = *found),
            ContainerError::OwnerLetters { position, .. } => t!("scan-bad-owner", n = *position + 1),
            ContainerError::Category { found } => t!("scan-bad-category", found = found.to_string()),
            ContainerError::Digits { position, .. } => t!("scan-bad-digit", n = *position + 1),
            ContainerError::CheckDigit { expected, .. } => t!("scan-bad-check", expected = expected.to_string()),
        },
        Problem::Declaration(error) => match error {
            DeclarationError::Length { found } => t!("scan-bad-declaration-length", n = *found),
            DeclarationError::Digits { position, .. } => t!("scan-bad-digit", n = *position + 1),
            DeclarationError::CheckDigit { expected, .. } => {
                t!("scan-bad-declaration-check", expected = expected.to_string())
            }
            DeclarationError::NotANumber => t!("scan-bad-declaration"),
        },
        Problem::S10 => t!("scan-bad-s10"),
    }
}

/// How a near candidate differs.
pub fn change(change: Change) -> String {
    match change {
        Change::LookAlike => t!("scan-near-look-alike"),
        Change::Swapped => t!("scan-near-swapped"),
        Change::CheckDigit => t!("scan-near-last"),
        Change::CheckDigitMissing => t!("scan-near-missing"),
        Change::OtherDigit => t!("scan-near-digit"),
        Change::OtherLetter => t!("scan-near-letter"),
    }
}

/// A number as large as it deserves.
#[component]
pub fn ReadNumber(what: What) -> Element {
    match &what {
        What::Container { number, .. } | What::ContainerSheetRow { container: Some(number), .. } => rsx! {
            ContainerNumber { number: number.as_str(), size: NumberSize::Xl, check_label: t!("check-digit-is", d = number.check_digit()) }
        },
        What::Declaration { number, .. } | What::ContainerSheetRow { declaration: Some(number), .. } => rsx! {
            p { class: "decision", Num { text: words::threes(number.as_str()) } }
        },
        What::Seal { number } => rsx! { p { class: "decision", Num { text: number.to_string() } } },
        What::Waybill { number } => rsx! { p { class: "decision", Num { text: number.to_string() } } },
        _ => rsx! {},
    }
}
