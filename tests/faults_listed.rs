//! `docs/faults.md` names every fault, and every test it names exists.

use std::path::Path;

#[test]
fn every_fault_is_listed_and_every_named_test_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/faults.md")).unwrap();
    let mut missing = Vec::new();
    for n in 1..=43 {
        let line = text.lines().find(|line| line.starts_with(&format!("| F{n:02} ")));
        match line {
            None => missing.push(format!("F{n:02} is not listed")),
            Some(line)
                if !line.contains("::")
                    && !line.contains("worlds")
                    && !line.contains("none")
                    && !line.contains("as F") =>
            {
                missing.push(format!("F{n:02} names neither a test nor a reason"));
            }
            Some(_) => {}
        }
    }
    for name in text.split('`').filter(|piece| piece.contains("::")) {
        let (file, test) = name.split_once("::").unwrap();
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        if !source.contains(&format!("fn {test}(")) {
            missing.push(format!("no test {name}"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
