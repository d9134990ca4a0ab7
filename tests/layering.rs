//! The layers of the app point one way, and each foreign library has one home.
//!
//! Reads the sources as text, without comments, string contents and unit tests.
//! A new top-level module needs a row in [`LAYERS`]: where it belongs is a decision.

use std::fs;
use std::path::Path;

/// A top-level module of the app, and those it may name besides itself.
/// `seal_core` is open to all.
const LAYERS: &[(&str, &[&str])] = &[
    ("ports", &[]),
    ("actions", &["ports"]),
    ("sync", &["ports"]),
    ("i18n", &[]),
    ("ui", &["ports", "actions", "sync", "i18n"]),
    ("platform", &["ports"]),
    ("adapters", &["ports", "platform"]),
];

/// Where everything is wired; these see all layers and all libraries.
const WIRING: &[&str] = &["lib", "main", "app", "bin", "practice", "shell"];

/// A library, and the only layers that may name it (besides the wiring).
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["adapters"]),
    ("rusqlite_migration", &["adapters"]),
    ("reqwest", &["adapters"]),
    ("rustls", &["adapters"]),
    // Its start on Android is the platform's.
    ("btleplug", &["adapters", "platform"]),
    ("zbus", &["platform"]),
    ("bluer", &[]),
    ("rxing", &["adapters"]),
    ("krilla", &["adapters"]),
    ("harfrust", &["adapters"]),
    ("seal_barcode", &["adapters"]),
    ("jni", &["platform"]),
    ("security_framework", &["platform"]),
    ("security_framework_sys", &["platform"]),
    ("core_foundation", &["platform"]),
    ("ndk_context", &["platform"]),
    ("rustix", &["platform"]),
    ("libc", &["platform"]),
    ("dioxus", &["ui"]),
    // One UI for every renderer: which one draws it is the wiring's business.
    // The system's webview has questions of its own to answer.
    ("dioxus_desktop", &["platform"]),
    ("webkit2gtk", &["platform"]),
    ("dioxus_liveview", &[]),
    // The camera's socket for the browser and the window; a server is started by the wiring alone.
    ("axum", &["adapters"]),
    ("seal_central", &[]),
    ("seal_simulator", &["adapters"]),
    ("seal_protocol", &["adapters"]),
    ("seal_a7", &["adapters"]),
    ("seal_prints", &[]),
];

/// What has no place in the pure core: input and output, waiting, and clocks.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "now_v7",
    "new_v4",
    "async fn",
    "async move",
    ".await",
];

/// Layers that take time from the clock port alone: the wall clock can be set by hand, and
/// `Instant` stands still while a phone sleeps. Others may time a computation.
const CLOCKLESS: &[&str] = &["ports", "actions", "sync"];
const CLOCKS: &[&str] = &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];

/// A file of tests that no program has would never run, and nobody would see it.
#[test]
fn every_file_of_tests_is_in_a_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut forgotten = Vec::new();
    for (package, programs) in [("", &["main", "journeys"][..]), ("crates/central", &["main"])] {
        let folder = root.join(package);
        let mut known = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for program in programs {
            known += &fs::read_to_string(folder.join(format!("tests/{program}.rs"))).unwrap();
        }
        for file in fs::read_dir(folder.join("tests")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.file_stem().unwrap().to_str().unwrap();
                let is_in =
                    known.contains(&format!("mod {name};\n")) || known.contains(&format!("\"tests/{name}.rs\""));
                if !is_in {
                    forgotten.push(path);
                }
            }
        }
    }
    assert!(forgotten.is_empty(), "{forgotten:#?}");
}

/// Every breach in one file of the app; `path` is relative to `src/`.
fn app_breaches(path: &str, source: &str) -> Vec<String> {
    let code = code_of(source);
    let modules = module_path(path);
    let layer = modules.first().map_or("lib", String::as_str);
    let mut breaches = Vec::new();

    if layer != "platform" && has_word(&code, "target_os") {
        breaches.push(format!("src/{path}: target_os belongs under src/platform/ only"));
    }
    if WIRING.contains(&layer) {
        return breaches;
    }
    if CLOCKLESS.contains(&layer) {
        for clock in CLOCKS.iter().filter(|clock| has_word(&code, clock)) {
            breaches.push(format!("src/{path}: `{layer}` takes time from the clock port, no `{clock}`"));
        }
    }
    let Some((_, below)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        breaches.push(format!("src/{path}: `{layer}` is no known layer; give it a row in tests/layering.rs"));
        return breaches;
    };
    let known = |name: &str| WIRING.contains(&name) || LAYERS.iter().any(|(layer, _)| *layer == name);
    for named in named_from_root(&code, modules.len()) {
        if named != layer && known(&named) && !below.contains(&named.as_str()) {
            breaches.push(format!("src/{path}: `{layer}` must not name `{named}`"));
        }
    }
    for (library, homes) in HOMES {
        if !homes.contains(&layer) && names_library(&code, library) {
            breaches.push(format!("src/{path}: `{layer}` must not name `{library}`"));
        }
    }
    breaches
}

