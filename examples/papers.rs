//! Writes invented parcels as PDF into a folder, and `papers.json` beside them with what a reader must find there:
//! `cargo run --example papers -- FOLDER`. `tools/read-back.sh` compares.

#[path = "../tests/common/papers.rs"]
mod papers;

use papers::Sample;
use seal_core::scan::parcel_code;
use seal_core::waybill::WaybillNo;
use seal_field::adapters::pdf::PdfPress;
use seal_field::ports::documents::Press as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).ok_or("usage: papers FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let long = Sample {
        from: "Hải quan cửa khẩu quốc tế Hữu Nghị thuộc Chi cục Hải quan khu vực VI".to_owned(),
        to:
            "Hải quan cửa khẩu cảng Sài Gòn khu vực 1 thuộc Chi cục Hải quan khu vực II, Đội Giám sát hàng hóa quá cảnh"
                .to_owned(),
        carrier: "Tổng công ty Bưu điện Việt Nam, Trung tâm Khai thác Lạng Sơn".to_owned(),
        waybill: "VTP-2026/11/23-LANGSON-SAIGON-00412",
        ..Sample::of("long", 12)
    };
    let samples = [Sample::of("one", 1), Sample::bare("bare", 3), Sample::of("ten", 10), long, Sample::of("sixty", 60)];
    let mut expected = serde_json::Map::new();
    for sample in samples {
        let paper = PdfPress::marked("THỰC HÀNH").set(&sample.document())?;
        std::fs::write(folder.join(format!("{}.pdf", sample.name)), &paper.bytes)?;
        let seals: Vec<String> = sample.numbers().iter().map(ToString::to_string).collect();
        let found = serde_json::json!({
            "pages": paper.pages,
            "qr": parcel_code(&sample.id().0),
            "code128": WaybillNo::parse(sample.waybill).ok(),
            "words": [sample.from, sample.to, sample.packed_by, sample.carrier, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                "BẢNG KÊ SEAL ĐỊNH VỊ ĐIỆN TỬ HOÀN TRẢ", "NGƯỜI NHẬN CHUYỂN", "THỰC HÀNH"],
            "seals": seals,
        });
        expected.insert(sample.name.to_owned(), found);
    }
    std::fs::write(folder.join("papers.json"), serde_json::to_vec_pretty(&expected)?)?;
    Ok(())
}
