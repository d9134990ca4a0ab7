//! The files that dx takes whole repeat what stands elsewhere; they must not drift apart.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between `before` and `after`, the first time.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after}")).0
}

fn plist<'a>(text: &'a str, key: &str) -> &'a str {
    let rest = between(text, &format!("<key>{key}</key>"), "</string>");
    rest.trim_start().strip_prefix("<string>").unwrap_or_else(|| panic!("{key} is no string"))
}

#[test]
fn identifier_version_and_executable_agree() {
    let dioxus = read("Dioxus.toml");
    let identifier = between(&dioxus, "identifier = \"", "\"");
    let activity = read("android/MainActivity.kt");
    let info = read("ios/Info.plist");
    assert_eq!(between(&activity, "typealias BuildConfig = ", ".BuildConfig"), identifier);
    assert_eq!(plist(&info, "CFBundleIdentifier"), identifier);
    assert_eq!(plist(&info, "CFBundleVersion"), env!("CARGO_PKG_VERSION"));
    assert_eq!(plist(&info, "CFBundleShortVersionString"), env!("CARGO_PKG_VERSION"));
    assert_eq!(plist(&info, "CFBundleExecutable"), env!("CARGO_PKG_NAME"));
}

#[test]
fn both_minimum_sdks_are_the_same() {
    let dioxus = read("Dioxus.toml");
    let linker = between(&dioxus, "android_min_sdk_version = ", " ");
    let gradle = between(&dioxus, "\nmin_sdk = ", " ");
    assert_eq!(linker, gradle);
}

#[test]
fn dx_finds_the_files_it_takes_whole() {
    let dioxus = read("Dioxus.toml");
    for key in ["android_manifest", "android_main_activity", "ios_info_plist"] {
        read(between(&dioxus, &format!("{key} = \""), "\""));
    }
    read(between(&dioxus, "proguard_rules = [\"", "\"]"));
}

#[test]
fn what_the_phone_may_do_is_asked_for_with_a_reason() {
    let manifest = read("android/AndroidManifest.xml");
    for permission in ["CAMERA", "BLUETOOTH_SCAN", "BLUETOOTH_CONNECT", "ACCESS_FINE_LOCATION", "INTERNET"] {
        assert!(manifest.contains(&format!("android.permission.{permission}\"")));
    }
    assert!(manifest.contains("neverForLocation"));
    let info = read("ios/Info.plist");
    for key in ["Camera", "BluetoothAlways", "LocationWhenInUse"] {
        assert!(!plist(&info, &format!("NS{key}UsageDescription")).is_empty());
    }
}
