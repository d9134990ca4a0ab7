//! Sheets and labels of the practice world, to print or to show on another screen.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use seal_core::doc::{CaseDoc, SealDoc};
use seal_core::ids::CaseId;
use seal_core::rules::LegalGround;
use seal_core::scan::Symbology;
use seal_core::seal_no::SealNo;
use seal_core::waybill::WaybillNo;

use super::panel::WAYBILL;
use super::set::PracticeSet;
use crate::ports::clock::Clock as _;
use seal_prints::{CannotEncode, ContainerRow, SheetHeader};

/// `GET /prints` and what it lists.
pub fn routes<S: Clone + Send + Sync + 'static>(set: Arc<PracticeSet>) -> Router<S> {
    Router::new()
        .route("/prints", get(index))
        .route("/prints/containers/{case}", get(containers))
        .route("/prints/goods/{case}", get(goods))
        .route("/prints/plate/{container}", get(plate))
        .route("/prints/seal/{seal}", get(seal))
        .route("/prints/waybill/{number}", get(waybill))
        .with_state(set)
}

fn cases(set: &PracticeSet) -> Vec<CaseDoc> {
    set.world.cases(set.clock.now().wall).unwrap_or_default()
}

fn seals(set: &PracticeSet) -> Vec<SealDoc> {
    set.world.seals(set.clock.now().wall).unwrap_or_default()
}

async fn index(State(set): State<Arc<PracticeSet>>) -> Html<String> {
    let mut list = String::new();
    for case in cases(&set) {
        let containers: Vec<String> = case
            .containers
            .iter()
            .map(|container| format!("<a href='/prints/plate/{}'>{container}</a>", container.as_str()))
            .collect();
        // Writing to a String cannot fail.
        let _ = write!(
            list,
            "<li>{} → {} · <a href='/prints/containers/{id}'>danh sách container</a> · <a href='/prints/goods/{id}'>danh sách hàng hóa</a> · {}</li>",
            case.origin,
            case.destination,
            containers.join(" · "),
            id = case.id,
        );
    }
    let labels: String = seals(&set)
        .iter()
        .map(|seal| format!("<li><a href='/prints/seal/{}'>{}</a></li>", seal.no.as_str(), seal.no))
        .collect();
    Html(format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>Phiếu và nhãn thực hành</title><style>body{{font:17px/1.5 system-ui,sans-serif;max-inline-size:60rem;margin:24px auto;padding:0 16px}}li{{margin:6px 0}}</style></head>\
         <body><h1>Phiếu và nhãn thực hành</h1><p>In ra, hoặc mở trên màn hình khác rồi quét.</p>\
         <h2>Phiếu in, số container</h2><ul>{list}</ul><h2>Nhãn seal</h2><ul>{labels}</ul>\
         <h2>Vận đơn</h2><ul><li><a href='/prints/waybill/{WAYBILL}'>{WAYBILL}</a></li></ul></body></html>"
    ))
}

fn find(set: &PracticeSet, id: &str) -> Option<CaseDoc> {
    let id: CaseId = id.parse().ok()?;
    cases(set).into_iter().find(|case| case.id == id)
}

fn header_of(set: &PracticeSet, case: &CaseDoc) -> Option<SheetHeader> {
    let office = set.world.offices.iter().find(|office| office.code == case.origin);
    Some(SheetHeader {
        office: office.map_or_else(|| case.origin.to_string(), |office| office.name.clone()),
        office_code: case.origin.to_string(),
        trader: case.trader.clone(),
        tax_code: case.tax_code.clone(),
        declaration: case.declaration.clone()?,
        status: case.status.clone(),
        date: case.declared_on.map(|date| date.strftime("%d/%m/%Y").to_string()).unwrap_or_default(),
        regime: case.ground.map(regime).unwrap_or_default().to_owned(),
        channel: case.channel.clone(),
        goods_number: String::new(),
        must_be_sealed: case.ground != Some(LegalGround::None),
    })
}

fn regime(ground: LegalGround) -> &'static str {
    match ground {
        LegalGround::Transit => "Quá cảnh",
        LegalGround::Bonded => "Gửi kho ngoại quan",
        LegalGround::TemporaryImportReExport => "Tạm nhập tái xuất",
        LegalGround::OtherCustomsSeal | LegalGround::None => "",
    }
}

fn page(made: Option<Result<String, CannotEncode>>) -> Response {
    match made {
        Some(Ok(html)) => Html(html).into_response(),
        Some(Err(error)) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn containers(State(set): State<Arc<PracticeSet>>, Path(id): Path<String>) -> Response {
    page(find(&set, &id).and_then(|case| {
        let header = header_of(&set, &case)?;
        let carrier = case.seals.first().map(|seal| seal.no.to_string()).unwrap_or_default();
        let rows: Vec<ContainerRow> = case
            .containers
            .iter()
            .zip(&case.sheet_codes)
            .map(|(container, code)| ContainerRow {
                container: container.clone(),
                container_seal: carrier.clone(),
                customs_seal: None,
                qr: code.clone(),
            })
            .collect();
        Some(seal_prints::container_sheet(&header, &rows))
    }))
}

async fn goods(State(set): State<Arc<PracticeSet>>, Path(id): Path<String>) -> Response {
    page(find(&set, &id).and_then(|case| {
        Some(seal_prints::goods_sheet(&header_of(&set, &case)?, "1 container", "", Symbology::Code39))
    }))
}

async fn plate(Path(container): Path<String>) -> Response {
    page(container.parse().ok().map(|container| seal_prints::container_plate(&container)))
}

async fn seal(Path(number): Path<String>) -> Response {
    page(SealNo::parse(&number).ok().map(|seal| seal_prints::seal_label(&seal)))
}

async fn waybill(Path(number): Path<String>) -> Response {
    page(WaybillNo::parse(&number).ok().map(|number| seal_prints::waybill_label(&number, "Hữu Nghị", "Sài Gòn KV1")))
}
