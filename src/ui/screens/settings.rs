//! Theme, gloves, tones and vibration, language, what this app is, and signing out.

use dioxus::prelude::*;
use seal_core::ids::OfficerId;
use seal_core::officer::Officer;
use seal_core::time::date_in_vietnam;

use super::begin_anew::BeginAnew;
use super::export::ExportAll;
use super::parts::Page;
use super::{NOTE_SETTINGS, words};
use crate::actions::Kit;
use crate::actions::leave_phone::{leave_phone, what_stays};
use crate::i18n::{Lang, format};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::Route;
use crate::ui::theme::{Theme, UiSettings, use_ui_settings};

fn keep(desk: Desk, settings: UiSettings) {
    let text = match serde_json::to_string(&settings) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "settings");
            return;
        }
    };
    if let Err(error) = desk.kit().store.set_note(NOTE_SETTINGS, Some(&text)) {
        tracing::warn!(%error, "settings hold only until the app is closed");
    }
}

/// Who made what is not sent yet, and how much each.
fn whose(kit: &Kit, officer: &Officer) -> String {
    let staying = what_stays(kit).unwrap_or_default();
    let name = |author: &OfficerId| words::officer_name(kit, &officer.unit, author);
    let each: Vec<String> = staying.authors.iter().map(|(author, n)| format!("{} ({n})", name(author))).collect();
    each.join(", ")
}

