//! What a line of each table means.

use std::collections::HashSet;

use argon2::password_hash::PasswordHash;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::Offset};
use seal_core::codes::{CustomsSealKind, SealType};
use seal_core::doc::{AnnouncedSeal, CaseDoc, SealDoc, SealLife, SealRadio};
use seal_core::ids::{CaseId, OfficeCode, OfficerId, Sha256};
use seal_core::officer::Officer;
use seal_core::rules::{Office, RulePack};
use seal_core::seal_no::{SealNo, SealNoError};
use serde::de::DeserializeOwned;
use uuid::{Builder, Uuid};

use super::table::{Column, Reason, Row};

const fn column(name: &'static str) -> Column {
    Column { name, required: false }
}

const fn required(name: &'static str) -> Column {
    Column { name, required: true }
}

pub(super) const UNITS: &[Column] = &[
    required("code"),
    required("name"),
    required("short"),
    column("aliases"),
    column("unlocode"),
    required("valid_from"),
    column("valid_to"),
];

pub(super) const USERS: &[Column] =
    &[required("id"), required("name"), required("unit"), required("roles"), column("secret_hash")];

pub(super) const SEALS: &[Column] = &[
    required("no"),
    column("seal_type"),
    column("kind"),
    column("class"),
    required("owner"),
    column("manager"),
    column("holder"),
    column("as_of"),
    required("radio"),
    column("life"),
];

pub(super) const CASES: &[Column] = &[
    required("id"),
    required("containers"),
    column("size_type"),
    column("declaration"),
    column("declared_on"),
    column("status"),
    required("trader"),
    column("tax_code"),
    column("channel"),
    column("ground"),
    required("origin"),
    required("destination"),
    column("route"),
    required("permitted_hours"),
    required("planned_at"),
    column("vehicle"),
    column("trailer"),
    column("driver"),
    column("seals"),
    column("sheet_codes"),
];

/// Vietnam keeps one offset all year.
const VIETNAM: Offset = Offset::constant(7);

/// The units that lines may name: those of the rule pack in force.
pub(super) struct Known(HashSet<OfficeCode>);

impl Known {
    pub(super) fn of(rules: &RulePack) -> Self {
        Self(rules.offices.iter().map(|office| office.code.clone()).collect())
    }

    fn unit(&self, text: &str) -> Result<OfficeCode, Reason> {
        let code = code(text)?;
        if self.0.contains(&code) {
            return Ok(code);
        }
        Err(Reason::new(
            format!("Gói quy định đang dùng không có đơn vị {code}."),
            format!("The rule pack in force has no unit {code}."),
        ))
    }
}

/// An officer, and the hash of a secret that is kept on from elsewhere.
pub(super) struct User {
    pub(super) officer: Officer,
    pub(super) hash: Option<String>,
}

pub(super) fn user(row: &mut Row<'_>, known: &Known) -> Option<User> {
    let id = row.need("id", |text| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
        if text.len() <= 64 && text.chars().all(plain) {
            return Ok(OfficerId(text.to_owned()));
        }
        Err(Reason::new(
            "Tài khoản gồm tối đa 64 chữ không dấu, số hoặc . - _ @.",
            "An account has at most 64 plain letters, digits or . - _ @.",
        ))
    });
    let name = row.need("name", plain);
    let unit = row.need("unit", |text| known.unit(text));
    let role = |vi: &'static str| word("roles", vi, "officer shift_lead supervisor registrar auditor integrator");
    let roles = row.list("roles", role("Không có vai trò này."));
    if roles.is_empty() && row.text("roles").is_empty() {
        row.fault("roles", Reason::new("Cần ít nhất một vai trò.", "At least one role is needed."));
    }
    // Never said what stands there.
    let hash = row.read("secret_hash", |text| match PasswordHash::new(text) {
        Ok(hash) if hash.algorithm.as_str() == "argon2id" && hash.hash.is_some() => Ok(text.to_owned()),
        _ => Err(Reason::new("Không phải chuỗi PHC của Argon2id.", "Not a PHC string of Argon2id.")),
    });
    if roles.is_empty() || (hash.is_none() && !row.text("secret_hash").is_empty()) {
        return None;
    }
    Some(User { officer: Officer { id: id?, name: name?, unit: unit?, roles }, hash })
}

