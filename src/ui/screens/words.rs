//! Codes and states in the officer's words. Every key is written out, so that the catalogue test sees it.

use seal_core::case::{CasePhase, CaseView, SealOnCase};
use seal_core::codes::{CustomsSealKind, Iso17712, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::enrolment::KeyHome;
use seal_core::evidence::{PhotoQuality, PhotoRole};
use seal_core::fact::ManualMethod;
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::line::CaseLine;
use seal_core::rules::{Citation, GoodsGroup, LegalGround};
use seal_core::scan::{Symbology, Thing};
use seal_core::seal::reading::LockAction;
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;

use crate::actions::Kit;
use crate::i18n::{Lang, format};
use crate::t;
use crate::ui::components::Tone;

/// Legal ground.
pub fn ground(ground: LegalGround) -> String {
    match ground {
        LegalGround::Transit => t!("case-ground-transit"),
        LegalGround::Bonded => t!("case-ground-bonded"),
        LegalGround::TemporaryImportReExport => t!("case-ground-temporary"),
        LegalGround::OtherCustomsSeal => t!("case-ground-other"),
        LegalGround::None => t!("case-ground-none"),
    }
}

/// What follows from the group, as the decision of the screen.
pub fn group(group: GoodsGroup) -> String {
    match group {
        GoodsGroup::A => t!("case-group-mandatory"),
        GoodsGroup::B => t!("case-group-left-over"),
        GoodsGroup::C => t!("case-group-none"),
    }
}

/// The same in a few words, for chips.
pub fn group_chip(group: GoodsGroup) -> String {
    match group {
        GoodsGroup::A => t!("case-chip-mandatory"),
        GoodsGroup::B => t!("case-chip-left-over"),
        GoodsGroup::C => t!("case-chip-none"),
    }
}

/// Where a rule is written, with the pack it came in.
pub fn citation(citation: &Citation, pack: &str) -> String {
    let open = if citation.to_be_confirmed { format!(" {}", t!("case-cite-unchecked")) } else { String::new() };
    format!("{} {}{open}", cited(citation), t!("case-cite-pack", pack = pack))
}

/// Where a rule is written.
pub fn cited(citation: &Citation) -> String {
    let dated = citation
        .dated
        .map_or(String::new(), |day| format!(" {}", t!("case-cite-dated", day = day.strftime("%d/%m/%Y").to_string())));
    let place = citation.place.as_ref().map_or(String::new(), |place| format!(", {place}"));
    format!("**{}**{dated}{place}.", citation.document)
}

/// State of a seal's lock: how it looks, and its word.
pub fn lock(seal: &SealOnCase) -> (Tone, String) {
    match &seal.state {
        SealState::Free => (Tone::Warn, t!("case-seal-free")),
        SealState::Pending { .. } | SealState::Uncertain { .. } => (Tone::Unsure, t!("case-seal-uncertain")),
        SealState::ClosedArmed => (Tone::Ok, t!("case-seal-closed")),
        SealState::Refused { armed: true, action: LockAction::Disarm, .. } => (Tone::Bad, t!("case-seal-stays-closed")),
        SealState::Refused { .. } => (Tone::Bad, t!("case-seal-refused")),
        SealState::RecordedUnconfirmed if seal.party != SealingParty::Customs => {
            (Tone::Idle, t!("case-seal-announced"))
        }
        SealState::RecordedUnconfirmed => (Tone::Warn, t!("case-seal-recorded")),
        SealState::RecordedConfirmedByPlatform => (Tone::Ok, t!("case-seal-platform-closed")),
        SealState::RecordedContradicted => (Tone::Bad, t!("case-seal-contradicted")),
        SealState::Tampered => (Tone::Bad, t!("case-seal-tampered")),
        SealState::Opened => (Tone::Idle, t!("case-seal-opened")),
        SealState::RemovedUnconfirmed => (Tone::Idle, t!("case-seal-removed")),
        SealState::CutOff => (Tone::Idle, t!("case-seal-cut")),
    }
}

/// Icon of a seal.
pub fn seal_icon(seal: &SealOnCase) -> &'static str {
    match (seal.seal_type, &seal.state) {
        (_, SealState::CutOff) => "scissors",
        (_, state) if state.is_off() => "lock-open",
        (SealType::Electronic, state) if state.is_on() => "lock",
        (SealType::Electronic, _) => "shield-alert",
        _ => "anchor",
    }
}

