//! What keeps a seal from being worked, in words that say what to do.

use seal_core::cover::NotOfCase;
use seal_core::doc::SealLife;
use seal_core::seal::fit::Unfit;
use seal_core::seal::permit::{ArmRefusal, DisarmRefusal, RecordRefusal};
use seal_core::seal::preflight::{Check, CheckKind, CheckResult};
use seal_core::seal::reading::{LockAction, RefusalReason, UncertainWhy};
use seal_core::seal::state::Misfit;

use super::stored::store_trouble;
use crate::actions::lock_command::SealTrouble;
use crate::ports::seal_link::LinkTrouble;
use crate::t;
use crate::ui::components::{CheckState, TodoItem};

/// Any act with a seal that did not begin; `refused` words the act's own reasons.
pub fn seal_trouble<R>(trouble: &SealTrouble<R>, refused: impl FnOnce(&R) -> String) -> String {
    match trouble {
        SealTrouble::NoCase(_) => t!("case-gone"),
        SealTrouble::Refused(reason) => refused(reason),
        SealTrouble::Link(error) => link(error),
        SealTrouble::Store(error) => store_trouble(error),
    }
}

/// The radio.
pub fn link(trouble: &LinkTrouble) -> String {
    match trouble {
        LinkTrouble::RadioOff => t!("errors-radio-off"),
        LinkTrouble::NotAllowed => t!("errors-radio-not-allowed"),
        LinkTrouble::NotHeard => t!("errors-not-heard"),
        LinkTrouble::TooFar => t!("errors-too-far"),
        LinkTrouble::Busy => t!("errors-seal-busy"),
        LinkTrouble::OtherSeal { found } => t!("errors-other-seal", found = found.to_string()),
        LinkTrouble::NotAccepted => t!("errors-not-accepted"),
        LinkTrouble::NoTicket(why) => {
            tracing::warn!(why, "no right to a seal");
            t!("errors-no-ticket")
        }
        LinkTrouble::LinkLost => t!("errors-link-lost"),
        LinkTrouble::NoAnswer => t!("errors-no-answer"),
        LinkTrouble::Unreadable(detail) => {
            tracing::warn!(detail, "seal answer");
            t!("errors-unreadable")
        }
    }
}

/// A seal that must not be used.
pub fn unfit(reason: &Unfit) -> String {
    match reason {
        Unfit::Unknown => t!("errors-unfit-unknown"),
        Unfit::NotElectronic => t!("errors-unfit-not-electronic"),
        Unfit::RadioNotSpoken => t!("errors-unfit-radio"),
        Unfit::OutOfUse(SealLife::Retired) => t!("errors-unfit-retired"),
        Unfit::OutOfUse(SealLife::Lost) => t!("errors-unfit-lost"),
        Unfit::OutOfUse(SealLife::Used) => t!("errors-unfit-used"),
        Unfit::OutOfUse(SealLife::Damaged) => t!("errors-unfit-damaged"),
        Unfit::OutOfUse(_) => t!("errors-unfit-repair"),
        Unfit::OnOtherCase(_) => t!("errors-unfit-elsewhere"),
    }
}

/// A lock whose state does not allow it.
pub fn misfit(reason: &Misfit) -> String {
    match reason {
        Misfit::AlreadyArmed => t!("errors-already-armed"),
        Misfit::EarlierCommandOpen => t!("errors-command-open"),
        Misfit::NotArmed => t!("errors-not-closed"),
        Misfit::Gone => t!("errors-seal-gone"),
        Misfit::UnknownCommand => t!("errors-command-open"),
    }
}

/// A container that is not of the case.
fn not_of_case(other: &NotOfCase) -> String {
    t!("cover-not-of-case", container = other.0.to_string())
}

/// Why arming did not begin.
pub fn arm(reason: &ArmRefusal) -> String {
    match reason {
        ArmRefusal::NoRole => t!("errors-no-role"),
        ArmRefusal::NotPrepared | ArmRefusal::PreparedTooLongAgo => t!("errors-check-first"),
        ArmRefusal::Stopped(kinds) => {
            let names: Vec<String> = kinds.iter().map(|kind| check_title(*kind)).collect();
            t!("errors-checks-stop", checks = names.join(", "))
        }
        ArmRefusal::Needs(need) => super::duty::need(need),
        ArmRefusal::Lock(reason) => misfit(reason),
        ArmRefusal::Cover(other) => not_of_case(other),
    }
}

