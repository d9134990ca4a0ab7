//! Stored codes in the officer's words, each message named after its code, and their icons.

use seal_core::codes::SealCondition;
use seal_core::evidence::PhotoRole;

use crate::t;

/// EDIFACT 4517 in the officer's words.
pub fn condition(code: SealCondition) -> String {
    t!(&format!("condition-{}", code.code()))
}

/// Icon of a condition.
pub fn condition_icon(code: SealCondition) -> &'static str {
    match code {
        SealCondition::Right => "shield-check",
        SealCondition::Damaged => "shield-alert",
        SealCondition::Missing => "ban",
        SealCondition::Broken => "scissors",
        SealCondition::FaultyElectronic => "cpu",
    }
}

/// The stored name of a value, as its message's ending: `closed_lock` gives `closed-lock`.
pub fn stored_name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', "-"),
        _ => String::new(),
    }
}

/// What a photograph shows.
pub fn photo_role(role: PhotoRole) -> String {
    t!(&format!("photo-of-{}", stored_name(&role)))
}

/// What a fact says, in a few words; `kind` as stored.
pub fn fact_kind(kind: &str) -> String {
    t!(&format!("fact-{}", kind.replace('_', "-")))
}

/// Icon of a kind of fact.
pub fn fact_icon(kind: &str) -> &'static str {
    match kind {
        "code_read" => "scan-barcode",
        "goods_decided" => "scale",
        "trip_declared" => "route",
        "lock_commanded" | "lock_read" | "seal_recorded" => "lock",
        "seal_prepared" => "cable",
        "photo_taken" => "image",
        "tug_tested" => "hand",
        "cargo_handed_over" => "truck",
        "seal_log_read" => "scroll-text",
        "inspected" => "eye",
        "seal_cut_off" => "scissors",
        "seal_received" | "reuse_reserved" => "repeat",
        "parcel_packed" | "parcel_handed_over" => "package",
        "parcel_received" => "package-open",
        "parcel_tracked" => "truck",
        "conflict_decided" => "scale",
        "difficulty_reported" => "message-square-warning",
        "diagnostics_given" => "cpu",
        "tracking_seen" => "radio",
        "seal_signed" => "key-round",
        "signature_checked" => "shield-check",
        "seals_issued" | "seals_offered" => "send",
        "seals_taken_over" => "hand",
        "stock_counted" => "clipboard-check",
        "seal_replaced" | "container_changed" => "repeat",
        "opened_under_supervision" => "lock-open",
        "closed_again" => "lock",
        "seal_life_changed" => "cpu",
        "loss_reported" => "triangle-alert",
        "loss_settled" => "circle-check",
        _ => "file-text",
    }
}