/// EDIFACT 4525.
pub fn seal_type(kind: SealType) -> String {
    match kind {
        SealType::Mechanical => t!("case-type-mechanical"),
        SealType::Electronic => t!("case-type-electronic"),
        SealType::AirFreshVent => t!("case-type-vent"),
    }
}

/// EDIFACT 9303.
pub fn party(party: SealingParty) -> String {
    match party {
        SealingParty::Consolidator => t!("case-party-consolidator"),
        SealingParty::Unknown => t!("case-party-unknown"),
        SealingParty::Quarantine => t!("case-party-quarantine"),
        SealingParty::Carrier => t!("case-party-carrier"),
        SealingParty::Customs => t!("case-party-customs"),
        SealingParty::Shipper => t!("case-party-shipper"),
        SealingParty::Terminal => t!("case-party-terminal"),
    }
}

/// Customs seal kind.
pub fn seal_kind(kind: CustomsSealKind) -> String {
    match kind {
        CustomsSealKind::CopperCable => t!("arm-kind-copper"),
        CustomsSealKind::SteelCable => t!("arm-kind-steel"),
        CustomsSealKind::Container => t!("arm-kind-container"),
        CustomsSealKind::FlatPlastic => t!("arm-kind-plastic"),
        CustomsSealKind::Electronic => t!("arm-kind-electronic"),
    }
}

/// ISO 17712 class.
pub fn class(class: Iso17712) -> String {
    match class {
        Iso17712::Indicative => t!("arm-class-indicative"),
        Iso17712::Security => t!("arm-class-security"),
        Iso17712::High => t!("arm-class-high"),
    }
}

/// How a seal was worked without our radio.
pub fn method(method: ManualMethod) -> String {
    match method {
        ManualMethod::Card => t!("arm-method-card"),
        ManualMethod::Keypad => t!("arm-method-keypad"),
        ManualMethod::MonitoringCentre => t!("arm-method-centre"),
        ManualMethod::ByHand => t!("arm-method-hand"),
    }
}

/// Where a case stands.
pub fn phase(phase: CasePhase) -> (Tone, String) {
    match phase {
        CasePhase::ToSeal => (Tone::Idle, t!("case-phase-to-seal")),
        CasePhase::Sealing => (Tone::Info, t!("case-phase-sealing")),
        CasePhase::Uncertain => (Tone::Unsure, t!("state-unsure")),
        CasePhase::Sealed => (Tone::Ok, t!("case-phase-sealed")),
        CasePhase::Held => (Tone::Warn, t!("case-phase-held")),
        CasePhase::Closed => (Tone::Idle, t!("case-phase-closed")),
    }
}

/// What a photograph has to show, and how to take it.
pub fn photo(role: PhotoRole) -> (String, String) {
    match role {
        PhotoRole::Doors => (t!("arm-photo-doors"), t!("arm-photo-doors-how")),
        PhotoRole::RopePath => (t!("arm-photo-rope"), t!("arm-photo-rope-how")),
        PhotoRole::ClosedLock => (t!("arm-photo-lock"), t!("arm-photo-lock-how")),
        PhotoRole::Plates => (t!("arm-photo-plates"), t!("arm-photo-plates-how")),
        PhotoRole::Housing => (t!("arm-photo-housing"), t!("arm-photo-housing-how")),
        PhotoRole::Bolt => (t!("arm-photo-bolt"), t!("arm-photo-bolt-how")),
        PhotoRole::CutSeal => (t!("arm-photo-cut"), t!("arm-photo-cut-how")),
        PhotoRole::DamagedLabel => (t!("arm-photo-label"), t!("arm-photo-label-how")),
        PhotoRole::ParcelContents => (t!("arm-photo-parcel"), t!("arm-photo-parcel-how")),
        PhotoRole::Waybill => (t!("arm-photo-waybill"), t!("arm-photo-waybill-how")),
        PhotoRole::Other => (t!("arm-photo-other"), t!("arm-photo-other-how")),
    }
}

