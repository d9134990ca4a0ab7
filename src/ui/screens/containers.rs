//! The containers of a case with several: on each its seals, and what is missing next; which one was scanned.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::container::ContainerNo;
use seal_core::cover::ContainerCover;
use seal_core::ids::OfficeCode;
use seal_core::rules::GoodsGroup;
use seal_core::seal::outcome::open_command;

use super::case::accepted;
use super::cover::{numbers, standing};
use super::scan::Offer;
use super::words;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// What is missing next on one container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Read a seal whose lock nobody knows.
    Settle,
    /// Scan the number on its door.
    Scan,
    /// Put a seal on.
    Seal,
    /// Inspect a seal that is on.
    Inspect,
    /// Take an accepted seal off.
    TakeOff,
    /// Nothing here.
    Nothing,
}

/// What is missing next on a container, seen from `unit`. `sealed` says whether its goods need a seal at all. Pure.
#[must_use]
pub fn missing(view: &CaseView, cover: &ContainerCover, unit: &OfficeCode, sealed: bool) -> Missing {
    let (origin, destination) = (&view.doc.origin == unit, &view.doc.destination == unit);
    if cover.seals.iter().any(|seal| open_command(&seal.state).is_some()) {
        Missing::Settle
    } else if origin && sealed && cover.is_bare() {
        if cover.scanned { Missing::Seal } else { Missing::Scan }
    } else if destination && cover.is_covered() {
        let all = cover.seals.iter().all(|seal| accepted(view, seal));
        if all { Missing::TakeOff } else { Missing::Inspect }
    } else {
        Missing::Nothing
    }
}

/// How a container stands: the worst of its seals.
fn state(view: &CaseView, cover: &ContainerCover, unit: &OfficeCode, sealed: bool) -> (Tone, String) {
    let rank = |tone: &Tone| match tone {
        Tone::Bad => 0,
        Tone::Unsure => 1,
        Tone::Warn => 2,
        Tone::Info | Tone::Ok | Tone::Idle => 3,
    };
    let worst = cover.seals.iter().map(|seal| words::lock(seal)).min_by_key(|(tone, _)| rank(tone));
    match worst {
        Some((Tone::Ok | Tone::Idle | Tone::Info, _)) => (Tone::Ok, t!("cover-sealed")),
        Some(worst) => worst,
        None if cover.released => (Tone::Idle, t!("case-seal-opened")),
        None if sealed && &view.doc.origin == unit => (Tone::Warn, t!("cover-need-seal")),
        None if sealed => (Tone::Warn, t!("cover-no-seal")),
        None => (Tone::Idle, t!("case-chip-none")),
    }
}

/// A container of a case with several: which one it was. The camera goes on until all of them were scanned.
pub fn of_several(view: &CaseView, number: &ContainerNo, to_case: Offer) -> Offer {
    let all = &view.doc.containers;
    let Some(at) = all.iter().position(|one| one == number).filter(|_| all.len() > 1) else { return to_case };
    let nth = t!("cover-scan-nth", nth = at + 1, n = all.len());
    let scanned = view.containers_scanned.contains(number);
    let left = all.iter().filter(|one| *one != number && !view.containers_scanned.contains(one)).count();
    match (scanned, left) {
        (true, _) => Offer { remark: joined(nth, &t!("cover-scan-again")), ..to_case },
        (false, 0) => Offer { remark: nth, ..to_case },
        (false, _) => Offer { remark: nth, act: Some((t!("cover-scan-keep"), "check")), route: None, ..to_case },
    }
}

/// The containers of a case with several, to look for the right one.
pub fn these(view: Option<CaseView>) -> String {
    let several = view.filter(|view| view.doc.containers.len() > 1);
    several.map(|view| t!("cover-scan-these", containers = numbers(&view.doc.containers))).unwrap_or_default()
}

/// Two remarks, the second may be empty.
pub fn joined(text: String, more: &str) -> String {
    if more.is_empty() { text } else { format!("{text} {more}") }
}

