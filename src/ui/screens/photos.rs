//! Sealing, step 5: the photographs that prove it. They come after the lock, so that the closed lock with its number shows.

use dioxus::prelude::*;
use seal_core::case::{CasePhoto, CaseView};
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::ids::CaseId;
use seal_core::seal_no::SealNo;

use super::parts::{CaseGone, Page, case_of, photo_src, title_of};
use super::words;
use crate::actions::take_photo::is_good;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Bytes a full-resolution photograph takes, roughly; only for the estimate shown.
const ABOUT: u64 = 2_700_000;

/// See the module.
#[component]
pub fn Photographs(case: CaseId, seal: SealNo, stage: Stage) -> Element {
    let mut desk = use_desk();
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let roles = desk.look(|kit| {
        kit.store.rules().map(|rules| if stage == Stage::Arm { rules.arm_photos } else { rules.inspect_photos })
    });
    let roles = roles.unwrap_or_default();
    let shots: Vec<(PhotoRole, Option<CasePhoto>)> =
        roles.iter().map(|role| (*role, shown(&view, &seal, *role, stage))).collect();
    let missing = shots.iter().filter(|(_, shot)| shot.is_none()).count();
    let bad = shots.iter().filter(|(_, shot)| shot.as_ref().is_some_and(|shot| !is_good(shot.photo_quality()))).count();
    let next = shots
        .iter()
        .find(|(_, shot)| shot.as_ref().is_some_and(|shot| !is_good(shot.photo_quality())))
        .or_else(|| shots.iter().find(|(_, shot)| shot.is_none()))
        .map(|(role, shot)| (*role, shot.is_some()));
    let more: Vec<CasePhoto> =
        view.photos.iter().filter(|photo| photo.stage == stage && !roles.contains(&photo.role)).cloned().collect();
    let title = match (bad, missing) {
        (0, 0) => t!("arm-photos-all"),
        (0, missing) => t!("arm-photos-missing", n = missing),
        (bad, 0) => t!("arm-photos-bad", n = bad),
        (bad, missing) => t!("arm-photos-both", bad = bad, missing = missing),
    };
    let room = desk.kit().photos.free_space();
    let lang = crate::ui::theme::words().lang;
    let arm = stage == Stage::Arm;
    // The cargo is handed over once, when every container is sealed.
    let left = arm && !view.bare().is_empty();
    let onward = {
        let seal = seal.clone();
        move |()| match (arm, left) {
            (true, true) => desk.replace(Route::Case { case }),
            (true, false) => desk.replace(Route::HandOver { case, seal: seal.clone() }),
            (false, _) => desk.back(),
        }
    };
    let next_step = match (arm, left) {
        (true, true) => t!("cover-next-container"),
        (true, false) => t!("arm-next-handover"),
        (false, _) => t!("done"),
    };
    rsx! {
        Page {
            title: if arm { t!("arm-title") } else { t!("arm-photos-title") },
            sub: title_of(&view),
            back: true,
            step: if arm { 5 } else { 0 },
            focus: true,
            report: "photos",
            dock: rsx! {
                if let Some((role, again)) = next {
                    Button {
                        kind: ButtonKind::Go, big: true, icon: "camera",
                        text: if again { t!("arm-retake", what = words::photo(role).0) } else { t!("arm-take", what = words::photo(role).0) },
                        onclick: move |()| desk.open(Route::TakePhoto { case: Some(case), role, stage }),
                    }
                    if missing == 0 {
                        Button { icon: "arrow-right", text: t!("arm-photos-onward"), onclick: onward.clone() }
                    }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", text: next_step, onclick: onward.clone() }
                }
                Button { icon: "plus", text: t!("arm-photo-more"), onclick: move |()| desk.open(Route::TakePhoto { case: Some(case), role: PhotoRole::Other, stage }) }
            },
            div { class: "stack", style: "gap:4px",
                Decision { text: title }
                Note { text: t!("arm-photos-how") }
            }
            Photos {
                for (role, shot) in shots.clone() {
                    Tile { key: "{role:?}", case, stage, role, shot, now: next.is_some_and(|(next, _)| next == role) }
                }
                for shot in more {
                    Tile { key: "{shot.event}", case, stage, role: shot.role, shot: Some(shot.clone()), now: false }
                }
            }
            Note { icon: "hard-drive", text: t!("arm-photos-room", size = format::size(room, lang), n = room / ABOUT) }
        }
    }
}

/// The newest photograph of a role that can show the seal.
fn shown(view: &CaseView, seal: &SealNo, role: PhotoRole, stage: Stage) -> Option<CasePhoto> {
    match view.seal(seal) {
        Some(seal) => view.photos_of_seal(seal, role, stage).last().cloned(),
        None => view.photos_of(role, stage).last().cloned(),
    }
}

/// The photo's judged quality, by a name that reads well above.
trait Judged {
    fn photo_quality(&self) -> seal_core::evidence::PhotoQuality;
}

impl Judged for CasePhoto {
    fn photo_quality(&self) -> seal_core::evidence::PhotoQuality {
        self.quality
    }
}

#[component]
fn Tile(case: CaseId, stage: Stage, role: PhotoRole, shot: Option<CasePhoto>, now: bool) -> Element {
    let mut desk = use_desk();
    let (title, how) = words::photo(role);
    let open = move |()| desk.open(Route::TakePhoto { case: Some(case), role, stage });
    match shot {
        Some(shot) => rsx! {
            PhotoTile {
                state: if is_good(shot.quality) { PhotoState::Good } else { PhotoState::Bad },
                title: title.clone(),
                sub: format::time(shot.at),
                src: desk.look(|kit| photo_src(kit, &shot.photo)),
                alt: title,
                badge: words::quality(shot.quality),
                onclick: open,
            }
        },
        None => rsx! {
            PhotoTile { state: if now { PhotoState::Now } else { PhotoState::Todo }, title, sub: how, onclick: open }
        },
    }
}
