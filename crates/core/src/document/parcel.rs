//! The papers of a parcel of seals: a label to stick on, and the packing list that people sign.

use jiff::Timestamp;

use super::words::in_words;
use super::{Address, Align, Code, Column, Document, Form, Label, Line, Notice, Sheet, Signature, Table, Tick};
use crate::codes::CustomsSealKind;
use crate::courier::ParcelView;
use crate::fact::PackedSeal;
use crate::ids::OfficeCode;
use crate::rules::{CarriageRule, Citation, RulePack};
use crate::scan::{Symbology, parcel_code};
use crate::seal_no::SealNo;
use crate::time::{date_in_vietnam, vietnam};
use crate::waybill::WaybillNo;

/// A unit as its paper names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Code.
    pub code: OfficeCode,
    /// Name on the day of packing; the code where this phone does not know the unit.
    pub name: String,
}

/// A seal inside, as the register of this phone knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealInside {
    /// Number.
    pub no: SealNo,
    /// Kind and owner; `None` when the register does not know the seal.
    pub known: Option<KnownSeal>,
}

/// What the register says of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSeal {
    /// Kind.
    pub kind: CustomsSealKind,
    /// Short name of the unit that owns it.
    pub owner: String,
}

/// The courier, as far as it is known when the papers are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Courier {
    /// Company; empty when not known yet.
    pub carrier: String,
    /// Waybill.
    pub waybill: Option<WaybillNo>,
    /// Who took the parcel; empty before.
    pub taken_by: String,
    /// Their signature as an SVG path; empty before.
    pub signature: String,
}

/// Everything the papers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelPapers<'a> {
    /// The parcel.
    pub parcel: &'a ParcelView,
    /// Sender.
    pub from: Unit,
    /// Receiver.
    pub to: Unit,
    /// Who packed it: name, or account where the name is not known here.
    pub packed_by: String,
    /// The seals, in the order of packing.
    pub seals: Vec<SealInside>,
    /// The courier.
    pub courier: Courier,
    /// Rules in force: names of kinds, and how they may be carried.
    pub rules: &'a RulePack,
}

