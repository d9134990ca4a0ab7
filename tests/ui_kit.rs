//! Structure and accessibility of the components, on the pages of the gallery, without a browser.
use std::{any::Any, cell::Cell, rc::Rc, time::Duration};

use dioxus::core::{ElementId, Mutation, NoOpMutations};
use dioxus::html::{PlatformEventData, SerializedHtmlEventConverter, SerializedMouseData, SerializedPointerData};
use dioxus::prelude::*;
use seal_field::{
    i18n::Lang,
    ui::{
        components::*,
        gallery::{Gallery, GalleryProps, PAGES},
        theme::{Root, Theme, UiSettings},
    },
};

fn html(page: &str, settings: UiSettings) -> String {
    let mut dom = VirtualDom::new_with_props(Gallery, GalleryProps { page: page.into(), settings });
    dom.rebuild_in_place();
    let html = dioxus_ssr::render(&dom);
    // What follows the styles and the icons.
    html.rsplit_once("</symbol>").expect("icons are in the page").1.to_owned()
}

fn all() -> impl Iterator<Item = (&'static str, String)> {
    PAGES.into_iter().map(|p| (p, html(p, UiSettings::default())))
}

/// Opening tags of `name`, attributes and all.
fn tags<'a>(html: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    html.match_indices(&format!("<{name}")).map(|(at, _)| at).collect::<Vec<_>>().into_iter().filter_map(move |at| {
        let tag = &html[at..at + html[at..].find('>')?];
        (tag.len() == name.len() + 1 || tag[name.len() + 1..].starts_with(' ')).then_some(tag)
    })
}

fn attr<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

#[test]
fn every_screen_has_one_h1() {
    for (page, html) in all() {
        assert_eq!(tags(&html, "h1").count(), 1, "{page}");
    }
}

#[test]
fn every_button_says_what_it_does() {
    for (page, html) in all() {
        for part in html.split("<button").skip(1) {
            let (tag, rest) = part.split_once('>').expect("tag is closed");
            let body = rest.split("</button>").next().unwrap_or("");
            let mut words = String::new();
            let mut inside = false;
            for c in body.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    c if !inside => words.push(c),
                    _ => {}
                }
            }
            let named = !words.trim().is_empty() || attr(tag, "aria-label").is_some_and(|l| !l.is_empty());
            assert!(named, "{page}: button without a name: <button{tag}>");
            assert_eq!(attr(tag, "type"), Some("button"), "{page}: <button{tag}>");
        }
    }
}

#[test]
fn references_lead_to_elements_and_ids_are_unique() {
    for (page, html) in all() {
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
        for (i, id) in ids.iter().enumerate() {
            assert!(!ids[..i].contains(id), "{page}: id {id} twice");
        }
        for name in ["aria-labelledby", "aria-describedby", "for"] {
            for s in html.split(&format!(" {name}=\"")).skip(1) {
                let id = s.split('"').next().unwrap_or("");
                assert!(ids.contains(&id), "{page}: {name}={id} leads nowhere");
            }
        }
    }
}

#[test]
fn pictures_are_hidden_or_named() {
    for (page, html) in all() {
        for tag in tags(&html, "svg") {
            assert!(attr(tag, "aria-hidden") == Some("true") || attr(tag, "aria-label").is_some(), "{page}: {tag}");
        }
        for tag in tags(&html, "img") {
            assert!(tag.contains(" alt="), "{page}: {tag}");
        }
        for tag in tags(&html, "div").filter(|t| attr(t, "role") == Some("radiogroup")) {
            assert!(attr(tag, "aria-label").or(attr(tag, "aria-labelledby")).is_some(), "{page}: {tag}");
        }
    }
}

#[test]
fn results_interrupt_only_when_something_is_wrong() {
    let block = |page| {
        let html = html(page, UiSettings::default());
        tags(&html, "section").find(|t| t.contains("class=\"result")).map(str::to_owned)
    };
    for (page, class, role) in [
        ("confirmed", "result--ok", "status"),
        ("progress", "result--busy", "status"),
        ("refused", "result--bad", "alert"),
        ("uncertain", "result--unsure", "alert"),
    ] {
        let tag = block(page).expect("page shows a result");
        assert!(tag.contains(class), "{tag}");
        assert_eq!(attr(&tag, "role"), Some(role));
    }
}

