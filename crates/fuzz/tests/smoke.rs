//! A few inputs for each target at every test run, always the same ones. Many more: `./run fuzz`.

use seal_fuzz::run::{run, show};

fn smoke(name: &str) {
    let targets = seal_fuzz::targets();
    let target = targets.iter().find(|target| target.name == name).expect("a target of this name");
    if let Err(found) = run(target, target.smoke, 2_026, 0, |_| {}) {
        panic!("{name}, input {}: {}\n{}", found.input, found.says, show(&found.shorter));
    }
}

macro_rules! smoke {
    ($($(#[$feature:meta])? $test:ident = $name:literal,)*) => {
        const NAMES: &[&str] = &[$($(#[$feature])? $name,)*];
        $($(#[$feature])? #[test] fn $test() { smoke($name); })*
    };
}

smoke! {
    container = "container",
    declaration = "declaration",
    seal_no = "seal-no",
    waybill = "waybill",
    ids = "ids",
    range = "range",
    scan = "scan",
    gs1 = "gs1",
    slip = "slip",
    search = "search",
    event = "event",
    cbor = "cbor",
    fact = "fact",
    offer = "offer",
    enrolment = "enrolment",
    rules = "rules",
    manifest = "manifest",
    pack_file = "pack-file",
    messages = "messages",
    a7 = "a7",
    a7_name = "a7-name",
    seal_protocol = "seal-protocol",
    seal_ticket = "seal-ticket",
    seal_log = "seal-log",
    seal_advert = "seal-advert",
    frames = "frames",
    carried = "carried",
    seal_table = "seal-table",
    central = "central",
    central_push = "central-push",
    #[cfg(feature = "app")]
    pictures = "pictures",
    #[cfg(feature = "app")]
    page_text = "page-text",
    #[cfg(feature = "app")]
    page_binary = "page-binary",
    #[cfg(feature = "app")]
    answers = "answers",
}

#[test]
fn every_target_is_in_the_smoke_test() {
    let names: Vec<&str> = seal_fuzz::targets().iter().map(|target| target.name).collect();
    assert_eq!(names, NAMES);
}