/// Why the seal stays on.
pub fn disarm(reason: &DisarmRefusal) -> String {
    match reason {
        DisarmRefusal::NotOnCase => t!("errors-not-on-case"),
        DisarmRefusal::NoRole => t!("errors-no-role"),
        DisarmRefusal::WrongOffice { destination } => t!("errors-wrong-office", office = destination.as_str()),
        DisarmRefusal::CommandOpen => t!("errors-command-open"),
        DisarmRefusal::NotClosed => t!("errors-not-closed"),
        DisarmRefusal::NotInspected => t!("errors-not-inspected"),
        DisarmRefusal::Held => t!("errors-held"),
        DisarmRefusal::Conflict => t!("errors-conflict"),
        DisarmRefusal::SecondOfficer => t!("errors-second-officer"),
    }
}

/// Why a seal was not recorded.
pub fn record(reason: &RecordRefusal) -> String {
    match reason {
        RecordRefusal::NoRole => t!("errors-no-role"),
        RecordRefusal::MethodDoesNotFit => t!("errors-method"),
        RecordRefusal::Needs(need) => super::duty::need(need),
        RecordRefusal::Unfit(reason) => unfit(reason),
        RecordRefusal::Lock(reason) => misfit(reason),
        RecordRefusal::Cover(other) => not_of_case(other),
        RecordRefusal::StaysOn(reason) => disarm(reason),
    }
}

/// What the seal said when it refused, and what to do now.
pub fn refusal(reason: RefusalReason, action: LockAction) -> (String, Vec<TodoItem>) {
    let todo = |text: String, why: String| TodoItem { text, why };
    let again = match action {
        LockAction::Arm => todo(t!("arm-do-lock-again"), t!("arm-do-again-why")),
        LockAction::Disarm => todo(t!("arm-do-open-again"), t!("arm-do-again-why")),
    };
    let other = || todo(t!("arm-do-other-seal"), t!("arm-do-other-seal-why"));
    match reason {
        RefusalReason::RopeNotInserted => (
            t!("arm-refused-rope"),
            vec![todo(t!("arm-do-wipe"), t!("arm-do-wipe-why")), todo(t!("arm-do-click"), String::new()), again],
        ),
        RefusalReason::BatteryTooLow => {
            (t!("arm-refused-battery"), vec![todo(t!("arm-do-charge"), String::new()), other()])
        }
        RefusalReason::MotorStuck => {
            (t!("arm-refused-motor"), vec![todo(t!("arm-do-ease"), t!("arm-do-ease-why")), again, other()])
        }
        RefusalReason::ShellOpen => (t!("arm-refused-shell"), vec![todo(t!("arm-do-shell"), String::new()), other()]),
        RefusalReason::RopeCut => (t!("arm-refused-cut"), vec![todo(t!("arm-do-photo-rope"), String::new()), other()]),
        RefusalReason::NotAuthorised => {
            (t!("arm-refused-rights"), vec![todo(t!("arm-do-registrar"), String::new()), other()])
        }
        RefusalReason::AlreadyDone | RefusalReason::NotSealed => {
            (t!("arm-refused-state"), vec![todo(t!("arm-do-read"), String::new())])
        }
        RefusalReason::NeedsPresence => {
            (t!("arm-refused-presence"), vec![todo(t!("arm-do-press-button"), String::new())])
        }
        RefusalReason::NeedsSecondOfficer => (
            t!("arm-refused-second"),
            vec![
                todo(t!("arm-do-second"), t!("arm-do-second-why")),
                todo(t!("arm-do-sign-in"), t!("arm-do-sign-in-why")),
            ],
        ),
        RefusalReason::NeedsFreshTicket => (
            t!("arm-refused-fresh"),
            vec![
                todo(t!("arm-do-coverage"), t!("arm-do-coverage-why")),
                todo(t!("arm-do-second"), t!("arm-do-second-why")),
            ],
        ),
        RefusalReason::Moving => (t!("arm-refused-moving"), vec![todo(t!("arm-do-read"), String::new())]),
        RefusalReason::MemoryFailed => (t!("arm-refused-memory"), vec![other()]),
        RefusalReason::InAlarm => {
            (t!("arm-refused-alarm"), vec![todo(t!("arm-do-photo-seal"), t!("arm-do-photo-seal-why")), other()])
        }
        RefusalReason::PowerFailed => (t!("arm-refused-power"), vec![again, other()]),
    }
}

/// Why nobody knows.
pub fn uncertain(why: UncertainWhy) -> String {
    match why {
        UncertainWhy::LinkLost => t!("arm-unsure-link"),
        UncertainWhy::NoAnswer => t!("arm-unsure-silent"),
        UncertainWhy::NotReadBack => t!("arm-unsure-not-read"),
        UncertainWhy::Jammed => t!("arm-unsure-jammed"),
        UncertainWhy::Interrupted => t!("arm-unsure-interrupted"),
    }
}