/// Quality of a photograph, as its badge.
pub fn quality(quality: PhotoQuality) -> String {
    match quality {
        PhotoQuality::Good => t!("state-ok"),
        PhotoQuality::Blurred => t!("arm-photo-blurred"),
        PhotoQuality::Bright => t!("arm-photo-bright"),
        PhotoQuality::Dark => t!("arm-photo-dark"),
    }
}

/// Kind of a thing that was scanned.
pub fn thing(thing: Thing) -> String {
    match thing {
        Thing::Container => t!("scan-thing-container"),
        Thing::Declaration => t!("scan-thing-declaration"),
        Thing::Seal => t!("scan-thing-seal"),
        Thing::Waybill => t!("scan-thing-waybill"),
        Thing::Parcel => t!("scan-thing-parcel"),
    }
}

/// Name of a symbology, as printed in the standards.
pub fn symbology(symbology: Symbology) -> &'static str {
    match symbology {
        Symbology::Code128 => "Code 128",
        Symbology::Code39 => "Code 39",
        Symbology::Itf => "ITF",
        Symbology::Qr => "QR",
        Symbology::Datamatrix => "Data Matrix",
        Symbology::Pdf417 => "PDF417",
        Symbology::Ean13 => "EAN-13",
        Symbology::Aztec => "Aztec",
    }
}

/// An office by its short name and code, the code marked as a number.
pub fn office(kit: &Kit, code: &OfficeCode) -> String {
    match kit.store.office(code) {
        Ok(Some(office)) => format!("{} `{code}`", office.short),
        _ => format!("`{code}`"),
    }
}

/// An officer's name where this device knows it (its own unit's), else the account.
pub fn officer_name(kit: &Kit, unit: &OfficeCode, id: &OfficerId) -> String {
    let known = kit.store.officers(unit).unwrap_or_default();
    known
        .into_iter()
        .find(|officer| &officer.id == id)
        .map_or_else(|| t!("officer-account", account = id.to_string()), |officer| officer.name)
}

/// A seal's number in figures.
pub fn seal_no(seal: &SealNo) -> String {
    format!("`{}`", keep(&format!("{seal}")))
}

/// A container's number in figures.
pub fn container_no(container: &ContainerNo) -> String {
    format!("`{}`", keep(&format!("{container}")))
}

/// No-break spaces: a number stays on its line.
fn keep(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// The number a case is known by: its first container, else its declaration, marked as a number.
pub fn title_of(view: &CaseView) -> String {
    title_of_line(&CaseLine::from(view))
}

/// The same of a line.
pub fn title_of_line(line: &CaseLine) -> String {
    match (&line.container, line.containers, &line.declaration) {
        (None, _, Some(declaration)) => format!("`{}`", threes(declaration.as_str())),
        (None, _, None) => t!("case-no-number"),
        (Some(only), ..=1, _) => format!("`{only}`"),
        (Some(first), n, _) => t!("case-first-of", first = first.to_string(), n = n - 1),
    }
}

/// A declaration number in threes.
pub fn threes(number: &str) -> String {
    grouped(number, 3)
}

fn grouped(text: &str, size: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Whole minutes as words: "12 phút", "3 giờ".
pub fn minutes(seconds: i64) -> String {
    format::duration(u64::try_from(seconds).unwrap_or(0) / 60 * 60, lang())
}

/// Where a key is.
pub fn key_home(home: KeyHome) -> String {
    match home {
        KeyHome::Hardware => t!("settings-key-hardware"),
        KeyHome::System => t!("settings-key-system"),
        KeyHome::Software => t!("settings-key-software"),
    }
}

/// The language of the screen.
pub fn lang() -> Lang {
    crate::ui::theme::words().lang
}