#[test]
fn steps_numbers_and_practice_are_told_in_words() {
    let preflight = html("preflight", UiSettings::default());
    assert!(preflight.contains("aria-label=\"Bước 4 trên 6: Kiểm tra seal\""));
    assert_eq!(preflight.matches("<li class=\"done\"").count(), 3);
    assert!(preflight.contains("<span class=\"vh\">Đạt</span>"));
    let home = html("home", UiSettings::default());
    assert!(home.contains("M S K U, 9 0 7 0 3 2, số kiểm tra 3"));
    assert!(!home.contains("data-practice"));
    assert!(html("photos", UiSettings::default()).contains("data-practice"));
}

#[test]
fn theme_gloves_and_language_stand_on_the_root() {
    let settings = UiSettings { theme: Theme::Sun, gloves: true, lang: Lang::En, ..UiSettings::default() };
    let mut dom = VirtualDom::new_with_props(Gallery, GalleryProps { page: "home".into(), settings });
    dom.rebuild_in_place();
    let html = dioxus_ssr::render(&dom);
    let root = tags(&html, "div").next().expect("page has a root");
    assert_eq!(
        (attr(root, "data-theme"), attr(root, "data-gloves"), attr(root, "lang")),
        (Some("sun"), Some("on"), Some("en"))
    );
    assert!(html.contains("No network"));
    assert!(html.contains("font-family:\"Be Vietnam Pro\""));
}

#[test]
fn text_from_outside_is_never_markup() {
    fn page() -> Element {
        rsx! {
            Rich { text: "**<b onclick=x>** `<i>`" }
            Raw { label: "Nguyên văn:", text: "**A** `B` <script>" }
        }
    }
    let mut dom = VirtualDom::new(page);
    dom.rebuild_in_place();
    let html = dioxus_ssr::render(&dom);
    assert!(!html.contains("<script") && !html.contains("<b onclick") && !html.contains("<i>"), "{html}");
    assert!(html.contains("**A** `B`"), "{html}");
}

#[test]
fn a_number_that_is_no_container_number_is_shown_as_it_is() {
    fn page() -> Element {
        rsx! { ContainerNumber { number: "ĐÌNHVŨ" } }
    }
    let mut dom = VirtualDom::new(page);
    dom.rebuild_in_place();
    assert!(dioxus_ssr::render(&dom).contains("ĐÌNHVŨ"));
}

/// A hold button in a tree of its own, with its events.
struct Held {
    dom: VirtualDom,
    fired: Rc<Cell<u32>>,
    button: ElementId,
}

thread_local! {
    static FIRED: Rc<Cell<u32>> = Rc::default();
}

fn hold_page() -> Element {
    rsx! {
        Root {
            HoldButton {
                text: "Giữ để khóa", icon: "lock", how: "Giữ 1 giây", confirm_title: "Khóa seal?",
                confirm_act: "Khóa seal", confirm_cancel: "Thôi",
                onfire: |_| FIRED.with(|f| f.set(f.get() + 1)),
            }
        }
    }
}

impl Held {
    fn new() -> Self {
        dioxus::html::set_event_converter(Box::new(SerializedHtmlEventConverter));
        let fired = FIRED.with(Rc::clone);
        fired.set(0);
        let mut dom = VirtualDom::new(hold_page);
        let edits = dom.rebuild_to_vec().edits;
        let button = listeners(&edits, "pointerdown")[0];
        Self { dom, fired, button }
    }

    fn send(&mut self, name: &str, id: ElementId) -> Vec<Mutation> {
        let data = if name.starts_with("pointer") {
            PlatformEventData::new(Box::new(pointer()))
        } else {
            PlatformEventData::new(Box::<SerializedMouseData>::default())
        };
        let event = Event::new(Rc::new(data) as Rc<dyn Any>, true);
        self.dom.runtime().handle_event(name, event, id);
        self.dom.process_events();
        self.dom.render_immediate_to_vec().edits
    }

