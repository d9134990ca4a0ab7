//! Printable sheets and labels, each a complete HTML page.

use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::scan::{Symbology, parcel_code};
use seal_core::seal_no::SealNo;
use seal_core::waybill::WaybillNo;
use uuid::Uuid;

use super::{CannotEncode, MARK, PracticeCode, escape};

/// The head of a customs sheet, items 1 to 9. Texts are printed as given.
#[derive(Debug, Clone)]
pub struct SheetHeader {
    /// Supervising office, name.
    pub office: String,
    /// Its code of four characters, e.g. `03EE`.
    pub office_code: String,
    /// The trader.
    pub trader: String,
    /// The trader's tax code.
    pub tax_code: String,
    /// Declaration number.
    pub declaration: DeclarationNo,
    /// Declaration status, e.g. `Thông quan`.
    pub status: String,
    /// Declaration date as printed, `dd/mm/yyyy`.
    pub date: String,
    /// Type of declaration (loại hình).
    pub regime: String,
    /// Channel (luồng).
    pub channel: String,
    /// Goods management number (số định danh).
    pub goods_number: String,
    /// False prints the line that the declaration is not subject to sealing.
    pub must_be_sealed: bool,
}

/// A row of the container sheet.
#[derive(Debug, Clone)]
pub struct ContainerRow {
    /// Container number (1).
    pub container: ContainerNo,
    /// The carrier's seal (2), as printed.
    pub container_seal: String,
    /// The customs seal (3); none is printed as `#####`, as the real sheet does.
    pub customs_seal: Option<SealNo>,
    /// The text of the row's QR code. The real payload is undocumented: this one is ours.
    pub qr: String,
}

/// The container sheet: one QR code a row.
pub fn container_sheet(header: &SheetHeader, rows: &[ContainerRow]) -> Result<String, CannotEncode> {
    let mut body = String::new();
    for (i, row) in rows.iter().enumerate() {
        let qr = PracticeCode::new(Symbology::Qr, &row.qr).modules()?.svg(1, &row.qr);
        let seal = row.customs_seal.as_ref().map_or("#####".into(), |s| s.as_str().to_owned());
        body += &format!(
            "<tr><td>{}</td><td class=num>{}</td><td>{}</td><td>{}</td><td></td><td class=qr>{qr}</td></tr>",
            i + 1,
            row.container.as_str(),
            escape(&row.container_seal),
            escape(&seal),
        );
    }
    let title = "DANH SÁCH CONTAINER ĐỦ ĐIỀU KIỆN QUA KHU VỰC GIÁM SÁT HẢI QUAN";
    let columns = "<th>STT</th><th>Số hiệu container<br>(1)</th><th>Số seal container<br>(nếu có) (2)</th>\
        <th>Số seal hải quan<br>(nếu có) (3)</th><th>Xác nhận của bộ phận giám sát<br>(4)</th><th>Mã vạch<br>(5)</th>";
    Ok(sheet(title, header, "", &format!("<table><tr>{columns}</tr>{body}</table>")))
}

/// The goods sheet: one linear code of the declaration number in the header, Code 39 or Code 128.
pub fn goods_sheet(
    header: &SheetHeader,
    quantity: &str,
    weight: &str,
    symbology: Symbology,
) -> Result<String, CannotEncode> {
    let number = header.declaration.as_str();
    let code = PracticeCode::new(symbology, number).modules()?.svg(24, number);
    let code = format!("<figure class=bar>{code}<figcaption>{}</figcaption></figure>", escape(number));
    let title = "DANH SÁCH HÀNG HÓA ĐỦ ĐIỀU KIỆN QUA KHU VỰC GIÁM SÁT HẢI QUAN";
    let columns = "<th>STT</th><th>Số lượng hàng<br>(1)</th><th>Tổng trọng lượng hàng<br>(2)</th>\
        <th>Lượng hàng thực tế qua khu vực giám sát<br>(3)</th><th>Xác nhận của bộ phận giám sát<br>(4)</th>";
    let row = format!("<tr><td>1</td><td>{}</td><td>{}</td><td></td><td></td></tr>", escape(quantity), escape(weight));
    Ok(sheet(title, header, &code, &format!("<table><tr>{columns}</tr>{row}</table>")))
}