impl ParcelPapers<'_> {
    /// The label, then the packing list.
    #[must_use]
    pub fn document(&self) -> Document {
        let number = &self.parcel.packed.number;
        Document {
            title: format!("Nhãn và bảng kê kiện seal {number}"),
            made: self.parcel.packed_at,
            sheets: vec![Sheet::Label(self.label()), Sheet::Form(self.list())],
        }
    }

    fn label(&self) -> Label {
        let packed = &self.parcel.packed;
        let address = |caption: &str, unit: &Unit| Address {
            caption: caption.to_owned(),
            name: unit.name.clone(),
            code: format!("Mã đơn vị hải quan: {}", unit.code),
        };
        let mut lines = vec![
            line("Trong kiện / Content", self.content()),
            line("Đóng kiện / Packed", moment(self.parcel.packed_at)),
        ];
        if !self.courier.carrier.is_empty() {
            lines.push(line("Chuyển phát / Carrier", self.courier.carrier.clone()));
        }
        let mut ticks = Vec::new();
        if self.carriage().is_some() {
            ticks.push(tick("Dấu hiệu pin lithium đã dán trên kiện", packed.lithium_label));
        }
        ticks.push(tick("Seal đã tắt giám sát", self.all(|seal| seal.asleep)));
        ticks.push(tick("Bảng kê đã bỏ vào kiện, kiện đã dán kín", false));
        Label {
            heading: "KIỆN SEAL ĐỊNH VỊ ĐIỆN TỬ HOÀN TRẢ".to_owned(),
            number: packed.number.clone(),
            from: address("NƠI GỬI / FROM", &self.from),
            to: address("NƠI NHẬN / TO", &self.to),
            code: Code { caption: "Bên nhận quét mã này".to_owned(), ..self.parcel_qr() },
            waybill: self.waybill_code(),
            waybill_room: "Dán vận đơn của hãng chuyển phát vào đây".to_owned(),
            lines,
            notice: self.carriage().map(|rule| notice(rule, "Dán dấu hiệu pin theo mẫu lên kiện, cạnh nhãn này. Ô này chỉ nhắc, không thay dấu hiệu đó.")),
            cut: "Cắt theo đường này".to_owned(),
            steps_title: "VIỆC CẦN LÀM".to_owned(),
            steps: vec![
                "Cắt nhãn phía trên, dán lên mặt rộng nhất của kiện. Mã phải phẳng, không gấp qua cạnh, không bị băng keo bóng che.".to_owned(),
                "In bảng kê thành hai bản: một bản bỏ vào kiện, một bản lưu tại bên giao.".to_owned(),
                "Khi giao kiện, quét vận đơn và để bưu tá ký trên máy.".to_owned(),
            ],
            ticks,
        }
    }

    fn list(&self) -> Form {
        let packed = &self.parcel.packed;
        let day = date_in_vietnam(self.parcel.packed_at);
        let mut lines = vec![
            line("Bên giao", named(&self.from)),
            line("Bên nhận", named(&self.to)),
            line("Người đóng kiện", self.packed_by.clone()),
            line("Thời điểm đóng kiện", moment(self.parcel.packed_at)),
            line("Đơn vị chuyển phát", or_dots(&self.courier.carrier)),
            line("Mã vận đơn", or_dots(self.courier.waybill.as_ref().map_or("", WaybillNo::as_str))),
        ];
        if let Some((handed, at)) = &self.parcel.handed_over {
            lines.push(line("Bưu tá nhận kiện", format!("{}, {}", handed.taken_by, moment(*at))));
        }
        let mut codes = vec![Code { caption: packed.number.clone(), ..self.parcel_qr() }];
        codes.extend(self.waybill_code());
        let marked = |rule: &CarriageRule| {
            tick(&format!("Dấu hiệu pin {} đã dán trên kiện khi đóng", rule.mark), packed.lithium_label)
        };
        let ticks = self.carriage().map(marked).into_iter().collect();
        Form {
            issuer: vec!["HẢI QUAN VIỆT NAM".to_owned(), self.from.name.to_uppercase()],
            number: format!("Số: {}", packed.number),
            dated: format!("……………, ngày {:02} tháng {} năm {}", day.day(), month(day.month()), day.year()),
            title: "BẢNG KÊ SEAL ĐỊNH VỊ ĐIỆN TỬ HOÀN TRẢ".to_owned(),
            subtitle: format!("Kèm theo kiện {}, gửi qua đơn vị chuyển phát", packed.number),
            lines,
            codes,
            table: self.seal_table(),
            further: vec![accessories(packed.ropes, packed.chargers)],
            ticks,
            signatures: vec![
                Signature {
                    party: "BÊN GIAO".to_owned(),
                    role: "CÔNG CHỨC HẢI QUAN".to_owned(),
                    hint: SIGN_HERE.to_owned(),
                    strokes: String::new(),
                    name: self.packed_by.clone(),
                },
                Signature {
                    party: "ĐƠN VỊ CHUYỂN PHÁT".to_owned(),
                    role: "NGƯỜI NHẬN CHUYỂN".to_owned(),
                    hint: SIGN_HERE.to_owned(),
                    strokes: self.courier.signature.clone(),
                    name: self.courier.taken_by.clone(),
                },
                Signature {
                    party: "BÊN NHẬN".to_owned(),
                    role: "CÔNG CHỨC HẢI QUAN".to_owned(),
                    hint: SIGN_HERE.to_owned(),
                    strokes: String::new(),
                    name: String::new(),
                },
            ],
            foot: format!("Bảng kê seal hoàn trả · kiện {}", packed.number),
        }
    }

    fn seal_table(&self) -> Table {
        let column = |title: &str, share, align| Column { title: title.to_owned(), share, align };
        let rows = self.seals.iter().enumerate().map(|(at, seal)| {
            let packed = self.packed(&seal.no);
            let (kind, owner) = match &seal.known {
                Some(known) => (self.kind_name(known), known.owner.clone()),
                None => ("Chưa có trong sổ".to_owned(), "–".to_owned()),
            };
            vec![
                (at + 1).to_string(),
                seal.no.to_string(),
                kind,
                owner,
                packed
                    .and_then(|seal| seal.battery_percent)
                    .map_or_else(|| "–".to_owned(), |charge| format!("{charge} %")),
                packed.map_or("–", |seal| if seal.asleep { "Đã tắt" } else { "Chưa tắt" }).to_owned(),
                String::new(),
            ]
        });
        let n = self.seals.len();
        Table {
            caption: "I. SEAL".to_owned(),
            columns: vec![
                column("STT", 12, Align::Centre),
                column("Số seal", 25, Align::Centre),
                column("Loại seal", 36, Align::Left),
                column("Đơn vị sở hữu", 32, Align::Left),
                column("Mức pin", 18, Align::Centre),
                column("Giám sát", 20, Align::Centre),
                column("Kiểm nhận", 22, Align::Centre),
            ],
            rows: rows.collect(),
            total: format!("Tổng cộng: {n} seal (bằng chữ: {} seal)", in_words(n)),
        }
    }

    /// The kind's name in the rules, where they name it.
    fn kind_name(&self, seal: &KnownSeal) -> String {
        let day = date_in_vietnam(self.parcel.packed_at);
        let rule = self.rules.seal_kinds.iter().find(|rule| rule.kind == seal.kind && rule.holds_on(day));
        rule.map_or_else(|| "Seal hải quan".to_owned(), |rule| rule.name.clone())
    }

    /// How the seals inside may be carried: the first rule any of them falls under.
    fn carriage(&self) -> Option<&CarriageRule> {
        let day = date_in_vietnam(self.parcel.packed_at);
        let inside = |kind| self.seals.iter().any(|seal| seal.known.as_ref().is_some_and(|known| known.kind == kind));
        let rules = self.rules.seal_kinds.iter();
        rules.filter(|rule| inside(rule.kind) && rule.holds_on(day)).find_map(|rule| rule.carriage.as_ref())
    }

    fn packed(&self, no: &SealNo) -> Option<&PackedSeal> {
        self.parcel.packed.packed.iter().find(|packed| &packed.seal == no)
    }

    /// Known of every seal inside; false when nothing was recorded of one.
    fn all(&self, holds: impl Fn(&PackedSeal) -> bool) -> bool {
        !self.seals.is_empty() && self.seals.iter().all(|seal| self.packed(&seal.no).is_some_and(&holds))
    }

    fn content(&self) -> String {
        let mut content = format!("{} seal", self.seals.len());
        let packed = &self.parcel.packed;
        for (n, what) in [(packed.ropes, "cáp"), (packed.chargers, "bộ sạc")] {
            if n > 0 {
                content += &format!(" · {n} {what}");
            }
        }
        content
    }

    fn parcel_qr(&self) -> Code {
        let text = parcel_code(&self.parcel.packed.parcel.0);
        Code { symbology: Symbology::Qr, text, caption: String::new() }
    }

    fn waybill_code(&self) -> Option<Code> {
        let number = self.courier.waybill.as_ref()?.as_str().to_owned();
        Some(Code { symbology: Symbology::Code128, caption: number.clone(), text: number })
    }
}