/// Name of a check.
pub fn check_title(kind: CheckKind) -> String {
    match kind {
        CheckKind::Identity => t!("arm-check-identity"),
        CheckKind::Battery => t!("arm-check-battery"),
        CheckKind::Clock => t!("arm-check-clock"),
        CheckKind::Rope => t!("arm-check-rope"),
        CheckKind::SelfTest => t!("arm-check-self-test"),
        CheckKind::Password => t!("arm-check-password"),
        CheckKind::Gnss => t!("arm-check-gnss"),
        CheckKind::Mobile => t!("arm-check-mobile"),
        CheckKind::Platform => t!("arm-check-platform"),
        CheckKind::LockFree => t!("arm-check-lock"),
    }
}

/// A check as the list shows it: state, its word, what stands under it, and the figure.
pub fn check(check: &Check) -> (CheckState, String, String, String) {
    let (state, word) = match check.result {
        CheckResult::Ok => (CheckState::Ok, t!("state-ok")),
        CheckResult::Warn => (CheckState::Warn, t!("state-warn")),
        CheckResult::Stop if check.kind == CheckKind::Rope => (CheckState::Now, t!("state-now")),
        CheckResult::Stop => (CheckState::Bad, t!("state-bad")),
        CheckResult::Unknown => (CheckState::Todo, t!("state-unsure")),
    };
    let good = check.result == CheckResult::Ok;
    let found = check.found.unwrap_or(0);
    let sub = match (check.kind, check.result) {
        (CheckKind::Identity, CheckResult::Ok) => t!("arm-check-identity-ok"),
        (CheckKind::Identity, _) => t!("arm-check-identity-bad"),
        (CheckKind::Battery, CheckResult::Ok) => t!("arm-check-battery-ok", needed = check.needed.unwrap_or(0)),
        (CheckKind::Battery, _) => t!("arm-check-battery-bad", needed = check.needed.unwrap_or(0)),
        (CheckKind::Clock, CheckResult::Ok) => t!("arm-check-clock-ok"),
        (CheckKind::Clock, _) => t!("arm-check-clock-warn"),
        (CheckKind::Rope, CheckResult::Ok) => t!("arm-check-rope-ok"),
        (CheckKind::Rope, _) => t!("arm-check-rope-bad"),
        (CheckKind::SelfTest | CheckKind::Gnss | CheckKind::Mobile, CheckResult::Unknown) => t!("arm-check-not-told"),
        (CheckKind::SelfTest, CheckResult::Ok) => t!("arm-check-self-test-ok"),
        (CheckKind::SelfTest, _) => t!("arm-check-self-test-bad", parts = parts(&check.parts)),
        (CheckKind::Password, CheckResult::Ok) => t!("arm-check-password-ok"),
        (CheckKind::Password, _) => t!("arm-check-password-bad"),
        (CheckKind::Gnss, CheckResult::Ok) => t!("arm-check-gnss-ok"),
        (CheckKind::Gnss, _) => t!("arm-check-gnss-warn"),
        (CheckKind::Mobile, CheckResult::Ok) => t!("arm-check-mobile-ok"),
        (CheckKind::Mobile, _) => t!("arm-check-mobile-warn"),
        (CheckKind::Platform, CheckResult::Ok) => t!("arm-check-platform-ok"),
        (CheckKind::Platform, CheckResult::Unknown) => t!("arm-check-platform-unknown"),
        (CheckKind::Platform, _) => t!("arm-check-platform-warn"),
        (CheckKind::LockFree, CheckResult::Ok) => t!("arm-check-lock-ok"),
        (CheckKind::LockFree, _) => t!("arm-check-lock-bad"),
    };
    let value = match check.kind {
        CheckKind::Battery => format!("{found}\u{a0}%"),
        CheckKind::Clock => seconds(found),
        CheckKind::Mobile if good => format!("{found}/4"),
        _ => String::new(),
    };
    (state, word, sub, value)
}

/// `+2 s`, or minutes where there are many.
pub fn seconds(drift: i64) -> String {
    let sign = if drift < 0 { "−" } else { "+" };
    match drift.abs() {
        s @ 0..=599 => format!("{sign}{s}\u{a0}s"),
        s => format!("{sign}{}\u{a0}min", s / 60),
    }
}

fn parts(names: &[String]) -> String {
    let words: Vec<String> = names
        .iter()
        .map(|name| match name.as_str() {
            "shell" => t!("arm-part-shell"),
            "motor" => t!("arm-part-motor"),
            "gnss" => t!("arm-part-gnss"),
            "flash" => t!("arm-part-flash"),
            other => other.to_owned(),
        })
        .collect();
    words.join(", ")
}
