//! A case opened on the spot, for a truck that is on no list.

use dioxus::prelude::*;
use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::ids::OfficeCode;

use super::parts::{Page, Trouble};
use super::stored::store_trouble;
use super::words;
use crate::actions::open_case::{NewCase, OpenCaseTrouble, open_case};
use crate::i18n::fold;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// See the module.
#[component]
pub fn OpenCase(container: Option<ContainerNo>, declaration: Option<DeclarationNo>) -> Element {
    let mut desk = use_desk();
    let mut containers = use_signal(|| container.iter().cloned().collect::<Vec<_>>());
    let mut typing = use_signal(String::new);
    let mut number = use_signal(|| declaration.as_ref().map(|d| d.as_str().to_owned()).unwrap_or_default());
    let mut destination = use_signal(String::new);
    let mut search = use_signal(String::new);
    let mut trader = use_signal(String::new);
    let mut trouble = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let offices = desk.look(|kit| kit.store.offices()).unwrap_or_default();
    let wanted = fold(&search());
    let choices: Vec<Choice> = offices
        .iter()
        .filter(|office| office.code != officer.unit)
        .filter(|office| {
            let names = format!("{} {} {} {}", office.code, office.name, office.short, office.aliases.join(" "));
            destination() == office.code.as_str() || fold(&names).contains(&wanted)
        })
        .take(8)
        .map(|office| {
            let alias = office.aliases.first().map(|name| t!("case-formerly", name = name)).unwrap_or_default();
            Choice::new(office.code.as_str(), format!("{} `{}`", office.short, office.code)).sub(alias)
        })
        .collect();
    let clean: String =
        typing().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(11).collect();
    let parsed = ContainerNo::parse(&clean);
    let whole = clean.chars().count() == 11;
    let (help, help_kind) = match &parsed {
        Ok(_) => (
            t!("scan-because-check-digit", digit = clean.chars().last().map(String::from).unwrap_or_default()),
            Tone::Ok,
        ),
        Err(error) if whole => (super::scan::problem(&seal_core::scan::Problem::Container(error.clone())), Tone::Bad),
        Err(_) => (String::new(), Tone::Idle),
    };
    let ready =
        !destination().is_empty() && (!containers().is_empty() || parsed.is_ok() || !number().trim().is_empty());
    let save = move |()| {
        let mut all = containers.peek().clone();
        let clean: String = typing.peek().chars().filter(|c| c.is_alphanumeric()).collect();
        if let Ok(one) = ContainerNo::parse(&clean)
            && !all.contains(&one)
        {
            all.push(one);
        }
        let text = number.peek().trim().to_owned();
        let declaration = match text.as_str() {
            "" => None,
            text => match DeclarationNo::accept(text) {
                Ok(accepted) => Some(accepted.number),
                Err(_) => {
                    trouble.set(t!("scan-bad-declaration"));
                    return;
                }
            },
        };
        let Ok(destination) = OfficeCode::parse(&destination.peek()) else {
            trouble.set(t!("case-destination-missing"));
            return;
        };
        let new = NewCase { containers: all, declaration, destination, trader: trader.peek().clone() };
        match open_case(&desk.kit(), &officer, new) {
            Ok(case) => {
                desk.replace(Route::Case { case });
                desk.open(Route::Goods { case });
            }
            Err(OpenCaseTrouble::Empty) => trouble.set(t!("case-number-missing")),
            Err(OpenCaseTrouble::Store(error)) => trouble.set(store_trouble(&error)),
        }
    };
    rsx! {
        Page {
            title: t!("case-open-new"),
            sub: t!("case-open-when"),
            back: true,
            focus: true,
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", disabled: !ready, text: t!("case-open-next"), onclick: save }
            },
            for one in containers() {
                ContainerNumber { key: "{one.as_str()}", number: one.as_str(), size: NumberSize::L, check_label: t!("check-digit-is", d = one.check_digit()) }
            }
            for count in [containers().len()] { Cells {
                key: "{count}",
                label: if containers().is_empty() { words::thing(seal_core::scan::Thing::Container) } else { t!("case-another-container") },
                value: clean.clone(),
                help: help.clone(),
                help_kind,
                oninput: move |text: String| typing.set(text),
            } }
            if parsed.is_ok() {
                Button { icon: "plus", text: t!("case-add-container"), onclick: move |()| {
                    let clean: String = typing.peek().chars().filter(|c| c.is_alphanumeric()).collect();
                    if let Ok(one) = ContainerNo::parse(&clean) {
                        if !containers.peek().contains(&one) {
                            containers.write().push(one);
                        }
                        typing.set(String::new());
                    }
                } }
            }
            TextField {
                label: t!("case-declaration"),
                initial: number(),
                inputmode: "numeric",
                help: t!("case-declaration-optional"),
                oninput: move |text: String| number.set(text),
            }
            TextField { label: t!("case-trader"), words: true, oninput: move |text: String| trader.set(text) }
            Decision { id: "to", text: t!("case-destination-where") }
            TextField { label: t!("case-office-search"), words: true, oninput: move |text: String| search.set(text) }
            Options { labelled_by: "to", items: choices, selected: destination(), onselect: move |id: String| destination.set(id) }
            Trouble { text: trouble() }
        }
    }
}