/// Every breach in one file of `crates/core`; `path` is relative to its `src/`.
fn core_breaches(path: &str, source: &str) -> Vec<String> {
    let code = code_of(source);
    let mut words: Vec<&str> = IMPURE.to_vec();
    words.push("target_os");
    words
        .into_iter()
        .filter(|word| has_word(&code, word))
        .map(|word| format!("crates/core/src/{path}: the core is pure, no `{word}`"))
        .collect()
}

/// `ui/screens/home.rs` is the module `ui::screens::home`.
fn module_path(path: &str) -> Vec<String> {
    let mut modules: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if modules.last().is_some_and(|last| last == "mod") {
        modules.pop();
    }
    modules
}

/// The first names of all paths that start at the crate's root, in a file `depth` modules deep.
fn named_from_root(code: &str, depth: usize) -> Vec<String> {
    let mut names = Vec::new();
    for root in ["crate::", "seal_field::"] {
        for (at, _) in code.match_indices(root) {
            if starts_word(code, at) {
                heads(&code[at + root.len()..], &mut names);
            }
        }
    }
    // `super::` as often as the file is deep arrives at the root too.
    let up = "super::".repeat(depth);
    for (at, _) in code.match_indices(&up) {
        let rest = &code[at + up.len()..];
        if starts_word(code, at) && !code[..at].ends_with("::") && !rest.starts_with("super::") {
            heads(rest, &mut names);
        }
    }
    names
}

/// The first name of each path in `a::b`, `{a::b, c}` and nothing behind it.
fn heads(rest: &str, names: &mut Vec<String>) {
    let rest = rest.trim_start();
    let Some(group) = rest.strip_prefix('{') else {
        names.push(rest.chars().take_while(|c| is_word(*c)).collect());
        return;
    };
    let (mut depth, mut at_head) = (0, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return,
            '}' => depth -= 1,
            ',' if depth == 0 => at_head = true,
            c if at_head && is_word(c) => {
                names.push(group[at..].chars().take_while(|c| is_word(*c)).collect());
                at_head = false;
            }
            _ => {}
        }
    }
}

/// `library::…` as a path, `use library`, or `extern crate library`.
fn names_library(code: &str, library: &str) -> bool {
    code.match_indices(library).any(|(at, _)| {
        let before = code[..at].trim_end_matches("::").trim_end();
        let (head, tail) = (&code[..at], &code[at + library.len()..]);
        // `crate::jni` is a module of ours; `::jni` is the library.
        let ours = head.ends_with("::") && head.trim_end_matches("::").ends_with(is_word);
        let in_use = before.ends_with("use") || before.ends_with("crate");
        starts_word(code, at) && !ours && (tail.starts_with("::") || (in_use && !tail.starts_with(is_word)))
    })
}

fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| starts_word(code, at) && !code[at + word.len()..].starts_with(is_word))
}

fn starts_word(code: &str, at: usize) -> bool {
    !code[at..].starts_with(is_word) || !code[..at].ends_with(is_word)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The source without comments, the contents of strings, and its unit tests.
fn code_of(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => 1 + text_len(&rest[1..]),
            'r' if !code.ends_with(is_word) => raw_text_len(rest).unwrap_or(0),
            '\'' => char_len(rest).unwrap_or(0),
            _ => 0,
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            rest = &rest[skipped..];
        }
    }
    // By custom a file's unit tests stand at its end.
    let tests =
        code.match_indices("#[cfg(test)]").find(|(at, mark)| code[at + mark.len()..].trim_start().starts_with("mod "));
    if let Some((at, _)) = tests {
        code.truncate(at);
    }
    code
}

/// Bytes of a string's contents and its closing quote.
fn text_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Bytes of `r"…"` or `r#"…"#`, if that is what stands here.
fn raw_text_len(text: &str) -> Option<usize> {
    let hashes = text[1..].chars().take_while(|c| *c == '#').count();
    let open = 1 + hashes;
    text[open..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text[open + 1..].find(&close)?;
    Some(open + 1 + end + close.len())
}

/// Bytes of a character literal; `None` for a lifetime.
fn char_len(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    match chars.next()?.1 {
        '\\' => {
            chars.next()?;
            chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1)
        }
        _ => chars.next().filter(|(_, c)| *c == '\'').map(|(at, _)| at + 1),
    }
}

