//! The screens of one device without a browser: what is read on them, and buttons pressed by their words.
#![allow(dead_code)]

use std::any::Any;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use dioxus::core::{DynamicNode, ElementId, NoOpMutations, TemplateAttribute, TemplateNode, VNode};
use dioxus::html::{PlatformEventData, SerializedFormData, SerializedHtmlEventConverter, SerializedMouseData};
use dioxus::prelude::*;
use seal_core::officer::Officer;
use seal_core::scan::{HowRead, Symbology};
use seal_field::actions::Kit;
use seal_field::ports::camera::{Camera, CameraTrouble, Code, Cue, CueWays, Seen, Still};
use seal_field::ports::sync::{SyncControl, SyncStatus};
use seal_field::ui::desk::DeskParts;
use seal_field::ui::route::Route;
use seal_field::ui::screens::{App, AppProps, DeskPartsProp};
use tokio::sync::{broadcast, watch};

/// A sync that stands still.
pub struct StandingSync(watch::Sender<SyncStatus>);

impl StandingSync {
    pub fn at(status: SyncStatus) -> Arc<Self> {
        Arc::new(Self(watch::channel(status).0))
    }
}

impl SyncControl for StandingSync {
    fn status(&self) -> watch::Receiver<SyncStatus> {
        self.0.subscribe()
    }
    fn officer_active(&self) {}
    fn send_now(&self) {}
}

/// A camera that sees what it is told.
pub struct Eye {
    pub seen: broadcast::Sender<Seen>,
    pub still: Mutex<Result<Still, CameraTrouble>>,
    /// Cues asked for, oldest first.
    pub cues: Mutex<Vec<(Cue, CueWays)>>,
}

impl Eye {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            seen: broadcast::channel(32).0,
            still: Mutex::new(Err(CameraTrouble::NoCamera)),
            cues: Mutex::default(),
        })
    }

    /// Nothing is before the camera, for longer than a code may blink out.
    pub fn looks_away(&self) {
        for _ in 0..25 {
            self.seen.send(Seen::Nothing(None)).unwrap();
        }
    }

    /// Shows codes of one frame, all to be believed.
    pub fn shows(&self, codes: &[(Symbology, &str)]) {
        let code = |(symbology, text): &(Symbology, &str)| Code {
            text: (*text).to_owned(),
            symbology: *symbology,
            how: HowRead::Camera,
            proven: true,
        };
        self.seen.send(Seen::Codes(codes.iter().map(code).collect())).unwrap();
    }
}

#[async_trait]
impl Camera for Eye {
    fn seen(&self) -> broadcast::Receiver<Seen> {
        self.seen.subscribe()
    }
    async fn still(&self) -> Result<Still, CameraTrouble> {
        self.still.lock().unwrap().clone()
    }
    fn cue(&self, cue: Cue, ways: CueWays) {
        self.cues.lock().unwrap().push((cue, ways));
    }
}

pub struct Phone {
    dom: VirtualDom,
}

impl Phone {
    /// Opens the app where it was.
    pub fn reopen(kit: &Kit, status: SyncStatus) -> Self {
        Self::start(kit, status, None)
    }

    /// The same on a phone with a camera.
    pub fn reopen_with_camera(kit: &Kit, status: SyncStatus) -> Self {
        Self::start(kit, status, Some("/frames".to_owned()))
    }

    fn start(kit: &Kit, status: SyncStatus, camera_url: Option<String>) -> Self {
        dioxus::html::set_event_converter(Box::new(SerializedHtmlEventConverter));
        let parts = DeskParts { kit: kit.clone(), sync: StandingSync::at(status), practice: None, camera_url };
        let mut dom = VirtualDom::new_with_props(App, AppProps { parts: DeskPartsProp(parts) });
        dom.rebuild_in_place();
        Self { dom }
    }

    /// Opens the app on a screen, as `officer`.
    pub fn open_with(kit: &Kit, officer: &Officer, route: &Route, status: SyncStatus) -> Self {
        let note = |name: &str, json: String| kit.store.set_note(name, Some(&json)).unwrap();
        note("officer", serde_json::to_string(officer).unwrap());
        note("path", serde_json::to_string(&[route]).unwrap());
        Self::reopen(kit, status)
    }

    /// The same with coverage.
    pub fn open(kit: &Kit, officer: &Officer, route: &Route) -> Self {
        let status = SyncStatus { online: true, since: Some(kit.clock.now().wall), ..SyncStatus::default() };
        Self::open_with(kit, officer, route, status)
    }

    /// The page after its icons.
    pub fn html(&self) -> String {
        let html = dioxus_ssr::render(&self.dom);
        html.rsplit_once("</symbol>").expect("icons are in the page").1.to_owned()
    }