/// A line of the seal register; `before` is what the register has. Without `as_of` an unchanged line keeps its time.
pub(super) fn seal(row: &mut Row<'_>, known: &Known, now: Timestamp, before: Option<SealDoc>) -> Option<SealDoc> {
    let no = row.need("no", |text| {
        let told =
            |error: SealNoError| Reason::new("Số seal gồm 1 đến 15 chữ in hoa, số hoặc gạch nối.", error.to_string());
        SealNo::parse(text).map_err(told)
    });
    let seal_type = row.read("seal_type", word("seal_type", "Loại seal theo EDIFACT 4525.", "1 2 3"));
    let kind = row.read("kind", word("kind", "Loại seal hải quan.", "1 2 3 4 5"));
    let class = row.read("class", word("class", "Cấp ISO 17712.", "I S H"));
    let owner = row.need("owner", |text| known.unit(text));
    let manager = row.read("manager", |text| known.unit(text));
    let holder = row.read("holder", |text| known.unit(text));
    let as_of = row.read("as_of", moment);
    let radio: Option<SealRadio> = row.need("radio", word("radio", "Cách làm việc với seal.", "spoken not_spoken"));
    let lives = "in_service used in_repair damaged lost retired";
    let life = row.read("life", word("life", "Tình trạng seal.", lives));
    let (no, owner, radio) = (no?, owner?, radio?);
    let doc = SealDoc {
        seal_type: seal_type.unwrap_or(SealType::Electronic),
        kind: kind.unwrap_or(CustomsSealKind::Electronic),
        class,
        manager: manager.unwrap_or_else(|| owner.clone()),
        holder: holder.unwrap_or_else(|| owner.clone()),
        owner,
        as_of: as_of.or(before.as_ref().map(|doc| doc.as_of)).unwrap_or(now),
        radio,
        life: life.unwrap_or(SealLife::InService),
        // The monitoring platform's word, not the register's.
        platform_sees: before.as_ref().and_then(|doc| doc.platform_sees),
        no,
    };
    let changed = before.is_some_and(|before| before != doc);
    Some(if changed && as_of.is_none() { SealDoc { as_of: now, ..doc } } else { doc })
}

pub(super) fn case(row: &mut Row<'_>, known: &Known) -> Option<CaseDoc> {
    let id = row.need("id", |text| {
        plain(text)?;
        Ok(case_id(text))
    });
    let containers = row.list("containers", |text| {
        let told = |error: seal_core::container::ContainerError| {
            Reason::new(format!("Số container {text} không hợp lệ (ISO 6346)."), error.to_string())
        };
        seal_core::container::ContainerNo::parse(text).map_err(told)
    });
    let declaration = row.read("declaration", |text| {
        let told = |error: seal_core::declaration::DeclarationError| {
            Reason::new("Số tờ khai không hợp lệ.", error.to_string())
        };
        seal_core::declaration::DeclarationNo::parse(text).map_err(told)
    });
    let declared_on = row.read("declared_on", date);
    let trader = row.need("trader", plain);
    let grounds = "transit bonded temporary_import_re_export other_customs_seal none";
    let ground = row.read("ground", word("ground", "Căn cứ pháp lý.", grounds));
    let origin = row.need("origin", |text| known.unit(text));
    let destination = row.need("destination", |text| known.unit(text));
    let permitted_hours = row.need("permitted_hours", |text| match text.parse() {
        Ok(hours @ 1..=10_000) => Ok(hours),
        _ => Err(Reason::new("Số giờ nguyên từ 1 đến 10000.", "Whole hours, 1 to 10000.")),
    });
    let planned_at = row.need("planned_at", moment);
    let seals = row.list("seals", announced);
    let sheet_codes = row.list("sheet_codes", |text| Ok(text.to_owned()));
    let text = |column: &str| row.text(column).to_owned();
    Some(CaseDoc {
        id: id?,
        containers,
        size_type: text("size_type"),
        declaration,
        declared_on,
        status: text("status"),
        trader: trader?,
        tax_code: text("tax_code"),
        channel: text("channel"),
        ground,
        origin: origin?,
        destination: destination?,
        route: text("route"),
        permitted_hours: permitted_hours?,
        planned_at: planned_at?,
        vehicle: text("vehicle"),
        trailer: text("trailer"),
        driver: text("driver"),
        seals,
        sheet_codes,
    })
}