/// See the module.
#[component]
pub fn Settings() -> Element {
    let mut desk = use_desk();
    let mut settings = use_ui_settings();
    let mut leaving = use_signal(|| false);
    let mut anew = use_signal(|| false);
    let mut change = move |with: &dyn Fn(&mut UiSettings)| {
        let mut next = *settings.peek();
        with(&mut next);
        settings.set(next);
        keep(desk, next);
    };
    let UiSettings { theme, gloves, lang, sound, vibration } = settings();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let themes = vec![
        Choice::new("auto", t!("settings-theme-auto")).icon("refresh-cw"),
        Choice::new("light", t!("settings-theme-light")).icon("sun-medium"),
        Choice::new("dark", t!("settings-theme-dark")).icon("moon"),
        Choice::new("sun", t!("settings-theme-sun")).icon("sun"),
    ];
    let languages = vec![Choice::new("vi", "Tiếng Việt"), Choice::new("en", "English")];
    let unit = desk.look(|kit| words::office(kit, &officer.unit));
    let (rules, waiting) = desk.look(|kit| {
        (kit.store.rules().ok(), kit.store.queue_counts().map_or(0, |counts| counts.waiting + counts.stuck))
    });
    // Only when it is asked for: the whole queue is read for it.
    let authors = if leaving() { desk.look(|kit| whose(kit, &officer)) } else { String::new() };
    let kit = desk.kit();
    let today = date_in_vietnam(kit.clock.now().wall);
    let calendar = rules.as_ref().is_some_and(|rules| rules.calendars.iter().any(|year| year.year == today.year()));
    let device = kit.vault.device().to_string();
    let central = kit.central.enrolment().and_then(|enrolment| enrolment.kept());
    let mut about = vec![
        (t!("settings-version"), env!("CARGO_PKG_VERSION").to_owned()),
        (t!("settings-device"), device),
        (t!("settings-key"), words::key_home(kit.vault.key_home())),
        (t!("settings-unit"), unit),
        (t!("settings-account"), officer.id.0.clone()),
    ];
    let enrolled = central.is_some();
    about.extend(central.map(|central| (t!("enrol-address"), central.address)));
    rsx! {
        Page {
            title: t!("settings-title"),
            sub: officer.name.clone(),
            back: true,
            over: if leaving() {
                Some(rsx! {
                    Dialog {
                        title: t!("settings-leave-sure"),
                        text: if waiting > 0 { t!("settings-leave-waiting", n = waiting, authors = authors.clone()) } else { t!("settings-leave-clear") },
                        onclose: move |()| leaving.set(false),
                        Button { kind: ButtonKind::Go, big: true, text: t!("carry-on"), onclick: move |()| leaving.set(false) }
                        if waiting > 0 {
                            Button { icon: "send", text: t!("queue-send-now"), onclick: move |()| {
                                if let Err(error) = desk.kit().store.send_now(None) {
                                    tracing::error!(%error, "nothing made due");
                                }
                                desk.sync().send_now();
                                desk.open(Route::Queue);
                            } }
                            ExportAll {}
                        }
                        Button { icon: "lock", text: t!("settings-leave"), onclick: move |()| {
                            if let Err(error) = leave_phone(&desk.kit()) {
                                tracing::warn!(%error, "the end of the session is not noted");
                            }
                            desk.open(Route::Home);
                            desk.set_officer(None);
                        } }
                    }
                })
            } else if anew() {
                Some(rsx! { BeginAnew { onclose: move |()| anew.set(false) } })
            } else { None },
            div { class: "stack",
                h2 { class: "field-label", id: "theme", {t!("settings-screen")} }
                Segmented { labelled_by: "theme", items: themes, selected: theme.name(), onselect: move |id: String| {
                    let theme = match id.as_str() {
                        "light" => Theme::Light,
                        "dark" => Theme::Dark,
                        "sun" => Theme::Sun,
                        _ => Theme::Auto,
                    };
                    change(&|settings| settings.theme = theme);
                } }
            }
            List {
                Switch { icon: "hand", title: t!("settings-gloves"), sub: t!("settings-gloves-why"), on: gloves, onclick: move |()| change(&|settings| settings.gloves = !gloves) }
                Switch { icon: "volume-2", title: t!("settings-sound"), sub: t!("settings-sound-why"), on: sound, onclick: move |()| change(&|settings| settings.sound = !sound) }
                Switch { icon: "vibrate", title: t!("settings-vibration"), sub: t!("settings-vibration-why"), on: vibration, onclick: move |()| change(&|settings| settings.vibration = !vibration) }
            }
            div { class: "stack",
                h2 { class: "field-label", id: "language", "Ngôn ngữ / Language" }
                Segmented { labelled_by: "language", items: languages, selected: lang.tag(), onselect: move |id: String| {
                    let lang = if id == "en" { Lang::En } else { Lang::Vi };
                    change(&|settings| settings.lang = lang);
                } }
            }
            SectionHead { title: t!("settings-data") }
            List {
                if let Some(rules) = rules {
                    Row { icon: "scale", kind: Tone::Ok, title: t!("settings-rules"), sub: rules.version, onclick: move |()| desk.open(Route::Rules) }
                }
                Row {
                    icon: "calendar-days",
                    kind: if calendar { Tone::Idle } else { Tone::Warn },
                    title: t!("settings-calendar", year = today.year().to_string()),
                    sub: if calendar { t!("settings-calendar-known") } else { t!("settings-calendar-missing") },
                }
                if let Some(room) = kit.photos.free_space() {
                    Row { icon: "hard-drive", title: t!("settings-room"), sub: format::size(room, lang) }
                }
                Row { icon: "cloud-upload", title: t!("nav-queue"), sub: t!("items", n = waiting), onclick: move |()| desk.open(Route::Queue) }
            }
            List {
                if desk.practice().is_some() {
                    Row { icon: "graduation-cap", title: t!("settings-practice"), sub: t!("settings-practice-sub"), onclick: move |()| desk.open(Route::Practice) }
                }
                Row { icon: "anchor", title: t!("stock-title"), sub: t!("stock-sub"), onclick: move |()| desk.open(Route::Stock) }
                Row { icon: "repeat", title: t!("settings-turnaround"), onclick: move |()| desk.open(Route::Turnaround) }
                Row { icon: "message-square-warning", title: t!("report-trouble"), sub: t!("settings-report-sub"), onclick: move |()| desk.open(Route::Report { screen: "settings".to_owned() }) }
            }
            Card {
                CardHead { eyebrow: t!("settings-about") }
                KeyValue { items: about }
            }
            if enrolled {
                List {
                    Row { icon: "refresh-cw", kind: Tone::Warn, title: t!("settings-anew"), sub: t!("settings-anew-sub"), onclick: move |()| anew.set(true) }
                }
            }
            Button { big: true, icon: "lock", text: t!("settings-leave"), onclick: move |()| leaving.set(true) }
        }
    }
}