/// All Rust files below `folder` except test modules, as (relative path, text).
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(&next).expect("a source folder is readable") {
            let path = entry.expect("a source folder is readable").path();
            let relative =
                path.strip_prefix(folder).expect("it lies below").to_str().expect("source names are plain").to_owned();
            if path.is_dir() {
                waiting.push(path);
            } else if relative.ends_with(".rs") && !relative.ends_with("tests.rs") {
                found.push((relative, fs::read_to_string(&path).expect("readable")));
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_app_keeps_its_layers() {
    let breaches: Vec<String> =
        sources(&root().join("src")).iter().flat_map(|(path, text)| app_breaches(path, text)).collect();
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn the_core_is_pure() {
    let breaches: Vec<String> =
        sources(&root().join("crates/core/src")).iter().flat_map(|(path, text)| core_breaches(path, text)).collect();
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

#[test]
fn no_library_crate_reaches_up() {
    for (library, may) in [
        ("barcode", &[][..]),
        ("core", &[]),
        ("prints", &["seal-core"]),
        ("seal-protocol", &[]),
        ("simulator", &["seal-core", "seal-protocol"]),
        ("central", &["seal-core", "seal-protocol"]),
    ] {
        let manifest = fs::read_to_string(root().join(format!("crates/{library}/Cargo.toml")))
            .expect("every library has a manifest");
        let reached = manifest
            .lines()
            // Tests may reach further, but they come last.
            .take_while(|line| !line.starts_with("[dev-dependencies]"))
            .filter_map(|line| line.split(['.', '=', ' ']).next())
            .filter(|name| name.starts_with("seal-"));
        for name in reached {
            assert!(may.contains(&name), "crates/{library} depends on {name}");
        }
    }
}

#[test]
fn planted_breaches_are_found() {
    for (path, planted, told) in [
        ("ports/clock.rs", "use crate::actions::arm;", "`ports` must not name `actions`"),
        ("actions/arm.rs", "fn f(x: crate::adapters::Store) {}", "must not name `adapters`"),
        ("actions/arm.rs", "use crate::{ports::Clock, sync::{A, B}, ui};", "must not name `sync`"),
        ("actions/arm.rs", "use crate::{\n    ports::{Clock, Store},\n    ui,\n};", "must not name `ui`"),
        ("actions/arm.rs", "use super::super::ui::Screen;", "must not name `ui`"),
        ("sync/mod.rs", "pub use super::app;", "must not name `app`"),
        ("i18n/mod.rs", "use seal_field::ports::Clock;", "must not name `ports`"),
        ("ui/home.rs", "let s = rusqlite::Connection::open(p);", "must not name `rusqlite`"),
        ("ui/home.rs", "use ::reqwest;", "must not name `reqwest`"),
        ("ui/home.rs", "use dioxus_liveview::Pool;", "must not name `dioxus_liveview`"),
        ("platform/mod.rs", "use crate::adapters::X;", "must not name `adapters`"),
        ("app.rs", "#[cfg(target_os = \"ios\")] fn f() {}", "src/platform/ only"),
        ("adapters/x.rs", "if cfg!(target_os = \"android\") {}", "src/platform/ only"),
        ("adapters/x.rs", "let c = '\"'; use crate::ui; let d = '\"';", "must not name `ui`"),
        ("sync/mod.rs", "let t = std::time::Instant::now();", "clock port"),
        ("helpers.rs", "", "no known layer"),
    ] {
        let breaches = app_breaches(path, planted);
        assert!(
            breaches.iter().any(|breach| breach.contains(told)),
            "{path}: {planted}\nexpected: {told}\ngot: {breaches:?}"
        );
    }
    for planted in ["let n = jiff::Timestamp::now();", "pub async fn f() {}", "use std::fs;"] {
        assert_eq!(core_breaches("x.rs", planted).len(), 1, "{planted}");
    }
}

#[test]
fn what_is_allowed_is_not_a_breach() {
    for (path, fine) in [
        ("actions/arm.rs", "use crate::actions::inspect; use crate::ports::{Clock, fake::ui_like};"),
        ("actions/arm.rs", "// use crate::ui;\n/* crate::adapters */ let s = \"crate::ui::x\";"),
        ("actions/arm.rs", "let s = r#\"say \"crate::ui\" \"#; fn f<'a>(x: &'a str) {}"),
        ("actions/arm.rs", "#[cfg(test)]\nmod tests { use crate::adapters::Store; }"),
        ("actions/deep/arm.rs", "use super::super::ports;"),
        ("adapters/store.rs", "use rusqlite::Connection; use crate::platform::free_space;"),
        ("platform/mod.rs", "#[cfg(target_os = \"ios\")] mod ios;"),
        ("ui/screens/mod.rs", "use dioxus::prelude::*; use crate::{i18n, sync};"),
        ("ui/x.rs", "mod rustls_note; fn reqwest_free() {}"),
        ("app.rs", "use crate::{adapters, platform, ui}; use seal_central::serve;"),
        ("bin/sealctl.rs", "use seal_field::adapters;"),
    ] {
        assert_eq!(app_breaches(path, fine), Vec::<String>::new(), "{path}: {fine}");
    }
    assert_eq!(core_breaches("x.rs", "/// Not `std::fs`.\nfn awaited() {}"), Vec::<String>::new());
}
