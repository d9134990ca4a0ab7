use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use unicode_normalization::is_nfc;

use super::*;

type Vars = BTreeSet<String>;

/// Message ids of a catalogue with the variables each uses; panics on anything that is not plain Fluent.
fn ids(files: &[(&str, &str)]) -> BTreeMap<String, Vars> {
    let mut out = BTreeMap::new();
    for (topic, text) in files {
        let tree = fluent_syntax::parser::parse(*text)
            .unwrap_or_else(|(_, e)| panic!("{topic}.ftl is not valid Fluent: {e:?}"));
        for entry in tree.body {
            let Entry::Message(m) = entry else { continue };
            let mut vars = Vars::new();
            let pattern = m.value.unwrap_or_else(|| panic!("{topic}: {} is empty", m.id.name));
            collect(&pattern, &mut vars);
            let before = out.insert(m.id.name.to_owned(), vars);
            assert!(before.is_none(), "{topic}.ftl: {} defined twice", m.id.name);
        }
    }
    out
}

fn collect(pattern: &Pattern<&str>, vars: &mut Vars) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(e) => inline(e, vars),
                Expression::Select { selector, variants } => {
                    inline(selector, vars);
                    variants.iter().for_each(|v| collect(&v.value, vars));
                }
            }
        }
    }
}

fn inline(e: &InlineExpression<&str>, vars: &mut Vars) {
    match e {
        InlineExpression::VariableReference { id } => {
            vars.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(e) = expression.as_ref() {
                inline(e, vars);
            }
        }
        _ => {}
    }
}

#[test]
fn both_catalogues_hold_the_same_messages_and_variables() {
    let (vi, en) = (ids(VI), ids(EN));
    let missing = |a: &BTreeMap<String, Vars>, b: &BTreeMap<String, Vars>| {
        a.keys().filter(|k| !b.contains_key(*k)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(missing(&vi, &en), Vec::<String>::new(), "only in Vietnamese");
    assert_eq!(missing(&en, &vi), Vec::<String>::new(), "only in English");
    for (id, vars) in &vi {
        assert_eq!(vars, &en[id], "variables of {id}");
    }
}

#[test]
fn vietnamese_keeps_the_house_words() {
    for (topic, text) in VI {
        assert!(is_nfc(text), "{topic}.ftl is not NFC");
        for (n, line) in text.lines().enumerate() {
            if line.trim_start().starts_with('#') {
                continue;
            }
            let low = line.to_lowercase();
            for word in ["vui lòng", "thành công", "!", "hàng đợi"] {
                assert!(!low.contains(word), "{topic}.ftl:{}: “{word}”: {line}", n + 1);
            }
        }
    }
}

/// Every key written in the source as `t("…`, `t_args("…` or `t!("…` is in the catalogue.
#[test]
fn every_key_the_screens_use_exists() {
    let known = ids(VI);
    let mut files = vec![];
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(!files.is_empty());
    let mut wrong = vec![];
    for file in files {
        let text = std::fs::read_to_string(&file).expect("source is readable");
        // Doc comments show keys too; only code counts.
        let code: String =
            text.lines().filter(|l| !l.trim_start().starts_with("//")).flat_map(|l| [l.trim(), " "]).collect();
        for call in ["t(", "t_args(", "t!("] {
            for (at, _) in code.match_indices(call) {
                if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let Some(rest) = code[at + call.len()..].trim_start().strip_prefix('"') else {
                    continue;
                };
                let key = rest.split('"').next().unwrap_or("");
                if !known.contains_key(key) {
                    wrong.push(format!("{}: {key}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "keys without a message: {wrong:#?}");
}

fn walk(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("source folder is readable") {
        let path = entry.expect("entry is readable").path();
        match path.extension() {
            _ if path.is_dir() => walk(&path, out),
            Some(e) if e == "rs" && !path.ends_with("catalogue/tests.rs") => out.push(path),
            _ => {}
        }
    }
}

#[test]
fn values_stand_in_the_text_without_isolates() {
    let i = I18n::new(Lang::Vi);
    let text = i.t_args("step-of", &[("n", 4.into()), ("of", 6.into()), ("name", "Kiểm tra seal".into())]);
    assert_eq!(text, "Bước 4 trên 6: Kiểm tra seal");
    assert_eq!(I18n::new(Lang::En).t_args("items", &[("n", 1.into())]), "1 item");
    assert_eq!(I18n::new(Lang::En).t_args("items", &[("n", 1900.into())]), "1\u{a0}900 items");
    assert_eq!(i.t_args("items", &[("n", 7.into())]), "7 mục");
}

#[test]
fn an_unknown_key_answers_itself() {
    let key = ["no", "such", "key"].join("-");
    assert_eq!(I18n::default().t(&key), key);
}