    /// What is read.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.html().chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        let text = text.replace("&nbsp;", " ").replace('\u{a0}', " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // Marks of bold words and numbers leave blanks before a full stop.
        text.replace(" .", ".").replace(" ,", ",").replace(" :", ":").replace(" ;", ";")
    }

    /// All of it is on the screen now.
    pub fn says(&self, words: &[&str]) {
        let text = self.text();
        for word in words {
            assert!(text.contains(word), "“{word}” is not on the screen: {text}");
        }
    }

    /// Lets the screen work until it says so, and all of the rest with it.
    pub async fn comes_to_say(&mut self, words: &[&str]) {
        let over = tokio::time::sleep(Duration::from_secs(60));
        tokio::pin!(over);
        while !words.iter().all(|word| self.text().contains(word)) {
            tokio::select! {
                () = &mut over => return self.says(words),
                () = self.dom.wait_for_work() => self.dom.render_immediate(&mut NoOpMutations),
            }
        }
    }

    /// Lets the screen take one step.
    pub async fn works(&mut self) {
        let a_moment = tokio::time::sleep(Duration::from_millis(50));
        tokio::select! {
            () = a_moment => {}
            () = self.dom.wait_for_work() => self.dom.render_immediate(&mut NoOpMutations),
        }
    }

    fn send(&mut self, name: &str, data: PlatformEventData, id: ElementId) {
        let event = Event::new(Rc::new(data) as Rc<dyn Any>, true);
        self.dom.runtime().handle_event(name, event, id);
        self.dom.process_events();
        self.dom.render_immediate(&mut NoOpMutations);
    }

    /// Clicks the last button of these words (a dialog lies over the page), else the last whose words begin so.
    pub fn press(&mut self, words: &str) {
        let found = self.listening("click");
        let last = |fits: fn(&str, &str) -> bool| found.iter().rev().find(|(text, _)| fits(text.trim(), words));
        let button = last(|text, words| text == words).or_else(|| last(|text, words| text.starts_with(words)));
        let Some((_, id)) = button else { panic!("no button “{words}”: {found:?}") };
        self.send("click", PlatformEventData::new(Box::<SerializedMouseData>::default()), *id);
    }

    /// Types into the `n`th field.
    pub fn type_into(&mut self, n: usize, text: &str) {
        let id = self.listening("input")[n].1;
        let data = SerializedFormData::new(text.to_owned(), Vec::new());
        self.send("input", PlatformEventData::new(Box::new(data)), id);
    }

    /// Holds a button for its second, the way of a keyboard: the act is asked for, and confirmed.
    pub fn hold(&mut self, words: &str) {
        self.press(words);
        assert!(self.html().contains("alertdialog"), "asked first");
        self.press(words);
    }

    /// Elements that listen for an event, with the words in them, in the order of the page.
    fn listening(&self, event: &str) -> Vec<(String, ElementId)> {
        let mut found = Vec::new();
        let walk = Walk { dom: &self.dom, event };
        walk.node(self.dom.base_scope().root_node(), &mut found);
        found
    }
}

struct Walk<'a> {
    dom: &'a VirtualDom,
    event: &'a str,
}

impl Walk<'_> {
    fn node(&self, node: &VNode, found: &mut Vec<(String, ElementId)>) -> String {
        node.template.roots.iter().map(|root| self.template(node, root, found)).collect()
    }

    fn template(&self, node: &VNode, part: &TemplateNode, found: &mut Vec<(String, ElementId)>) -> String {
        match part {
            TemplateNode::Text { text } => (*text).to_owned(),
            TemplateNode::Dynamic { id } => self.dynamic(node, *id, found),
            TemplateNode::Element { attrs, children, .. } => {
                let text: String = children.iter().map(|child| self.template(node, child, found)).collect();
                for attr in *attrs {
                    let TemplateAttribute::Dynamic { id } = attr else { continue };
                    let listens = |name: &str| name.strip_prefix("on") == Some(self.event);
                    if node.dynamic_attrs[*id].iter().any(|attr| listens(attr.name))
                        && let Some(element) = node.mounted_dynamic_attribute(*id, self.dom)
                    {
                        found.push((text.clone(), element));
                    }
                }
                text
            }
        }
    }

    fn dynamic(&self, node: &VNode, id: usize, found: &mut Vec<(String, ElementId)>) -> String {
        match &node.dynamic_nodes[id] {
            DynamicNode::Text(text) => text.value.clone(),
            DynamicNode::Placeholder(_) => String::new(),
            DynamicNode::Fragment(nodes) => nodes.iter().map(|node| self.node(node, found)).collect(),
            DynamicNode::Component(component) => component
                .mounted_scope(id, node, self.dom)
                .map(|scope| self.node(scope.root_node(), found))
                .unwrap_or_default(),
        }
    }
}
