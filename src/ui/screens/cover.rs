//! Which containers a seal is put on: asked before pairing or recording, on a case with more than one container.

use dioxus::prelude::*;
use seal_core::case::{CaseView, SealOnCase};
use seal_core::container::ContainerNo;
use seal_core::cover::{ContainerCover, Cover};
use seal_core::ids::CaseId;

use super::frame::{container_no, seal_no};
use super::parts::{Trouble, case_of, store_trouble};
use crate::actions::choose_cover::{choose_cover, chosen_cover};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};

/// Numbers in a line, each marked as a number.
pub fn numbers(containers: &[ContainerNo]) -> String {
    containers.iter().map(container_no).collect::<Vec<_>>().join(", ")
}

/// The containers under a seal in few words: the number, or all of them, or their numbers.
pub fn under_words(view: &CaseView, containers: &[ContainerNo]) -> String {
    let all = view.doc.containers.len();
    if all > 1 && containers.len() == all { t!("cover-whole-seal", n = all) } else { numbers(containers) }
}

/// The containers under a seal as a title: the first, and how many more; empty where the case has no container.
pub fn under_title(view: &CaseView, seal: Option<&SealOnCase>) -> String {
    let under = seal.map_or_else(|| view.doc.containers.clone(), |seal| view.under(seal));
    match under.as_slice() {
        [] => String::new(),
        [only] => container_no(only),
        [first, rest @ ..] => t!("case-first-of", first = first.to_string(), n = rest.len()),
    }
}

/// What of a container was done, for its second line: scanned, its seals.
pub fn standing(cover: &ContainerCover) -> String {
    let scanned = if cover.scanned { t!("cover-scanned") } else { t!("cover-not-scanned") };
    let seals: Vec<String> = cover.seals.iter().map(|seal| seal_no(&seal.no)).collect();
    let on = match (seals.is_empty(), cover.released) {
        (false, _) => t!("cover-under", seals = seals.join(", ")),
        (true, true) => t!("cover-released"),
        (true, false) => t!("cover-bare"),
    };
    format!("{scanned} · {on}")
}

/// The choice for the next seal of the case, as the screen holds it.
pub fn use_cover(desk: Desk, case: CaseId) -> Signal<Cover> {
    use_signal(|| {
        let chosen = case_of(desk, case).map(|view| desk.look(|kit| chosen_cover(kit, &view)));
        chosen.and_then(Result::ok).unwrap_or(Cover::Whole)
    })
}

/// Something is left to seal.
pub fn is_chosen(view: &CaseView, cover: &Cover) -> bool {
    view.doc.containers.is_empty() || !cover.containers(view).is_empty()
}

/// The question with its answers; nothing on a case of one container. Shows and changes `cover`, and keeps it.
#[component]
pub fn CoverPicker(view: CaseView, cover: Signal<Cover>) -> Element {
    let desk = use_desk();
    let mut cover = cover;
    let mut failed = use_signal(String::new);
    if view.doc.containers.len() < 2 {
        return rsx! {};
    }
    let case = view.doc.id;
    let mut choose = move |new: Cover| {
        // What cannot be kept is not shown as chosen.
        match choose_cover(&desk.kit(), case, &new) {
            Ok(()) => {
                failed.set(String::new());
                cover.set(new);
            }
            Err(error) => failed.set(store_trouble(&error)),
        }
    };
    let likely = view.likely_part();
    let chosen = cover().containers(&view);
    let whole = cover() == Cover::Whole;
    rsx! {
        div { class: "stack",
            Decision { id: "cover", text: t!("cover-which") }
            Options {
                labelled_by: "cover",
                items: vec![
                    Choice::new("whole", t!("cover-whole")).sub(t!("cover-whole-sub", n = view.doc.containers.len())).icon("truck"),
                    Choice::new("part", t!("cover-part")).sub(t!("cover-part-sub")).icon("container"),
                ],
                selected: if whole { "whole" } else { "part" },
                onselect: move |id: String| match id.as_str() {
                    "whole" => choose(Cover::Whole),
                    _ if whole => choose(likely.clone()),
                    _ => {}
                },
            }
            if !whole {
                List { label: t!("cover-which"),
                    for one in view.cover() {
                        Tick {
                            key: "{one.container.as_str()}",
                            title: container_no(one.container),
                            sub: standing(&one),
                            checked: chosen.contains(one.container),
                            onclick: {
                                let (container, chosen) = (one.container.clone(), chosen.clone());
                                move |()| {
                                    let mut some = chosen.clone();
                                    match some.iter().position(|known| known == &container) {
                                        Some(at) => drop(some.remove(at)),
                                        None => some.push(container.clone()),
                                    }
                                    choose(Cover::Chosen(some));
                                }
                            },
                        }
                    }
                }
                if chosen.is_empty() {
                    Note { icon: "triangle-alert", text: t!("cover-choose-one") }
                }
            }
            Trouble { text: failed() }
        }
    }
}