/// A container's number plate with a Code 128 code, as some depots stick on the door.
pub fn container_plate(number: &ContainerNo) -> Result<String, CannotEncode> {
    let code = PracticeCode::new(Symbology::Code128, number.as_str()).modules()?.svg(30, number.as_str());
    Ok(label(&format!("<h1>{number}</h1>{code}")))
}

/// An e-seal's label: the number as Code 128 and as QR.
pub fn seal_label(number: &SealNo) -> Result<String, CannotEncode> {
    let bars = PracticeCode::new(Symbology::Code128, number.as_str()).modules()?.svg(30, number.as_str());
    let qr = PracticeCode::new(Symbology::Qr, number.as_str()).modules()?.svg(1, number.as_str());
    Ok(label(&format!("<p>SEAL ĐỊNH VỊ ĐIỆN TỬ</p><h1>{number}</h1>{bars}<div class=square>{qr}</div>")))
}

/// A courier waybill with its number as Code 128.
pub fn waybill_label(number: &WaybillNo, from: &str, to: &str) -> Result<String, CannotEncode> {
    let code = PracticeCode::new(Symbology::Code128, number.as_str()).modules()?.svg(36, number.as_str());
    Ok(label(&format!(
        "<p>PHIẾU GỬI</p>{code}<h1>{number}</h1><p>Người gửi: {}</p><p>Người nhận: {}</p>",
        escape(from),
        escape(to)
    )))
}

/// The label of a parcel of seals on their way home: our own QR code.
pub fn parcel_label(id: &Uuid, from: &str, to: &str, seals: usize) -> Result<String, CannotEncode> {
    let text = parcel_code(id);
    let qr = PracticeCode::new(Symbology::Qr, &text).modules()?.svg(1, &text);
    Ok(label(&format!(
        "<p>KIỆN SEAL HOÀN TRẢ · {seals} seal</p><div class=square>{qr}</div><p>Từ: {}</p><p>Đến: {}</p>",
        escape(from),
        escape(to)
    )))
}

fn sheet(title: &str, h: &SheetHeader, code: &str, table: &str) -> String {
    let line = |n: u8, name: &str, value: &str| format!("<p>{n}. {name}: <b>{}</b></p>", escape(value));
    let office = format!("{} ({})", h.office, h.office_code);
    let header = [
        line(1, "Chi cục hải quan giám sát", &office),
        line(2, "Đơn vị xuất nhập khẩu", &h.trader),
        line(3, "Mã số thuế", &h.tax_code),
        line(4, "Số tờ khai", h.declaration.as_str()),
        line(5, "Trạng thái tờ khai", &h.status),
        line(6, "Ngày tờ khai", &h.date),
        line(7, "Loại hình", &h.regime),
        line(8, "Luồng", &h.channel),
        line(9, "Số quản lý hàng hóa", &h.goods_number),
    ]
    .concat();
    let sealing = match h.must_be_sealed {
        true => "",
        false => "<p class=centre>Tờ khai không phải niêm phong</p>",
    };
    page("A4 portrait", &format!("{code}<h1>{title}</h1>{sealing}<section class=head>{header}</section>{table}"))
}

fn label(body: &str) -> String {
    page("100mm 150mm", &format!("<section class=label>{body}</section>"))
}

fn page(size: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{MARK}</title><style>
@page {{ size: {size}; margin: 12mm }}
body {{ font: 11pt/1.35 "Times New Roman", "Noto Serif", serif; color: black; background: white; margin: 0 auto; max-width: 186mm }}
.mark {{ border: 2px solid #000; padding: 2mm 4mm; text-align: center; font-weight: 700; letter-spacing: .2em }}
h1 {{ font-size: 14pt; text-align: center; margin: 4mm 0 }}
p {{ margin: 1mm 0 }} .centre {{ text-align: center; font-style: italic }}
.head {{ columns: 2; margin-block-end: 4mm }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 1px solid #000; padding: 1mm 2mm; text-align: center; vertical-align: middle }}
tr {{ break-inside: avoid }}
.qr svg {{ width: 22mm; height: 22mm; display: block; margin: auto }}
.bar {{ width: 80mm; margin: 3mm auto; text-align: center }}
.label svg {{ width: 90mm; max-width: 100% }} .label {{ text-align: center }} .label h1 {{ font: 700 26pt/1.2 monospace }}
.square svg {{ width: 45mm; height: 45mm; display: block; margin: 3mm auto }}
</style></head><body><p class="mark">{MARK}</p>{body}<p class="mark">{MARK}</p></body></html>
"#
    )
}