/// A row for each container, and the way to scan the next one.
#[component]
pub fn ContainerRows(view: CaseView, unit: OfficeCode, group: Option<GoodsGroup>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let covers = view.cover();
    let sealed = group != Some(GoodsGroup::C);
    let done = covers.iter().filter(|cover| cover.is_covered()).count();
    let scan = covers.iter().any(|cover| !cover.scanned) && (view.doc.origin == unit || view.doc.destination == unit);
    rsx! {
        SectionHead { title: t!("cover-containers"), note: t!("cover-sealed-of", done = done, n = covers.len()) }
        List { label: t!("cover-containers"),
            for cover in covers {
                {
                    let (kind, text) = state(&view, &cover, &unit, sealed);
                    let what = match missing(&view, &cover, &unit, sealed) {
                        Missing::Settle => t!("cover-next-settle"),
                        Missing::Scan => t!("cover-next-scan"),
                        Missing::Seal => t!("cover-next-seal"),
                        Missing::Inspect => t!("cover-next-inspect"),
                        Missing::TakeOff => t!("cover-next-take-off"),
                        Missing::Nothing => String::new(),
                    };
                    let mut sub = standing(&cover);
                    if !what.is_empty() {
                        sub = format!("{sub} · **{}**", t!("cover-then", what = what));
                    }
                    rsx! {
                        div { class: "row", key: "{cover.container.as_str()}",
                            div { class: "row-body",
                                div { class: "flow flow--between",
                                    ContainerNumber {
                                        number: cover.container.as_str(),
                                        size: NumberSize::M,
                                        check_label: t!("check-digit-is", d = cover.container.check_digit()),
                                    }
                                    Chip { kind, text }
                                }
                                span { class: "row-sub", Rich { text: sub } }
                            }
                        }
                    }
                }
            }
        }
        if scan {
            Button { icon: "scan-line", text: t!("case-scan-container"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::Case { case } }) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seal_core::doc::CaseDoc;
    use seal_core::ids::CaseId;
    use seal_core::seal::state::SealState;
    use uuid::Uuid;

    const NUMBERS: [&str; 3] = ["SFPU4824171", "SFPU4824340", "SFPU4824680"];

    fn number(n: usize) -> ContainerNo {
        NUMBERS[n].parse().unwrap()
    }

    fn office(code: &str) -> OfficeCode {
        OfficeCode::parse(code).unwrap()
    }

    /// A case with so many containers; the seal `HQ1` on the first of them is in `state`.
    fn view(count: usize, state: Option<SealState>) -> CaseView {
        let doc: CaseDoc = serde_json::from_value(serde_json::json!({
            "id": CaseId(Uuid::nil()), "containers": NUMBERS[..count], "declaration": null, "declared_on": null,
            "trader": "", "ground": "transit", "origin": "03EE", "destination": "15BB", "permitted_hours": 12,
            "planned_at": "2026-11-23T01:00:00Z",
            "seals": [{ "no": "HQ1", "seal_type": "1", "party": "CU" }],
        }))
        .unwrap();
        let mut view = CaseView::fold(doc.id, Some(&doc), &[]).unwrap();
        view.seals[0].containers = vec![number(0)];
        view.seals[0].state = state.unwrap_or(SealState::Free);
        view
    }

    #[test]
    fn what_is_missing_follows_from_seal_scan_and_place() {
        let missing_at =
            |view: &CaseView, n: usize, unit: &str, sealed| missing(view, &view.cover()[n], &office(unit), sealed);
        let mut bare = view(3, None);
        assert_eq!(missing_at(&bare, 0, "03EE", true), Missing::Scan);
        bare.containers_scanned.push(number(0));
        assert_eq!(missing_at(&bare, 0, "03EE", true), Missing::Seal);
        assert_eq!(missing_at(&bare, 0, "03EE", false), Missing::Nothing, "goods that need no seal");
        assert_eq!(missing_at(&bare, 0, "02CI", true), Missing::Nothing, "not our case");
        let sealed = view(3, Some(SealState::ClosedArmed));
        assert_eq!(missing_at(&sealed, 0, "03EE", true), Missing::Nothing);
        assert_eq!(missing_at(&sealed, 1, "03EE", true), Missing::Scan, "its neighbour's seal is not its own");
        assert_eq!(missing_at(&sealed, 0, "15BB", true), Missing::Inspect);
        assert_eq!(missing_at(&sealed, 1, "15BB", true), Missing::Nothing);
        let command = seal_core::ids::CommandId(Uuid::nil());
        let pending = SealState::Pending { command, action: seal_core::seal::reading::LockAction::Arm };
        assert_eq!(missing_at(&view(3, Some(pending)), 0, "03EE", true), Missing::Settle);
    }

    #[test]
    fn a_scan_says_which_container_it_was_and_goes_on_until_the_last() {
        let route = || Offer {
            chip: None,
            remark: String::new(),
            act: Some((String::new(), "arrow-right")),
            route: Some(Route::Home),
            case: Some(CaseId(Uuid::nil())),
        };
        // The words come from the running screen.
        let mut dom = VirtualDom::new(|| rsx! {});
        dom.rebuild_in_place();
        dom.in_scope(ScopeId::ROOT, || scan_one_after_another(route));
    }

    fn scan_one_after_another(route: impl Fn() -> Offer) {
        let mut three = view(3, None);
        for n in 0..3 {
            let offer = of_several(&three, &number(n), route());
            assert!(offer.remark.contains(&(n + 1).to_string()), "{}", offer.remark);
            assert_eq!(offer.route.is_none(), n < 2, "the camera goes on until the last");
            assert!(offer.act.is_some());
            three.containers_scanned.push(number(n));
        }
        assert!(of_several(&three, &number(0), route()).route.is_some(), "scanned already: to the case");
        assert_eq!(of_several(&view(1, None), &number(0), route()), route(), "one container: as ever");
        assert!(these(Some(view(1, None))).is_empty());
        assert!(these(Some(three)).contains("482417"));
    }
}