    /// Lets `ms` pass while the tree works.
    async fn wait(&mut self, ms: u64) {
        let over = tokio::time::sleep(Duration::from_millis(ms));
        tokio::pin!(over);
        loop {
            tokio::select! {
                _ = &mut over => break,
                _ = self.dom.wait_for_work() => self.dom.render_immediate(&mut NoOpMutations),
            }
        }
    }
}

/// A touch somewhere; only that it happened matters.
fn pointer() -> SerializedPointerData {
    let mut data = serde_json::to_value(SerializedMouseData::default()).expect("mouse data is plain");
    let more = serde_json::json!({
        "pointer_id": 1, "width": 1.0, "height": 1.0, "pressure": 0.5, "tangential_pressure": 0.0,
        "tilt_x": 0, "tilt_y": 0, "twist": 0, "pointer_type": "touch", "is_primary": true,
    });
    for (k, v) in more.as_object().into_iter().flatten() {
        data[k] = v.clone();
    }
    serde_json::from_value(data).expect("pointer data is mouse data and more")
}

fn listeners(edits: &[Mutation], event: &str) -> Vec<ElementId> {
    edits
        .iter()
        .filter_map(|e| match e {
            Mutation::NewEventListener { name, id } if name == event => Some(*id),
            _ => None,
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_held_second_fires_exactly_once() {
    let mut h = Held::new();
    h.send("pointerdown", h.button);
    h.wait(950).await;
    assert_eq!(h.fired.get(), 0, "before the second is over");
    h.wait(100).await;
    assert_eq!(h.fired.get(), 1);
    h.wait(3000).await;
    h.send("pointerup", h.button);
    h.send("click", h.button);
    h.wait(3000).await;
    assert_eq!(h.fired.get(), 1, "held on, lifted and clicked");
    assert!(!dioxus_ssr::render(&h.dom).contains("alertdialog"), "a finger's click opens no dialog");
}

#[tokio::test(start_paused = true)]
async fn taps_never_fire() {
    let mut h = Held::new();
    for lift in ["pointerup", "pointerleave", "pointercancel", "pointerup"] {
        h.send("pointerdown", h.button);
        h.wait(700).await;
        h.send(lift, h.button);
        h.wait(50).await;
    }
    h.wait(2000).await;
    assert_eq!(h.fired.get(), 0);
}

/// The order in which browsers tell of a finger: lifted, left, clicked.
#[tokio::test(start_paused = true)]
async fn a_short_tap_opens_no_dialog() {
    let mut h = Held::new();
    for event in ["pointerdown", "pointerup", "pointerleave", "click"] {
        h.send(event, h.button);
    }
    assert!(!dioxus_ssr::render(&h.dom).contains("alertdialog"));
    // And the keyboard still works after it.
    h.send("click", h.button);
    assert!(dioxus_ssr::render(&h.dom).contains("alertdialog"));
}

#[tokio::test(start_paused = true)]
async fn a_keyboard_click_asks_first_and_acts_once() {
    let mut h = Held::new();
    let edits = h.send("click", h.button);
    assert_eq!(h.fired.get(), 0);
    let page = dioxus_ssr::render(&h.dom);
    assert!(page.contains("role=\"alertdialog\""), "{page}");
    let (safe, act) = (page.find("Thôi"), page.find("Khóa seal<"));
    assert!(safe < act && safe.is_some(), "the safe act stands first");
    // The act is the last button of the dialog; a second click finds it done.
    let act = *listeners(&edits, "click").iter().max_by_key(|id| id.0).expect("dialog has buttons");
    h.send("click", act);
    assert_eq!(h.fired.get(), 1);
    h.send("click", act);
    assert_eq!(h.fired.get(), 1);
    assert!(!dioxus_ssr::render(&h.dom).contains("alertdialog"));
}
