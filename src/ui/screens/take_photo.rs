//! One photograph: the running camera, the shot, and whether it is good enough to keep.

use dioxus::prelude::*;
use seal_core::evidence::{PhotoQuality, PhotoRole};
use seal_core::fact::Stage;
use seal_core::ids::CaseId;

use super::camera::{CameraPicture, Samples, torch};
use super::parts::{Shell, Trouble};
use super::pictures::data_url;
use super::stored::store_trouble;
use super::words;
use crate::actions::take_photo::{PhotoTrouble, Shot, check_room, is_good, keep_photo, shoot};
use crate::i18n::format;
use crate::ports::camera::{CameraTrouble, Seen};
use crate::ports::photos::PhotoError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// The practice scene that fits a role.
fn scene(role: PhotoRole) -> &'static str {
    match role {
        PhotoRole::Doors => "photo:doors",
        PhotoRole::RopePath => "photo:rope_path",
        PhotoRole::ClosedLock => "photo:closed_lock",
        PhotoRole::Plates => "photo:plates",
        PhotoRole::Housing | PhotoRole::Bolt => "photo:housing",
        PhotoRole::CutSeal => "photo:cut_seal",
        PhotoRole::ParcelContents => "photo:parcel",
        PhotoRole::DamagedLabel | PhotoRole::Waybill | PhotoRole::Other => "photo:paper",
    }
}

/// A photograph that was not taken or kept, in words.
pub fn photo_trouble(error: &PhotoTrouble) -> String {
    let lang = words::lang();
    match error {
        PhotoTrouble::Camera(CameraTrouble::NotAllowed) => t!("scan-camera-denied"),
        PhotoTrouble::Camera(CameraTrouble::NoCamera) => t!("errors-photo-no-camera"),
        PhotoTrouble::Camera(CameraTrouble::NoPicture(_)) => t!("errors-photo-none"),
        PhotoTrouble::Photo(PhotoError::DiskFull { free, needed }) => {
            t!("errors-photo-full", free = format::size(*free, lang), needed = format::size(*needed, lang))
        }
        PhotoTrouble::Photo(PhotoError::NotAPicture(_)) => t!("errors-photo-broken"),
        PhotoTrouble::Photo(error) => {
            tracing::error!(%error, "photo");
            t!("errors-photo-io")
        }
        PhotoTrouble::NotFromCamera => t!("errors-photo-file"),
        PhotoTrouble::Store(error) => store_trouble(error),
    }
}

/// See the module.
#[component]
pub fn TakePhoto(case: Option<CaseId>, role: PhotoRole, stage: Stage) -> Element {
    let mut desk = use_desk();
    let practice = desk.practice().is_some();
    let mut sample = use_signal(move || if practice { scene(role).to_owned() } else { String::new() });
    let mut shot = use_signal(|| None::<Shot>);
    let mut busy = use_signal(|| false);
    // Told before anybody aims.
    let no_room = move || check_room(&desk.kit()).err().map(|error| photo_trouble(&error)).unwrap_or_default();
    let mut failed = use_signal(no_room);
    let mut has_torch = use_signal(|| false);
    let mut light = use_signal(|| false);
    use_hook(move || {
        let mut seen = desk.kit().camera.seen();
        spawn(async move {
            use tokio::sync::broadcast::error::RecvError;
            loop {
                match seen.recv().await {
                    Ok(Seen::Started { torch, .. }) => {
                        has_torch.set(torch);
                        failed.set(no_room());
                    }
                    Ok(Seen::Trouble(error)) => failed.set(photo_trouble(&PhotoTrouble::Camera(error))),
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    });
    let (title, how) = words::photo(role);
    let keep = move |()| {
        let (Some(taken), Some(officer)) = (shot.peek().clone(), desk.officer()) else { return };
        let kit = desk.kit();
        match keep_photo(&kit, &officer, case, role, stage, &taken) {
            Ok(photo) => match super::photo_kept(&kit, case, role, &photo) {
                Ok(()) => desk.back(),
                Err(text) => failed.set(text),
            },
            Err(error) => failed.set(photo_trouble(&error)),
        }
    };
    let press = move |()| {
        if *busy.peek() {
            return;
        }
        busy.set(true);
        spawn(async move {
            match shoot(&desk.kit()).await {
                Ok(taken) => {
                    failed.set(String::new());
                    shot.set(Some(taken));
                }
                Err(error) => failed.set(photo_trouble(&error)),
            }
            busy.set(false);
        });
    };
    rsx! {
        Shell {
            if let Some(taken) = shot() {
                AppBar { title: title.clone(), sub: t!("arm-photo-look"), back_label: t!("back"), onback: move |()| shot.set(None), focus: true }
                Main {
                    img { class: "shot", src: data_url("image/jpeg", &taken.examined.thumbnail), alt: title.clone() }
                    Quality { quality: taken.examined.quality }
                    Note { text: t!("arm-photo-size", width = taken.examined.width, height = taken.examined.height) }
                    Trouble { text: failed() }
                }
                Dock {
                    if is_good(taken.examined.quality) {
                        Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("arm-photo-keep"), onclick: keep }
                        Button { icon: "camera", text: t!("arm-photo-again"), onclick: move |()| shot.set(None) }
                    } else {
                        Button { kind: ButtonKind::Go, big: true, icon: "camera", text: t!("arm-photo-again"), onclick: move |()| shot.set(None) }
                        Button { icon: "triangle-alert", text: t!("arm-photo-keep-anyway"), onclick: keep }
                    }
                }
            } else {
                Finder {
                    label: t!("scan-finder"),
                    hint: title.clone(),
                    close_label: t!("close"),
                    onclose: move |()| desk.back(),
                    tools: rsx! {
                        if has_torch() {
                            FinderTool { icon: "flashlight", text: t!("scan-torch"), pressed: light(), onclick: move |()| {
                                let on = !*light.peek();
                                light.set(on);
                                torch(on);
                            } }
                        }
                    },
                    for id in [sample()] {
                        CameraPicture { key: "{id}", formats: 2, sample: id }
                    }
                }
                Sheet { label: t!("arm-photo-take"),
                    Trouble { text: failed() }
                    p { Rich { text: how } }
                    Button {
                        kind: ButtonKind::Go, big: true, icon: "camera", disabled: busy(),
                        text: if busy() { t!("arm-photo-busy") } else { t!("arm-photo-take") },
                        onclick: press,
                    }
                    if practice {
                        Samples { photos: true, selected: sample(), onselect: move |id: String| sample.set(id) }
                    }
                }
            }
        }
    }
}

#[component]
fn Quality(quality: PhotoQuality) -> Element {
    let (kind, icon, text, why) = match quality {
        PhotoQuality::Good => (CardKind::Plain, "circle-check", t!("arm-photo-good"), t!("arm-photo-good-why")),
        PhotoQuality::Blurred => (CardKind::Bad, "octagon-x", t!("arm-photo-is-blurred"), t!("arm-photo-blurred-do")),
        PhotoQuality::Bright => (CardKind::Bad, "octagon-x", t!("arm-photo-is-bright"), t!("arm-photo-bright-do")),
        PhotoQuality::Dark => (CardKind::Bad, "octagon-x", t!("arm-photo-is-dark"), t!("arm-photo-dark-do")),
    };
    rsx! {
        Card { kind, live: true,
            Decision { text }
            Note { icon, text: why }
        }
    }
}