/// A unit as the table tells it; what it does not tell is empty.
pub(super) fn unit(row: &mut Row<'_>) -> Option<Office> {
    let code = row.need("code", code);
    let name = row.need("name", plain);
    let short = row.need("short", plain);
    let aliases = row.list("aliases", |text| Ok(text.to_owned()));
    let valid_from = row.need("valid_from", date);
    let valid_to = row.read("valid_to", date);
    let unlocode = row.read("unlocode", |text| {
        if text.len() == 5 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
            return Ok(text.to_owned());
        }
        Err(Reason::new("UN/LOCODE gồm 5 chữ in hoa hoặc số.", "A UN/LOCODE has five capitals or digits."))
    });
    Some(Office {
        code: code?,
        name: name?,
        short: short?,
        aliases,
        former: Vec::new(),
        unlocode,
        warehouses: Vec::new(),
        valid_from: valid_from?,
        valid_to,
        citation: None,
    })
}

/// A UUID stands for itself; any other reference of the source system always gives the same id.
pub(super) fn case_id(text: &str) -> CaseId {
    if let Ok(id) = Uuid::parse_str(text) {
        return CaseId(id);
    }
    let digest = Sha256::of(format!("seal-central/case/{text}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.0[..16]);
    CaseId(Builder::from_custom_bytes(bytes).into_uuid())
}

fn plain(text: &str) -> Result<String, Reason> {
    if text.chars().count() <= 200 && !text.chars().any(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Reason::new("Tối đa 200 ký tự, không có ký tự điều khiển.", "At most 200 characters, no control characters."))
}

fn code(text: &str) -> Result<OfficeCode, Reason> {
    let told = |error: seal_core::ids::NotAnOfficeCode| {
        Reason::new(format!("Mã đơn vị gồm 4 chữ hoặc số, ở đây là {}.", error.0), error.to_string())
    };
    OfficeCode::parse(text).map_err(told)
}

/// One of a list of words, as it travels.
fn word<T: DeserializeOwned>(
    column: &'static str,
    vi: &'static str,
    allowed: &'static str,
) -> impl Fn(&str) -> Result<T, Reason> {
    move |text| {
        let told =
            |_| Reason::new(format!("{vi} Dùng một trong: {allowed}."), format!("{column} is one of: {allowed}."));
        serde_json::from_value(text.into()).map_err(told)
    }
}

/// `2026-11-27` or, as spreadsheets here write it, `27/11/2026`.
fn date(text: &str) -> Result<Date, Reason> {
    let told = |_| Reason::new("Ngày viết 2026-11-27 hoặc 27/11/2026.", "A date is 2026-11-27 or 27/11/2026.");
    if text.contains('/') { Date::strptime("%d/%m/%Y", text) } else { text.parse() }.map_err(told)
}

/// With an offset, or without one: the time in Vietnam.
fn moment(text: &str) -> Result<Timestamp, Reason> {
    let local = || -> Result<Timestamp, jiff::Error> {
        let form = if text.contains('/') { "%d/%m/%Y %H:%M" } else { "%Y-%m-%d %H:%M" };
        VIETNAM.to_timestamp(DateTime::strptime(form, text.replace('T', " "))?)
    };
    text.parse().or_else(|_: jiff::Error| local()).map_err(|_| {
        Reason::new(
            "Thời điểm viết 2026-11-27 08:00 hoặc 27/11/2026 08:00 (giờ Việt Nam), hoặc RFC 3339.",
            "A moment is 2026-11-27 08:00 or 27/11/2026 08:00 (Vietnam time), or RFC 3339.",
        )
    })
}

/// `NUMBER`, `NUMBER:TYPE` or `NUMBER:TYPE:PARTY`; a carrier's mechanical seal where nothing else is said.
fn announced(text: &str) -> Result<AnnouncedSeal, Reason> {
    let mut parts = text.split(':').map(str::trim);
    let mut part = |default: &'static str| parts.next().unwrap_or(default).to_owned();
    let (no, seal_type, party) = (part(""), part("1"), part("CA"));
    let read = || -> Option<AnnouncedSeal> {
        Some(AnnouncedSeal {
            no: no.parse().ok()?,
            seal_type: serde_json::from_value(seal_type.into()).ok()?,
            party: serde_json::from_value(party.into()).ok()?,
        })
    };
    read().ok_or_else(|| {
        Reason::new(
            "Seal viết SỐ:LOẠI:BÊN, ví dụ SFP7740213:1:CA (EDIFACT 4525, 9303).",
            "A seal is NUMBER:TYPE:PARTY, e.g. SFP7740213:1:CA (EDIFACT 4525, 9303).",
        )
    })
}