const SIGN_HERE: &str = "(Ký, ghi rõ họ tên)";

fn accessories(ropes: u32, chargers: u32) -> Table {
    let column = |title: &str, share, align| Column { title: title.to_owned(), share, align };
    let row = |at: &str, name: &str, unit: &str, n: u32| {
        vec![at.to_owned(), name.to_owned(), unit.to_owned(), n.to_string(), String::new()]
    };
    Table {
        caption: "II. PHỤ KIỆN KÈM THEO".to_owned(),
        columns: vec![
            column("STT", 12, Align::Centre),
            column("Tên", 87, Align::Left),
            column("Đơn vị tính", 24, Align::Centre),
            column("Số lượng", 20, Align::Centre),
            column("Kiểm nhận", 22, Align::Centre),
        ],
        rows: vec![row("1", "Dây cáp của seal", "sợi", ropes), row("2", "Bộ sạc", "bộ", chargers)],
        total: String::new(),
    }
}

fn notice(rule: &CarriageRule, act: &str) -> Notice {
    Notice { mark: rule.mark.clone(), title: rule.name.clone(), text: act.to_owned(), source: source(&rule.citation) }
}

fn source(citation: &Citation) -> String {
    let place = citation.place.as_ref().map_or_else(String::new, |place| format!(", {place}"));
    let open = if citation.to_be_confirmed { " (cần xác nhận)" } else { "" };
    format!("Căn cứ: {}{place}{open}.", citation.document)
}

fn line(name: &str, value: String) -> Line {
    Line { name: name.to_owned(), value }
}

fn tick(text: &str, done: bool) -> Tick {
    Tick { text: text.to_owned(), done }
}

fn named(unit: &Unit) -> String {
    if unit.name == unit.code.as_str() { unit.name.clone() } else { format!("{} ({})", unit.name, unit.code) }
}

/// Room for a pen where nothing is known.
fn or_dots(text: &str) -> String {
    if text.is_empty() { "……………………………………".to_owned() } else { text.to_owned() }
}

/// Hour and date as forms write them: `15:04, ngày 23/11/2026`.
fn moment(at: Timestamp) -> String {
    at.to_zoned(vietnam()).strftime("%H:%M, ngày %d/%m/%Y").to_string()
}

/// January and February with a leading nought, so that nobody makes 11 or 12 of them.
fn month(month: i8) -> String {
    if month < 3 { format!("0{month}") } else { month.to_string() }
}
