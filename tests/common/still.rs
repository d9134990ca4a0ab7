//! The screen of a route, rendered once and read, over a bench whose officers and offices have names. With `SHOTS=<folder>` each is also
//! written there as a page, to be looked at.
#![allow(dead_code)]

use crate::bench::*;
use crate::phone::StandingSync;
use dioxus::prelude::*;
use jiff::SignedDuration;
use seal_core::doc::Doc;
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole};
use seal_core::fact::{Fact, PhotoTaken, Stage};
use seal_core::ids::CaseId;
use seal_core::officer::{Officer, Role};
use seal_core::rules::RulePack;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::read_seal_log::read_seal_log;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::practice::Practice;
use seal_field::ports::store::Store as _;
use seal_field::ports::sync::SyncStatus;
use seal_field::ui::desk::DeskParts;
use seal_field::ui::route::Route;
use seal_field::ui::screens::{App, AppProps, DeskPartsProp};
use seal_simulator::Trouble;
use std::sync::Arc;

/// The screen of `route` as `officer` sees it.
pub fn screen(bench: &Bench, officer: &Officer, route: &Route, shot: &str) -> String {
    screen_with(bench, officer, route, shot, None)
}

pub fn screen_with(
    bench: &Bench,
    officer: &Officer,
    route: &Route,
    shot: &str,
    practice: Option<Arc<dyn Practice>>,
) -> String {
    let note = |name: &str, json: String| bench.device.store.set_note(name, Some(&json)).unwrap();
    note("officer", serde_json::to_string(officer).unwrap());
    note("path", serde_json::to_string(&[route]).unwrap());
    let status = SyncStatus { since: Some(bench.now()), ..SyncStatus::default() };
    let parts = DeskParts { kit: bench.kit.clone(), sync: StandingSync::at(status), practice, camera_url: None };
    let mut dom = VirtualDom::new_with_props(App, AppProps { parts: DeskPartsProp(parts) });
    dom.rebuild_in_place();
    let html = dioxus_ssr::render(&dom);
    if let Ok(folder) = std::env::var("SHOTS") {
        let page = format!(
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>{html}"
        );
        std::fs::write(std::path::Path::new(&folder).join(format!("{shot}.html")), page).unwrap();
    }
    let body = html.rsplit_once("</symbol>").expect("icons are in the page").1.to_owned();
    assert_eq!(body.matches("<h1").count(), 1, "{shot}: one h1");
    for word in
        ["Vui lòng", "thành công", "inspect-", "return-", "verdict-", "queue-", "log-kind", "check-ask", "fact-"]
    {
        let text = without_tags(&body);
        assert!(!text.contains(word), "{shot}: {word}: {text}");
    }
    body
}

/// What is read on the screen.
pub fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
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
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn says(html: &str, words: &[&str]) {
    let text = without_tags(html);
    for word in words {
        assert!(text.contains(word), "“{word}” is not on the screen: {text}");
    }
}

/// The bench of the acts' tests with offices, people and the shipped rules.
pub fn world(trouble: &[Trouble]) -> Bench {
    let bench = Bench::new(trouble);
    let rules = RulePack::parse(include_str!("../../assets/rules/2026.json")).unwrap();
    let named = |officer: &Officer, name: &str| Doc::Officer(Officer { name: name.to_owned(), ..officer.clone() });
    bench.documents(vec![
        named(&bench.a, "Nguyễn Minh Khoa"),
        named(&bench.b, "Trần Thị Hà"),
        named(&supervisor(), "Lê Văn Sơn"),
    ]);
    bench.rules(rules, &[("03EE", "Đình Vũ"), ("15BB", "Hữu Nghị"), ("02CI", "Cảng Sài Gòn KV1")]);
    bench
}

pub fn supervisor() -> Officer {
    officer("son.lv", "15BB", &[Role::Officer, Role::Supervisor])
}

/// Sealed at Đình Vũ, a day on the road, read at Hữu Nghị.
pub async fn arrived(trouble: &[Trouble]) -> Bench {
    let bench = world(trouble);
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &bench.no, &PATIENCE).await.unwrap());
    arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &PATIENCE, &quiet).await.unwrap();
    for role in [PhotoRole::ClosedLock, PhotoRole::RopePath] {
        picture(&bench, role, Stage::Arm, Some(bench.case), &bench.a, "#7a93a8");
    }
    bench.pass(SignedDuration::from_hours(9));
    read_seal_log(&bench.kit, &bench.b, bench.case, &bench.no, &PATIENCE).await.unwrap();
    bench
}

/// A picture with a colour of its own.
pub fn picture(
    bench: &Bench,
    role: PhotoRole,
    stage: Stage,
    case: Option<CaseId>,
    officer: &Officer,
    colour: &str,
) -> PhotoRef {
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 400'><rect width='300' height='400' fill='{colour}'/>\
         <rect x='90' y='120' width='120' height='170' rx='18' fill='#222'/><path d='M110 120c0-90 80-90 80 0' fill='none' stroke='#ddd' stroke-width='12'/></svg>"
    );
    let photo = PhotoRef {
        sha256: bench.device.photos.keep(svg.as_bytes()).unwrap(),
        bytes: svg.len() as u64,
        media_type: "image/svg+xml".to_owned(),
        width: 300,
        height: 400,
        thumbnail: None,
    };
    let taken =
        PhotoTaken { photo: photo.clone(), role, stage, quality: PhotoQuality::Good, from_camera: true, parcel: None };
    bench.kit.record(officer, case, vec![Fact::PhotoTaken(taken)]).unwrap();
    photo
}
