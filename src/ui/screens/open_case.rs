//! A case opened on the spot, for a truck that is on no list.

use dioxus::prelude::*;
use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::ids::OfficeCode;

use super::parts::{Page, Trouble, store_trouble};
use super::words;
use crate::actions::open_case::{
    NewCase, OpenCaseDraft, OpenCaseTrouble, has_open_case, keep_open_case, open_case, open_case_draft,
};
use crate::i18n::fold;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// See the module.
#[component]
pub fn OpenCase(container: Option<ContainerNo>, declaration: Option<DeclarationNo>) -> Element {
    let mut desk = use_desk();
    let mut trouble = use_signal(String::new);
    let mut entered = use_signal(|| {
        desk.look(|kit| open_case_draft(kit, container.as_ref(), declaration.as_ref())).unwrap_or_else(|error| {
            trouble.set(store_trouble(&error));
            OpenCaseDraft::default()
        })
    });
    let mut typing = use_signal(String::new);
    let mut search = use_signal(String::new);
    let mut change = move |change: &dyn Fn(&mut OpenCaseDraft)| {
        change(&mut entered.write());
        if let Err(error) = keep_open_case(&desk.kit(), &entered.peek()) {
            trouble.set(store_trouble(&error));
        }
    };
    let Some(officer) = desk.officer() else { return rsx! {} };
    let offices = desk.look(|kit| kit.store.offices()).unwrap_or_default();
    let wanted = fold(&search());
    let choices: Vec<Choice> = offices
        .iter()
        .filter(|office| office.code != officer.unit)
        .filter(|office| {
            let names = format!("{} {} {} {}", office.code, office.name, office.short, office.aliases.join(" "));
            entered.read().destination == office.code.as_str() || fold(&names).contains(&wanted)
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
    let twice = parsed.as_ref().is_ok_and(|one| entered.read().containers.contains(one));
    let elsewhere = parsed.as_ref().is_ok_and(|one| desk.look(|kit| has_open_case(kit, one)).unwrap_or(false));
    let (help, help_kind) = match &parsed {
        Ok(one) if twice => (t!("cover-open-twice", container = one.to_string()), Tone::Bad),
        Ok(_) if elsewhere => (t!("cover-open-known"), Tone::Warn),
        Ok(_) => (
            t!("scan-because-check-digit", digit = clean.chars().last().map(String::from).unwrap_or_default()),
            Tone::Ok,
        ),
        Err(error) if whole => (super::scan::problem(&seal_core::scan::Problem::Container(error.clone())), Tone::Bad),
        Err(_) => (String::new(), Tone::Idle),
    };
    let ready = !entered.read().destination.is_empty()
        && !twice
        && (!entered.read().containers.is_empty() || parsed.is_ok() || !entered.read().declaration.trim().is_empty());
    let save = move |()| {
        let OpenCaseDraft { mut containers, declaration: text, destination, trader, .. } = entered.peek().clone();
        let clean: String = typing.peek().chars().filter(|c| c.is_alphanumeric()).collect();
        // Typed to the end and not yet added: meant all the same.
        containers.extend(ContainerNo::parse(&clean));
        let text = text.trim().to_owned();
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
        let Ok(destination) = OfficeCode::parse(&destination) else {
            trouble.set(t!("case-destination-missing"));
            return;
        };
        let new = NewCase { containers, declaration, destination, trader };
        match open_case(&desk.kit(), &officer, new) {
            Ok(case) => {
                desk.replace(Route::Case { case });
                desk.open(Route::Goods { case });
            }
            Err(OpenCaseTrouble::Empty) => trouble.set(t!("case-number-missing")),
            Err(OpenCaseTrouble::Twice(one)) => trouble.set(t!("cover-open-twice", container = one.to_string())),
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
            if entered.read().containers.len() > 1 {
                Note { icon: "container", text: t!("cover-open-added", n = entered.read().containers.len()) }
            }
            for one in entered.read().containers.clone() {
                div { class: "flow flow--between", key: "{one.as_str()}",
                    ContainerNumber { number: one.as_str(), size: NumberSize::L, check_label: t!("check-digit-is", d = one.check_digit()) }
                    Button {
                        icon: "x",
                        inline: true,
                        text: t!("cover-open-remove"),
                        onclick: {
                            let one = one.clone();
                            move |()| change(&|entered: &mut OpenCaseDraft| entered.containers.retain(|known| known != &one))
                        },
                    }
                }
            }
            for count in [entered.read().containers.len()] { Cells {
                key: "{count}",
                label: if count == 0 { words::thing(seal_core::scan::Thing::Container) } else { t!("case-another-container") },
                value: clean.clone(),
                help: help.clone(),
                help_kind,
                oninput: move |text: String| typing.set(text),
            } }
            if parsed.is_ok() && !twice {
                Button { icon: "plus", text: t!("case-add-container"), onclick: move |()| {
                    let clean: String = typing.peek().chars().filter(|c| c.is_alphanumeric()).collect();
                    if let Ok(one) = ContainerNo::parse(&clean) {
                        change(&|entered: &mut OpenCaseDraft| entered.containers.push(one.clone()));
                        typing.set(String::new());
                    }
                } }
            } else {
                Button { icon: "scan-line", text: t!("cover-open-scan"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::OpenCase }) }
            }
            TextField {
                label: t!("case-declaration"),
                initial: entered.peek().declaration.clone(),
                inputmode: "numeric",
                help: t!("case-declaration-optional"),
                oninput: move |text: String| change(&|entered: &mut OpenCaseDraft| entered.declaration.clone_from(&text)),
            }
            TextField {
                label: t!("case-trader"),
                initial: entered.peek().trader.clone(),
                words: true,
                oninput: move |text: String| change(&|entered: &mut OpenCaseDraft| entered.trader.clone_from(&text)),
            }
            Decision { id: "to", text: t!("case-destination-where") }
            TextField { label: t!("case-office-search"), words: true, oninput: move |text: String| search.set(text) }
            Options {
                labelled_by: "to",
                items: choices,
                selected: entered.read().destination.clone(),
                onselect: move |id: String| change(&|entered: &mut OpenCaseDraft| entered.destination.clone_from(&id)),
            }
            Trouble { text: trouble() }
        }
    }
}
