//! `sealctl scan` as somebody at a terminal uses it: what it refuses, and in whose language.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn scan(locale: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sealctl"));
    command.arg("scan").args(arguments).env_remove("LC_ALL").env_remove("LC_MESSAGES").env("LANG", locale);
    command.output().unwrap()
}

fn line(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn pictures_are_refused_in_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let heic = file(folder.path(), "a.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    let heic = heic.as_str();
    let gif = file(folder.path(), "a.gif", b"GIF89a\x01\0\x01\0");
    for (locale, arguments, text) in [
        ("vi_VN.UTF-8", vec![heic], "Ảnh HEIC chưa đọc được"),
        ("C.UTF-8", vec![heic], "Ảnh HEIC chưa đọc được"),
        ("en_US.UTF-8", vec![heic], "HEIC pictures"),
        ("en_US.UTF-8", vec!["--lang", "vi", heic], "Ảnh HEIC chưa đọc được"),
        ("", vec!["--lang", "en", heic], "HEIC pictures"),
    ] {
        let output = scan(locale, &arguments);
        assert_eq!(output.status.code(), Some(1), "{locale} {arguments:?}");
        let line = line(&output);
        assert_eq!(line["why"], "heic");
        let said = line["error"].as_str().unwrap();
        assert!(said.contains(text), "{locale} {arguments:?}: {said}");
    }
    assert_eq!(line(&scan("", &[gif.as_str()]))["why"], "broken");
    let gone = line(&scan("", &["/no/such/picture.jpg"]));
    assert_eq!(gone["why"], "file");
    assert!(gone["error"].as_str().unwrap().starts_with("Không mở được tệp"));
}

#[test]
fn wrong_use_is_refused_in_the_language_asked_for() {
    for (arguments, vi, en) in [
        (vec![], "ít nhất một tệp ảnh", "at least one picture"),
        (vec!["--colour"], "Không có tùy chọn --colour", "no option --colour"),
        (vec!["--formats", "morse", "x"], "Không có loại mã morse", "no symbology morse"),
        (vec!["--frames", "0", "x"], "một số từ 1", "a number from 1"),
        (vec!["--formats"], "tên loại mã", "names of symbologies"),
    ] {
        for (lang, text) in [("vi", vi), ("en", en)] {
            let output = scan("", &[&["--lang", lang], arguments.as_slice()].concat());
            assert_eq!(output.status.code(), Some(2));
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(said.contains(text), "{lang} {arguments:?}: {said}");
        }
    }
    assert_eq!(scan("", &["--lang", "fr", "x"]).status.code(), Some(2));
}
