//! The screen of the first run, without a browser and in one: read, compared, agreed to, certified; and what it says when it
//! is not. A screenshot lands in `target/journey/enrol/`.

use crate::common;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crate::bench::Bench;
use crate::browser::Browser;
use crate::phone::{Eye, Phone, StandingSync};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Html;
use axum::routing::get;
use dioxus::prelude::VirtualDom;
use dioxus_liveview::LiveViewPool;
use jiff::SignedDuration;
use seal_central::accounts::Cost;
use seal_central::{Central, ServerConfig, Terms};
use seal_core::cbor::Bytes;
use seal_core::enrolment::Offer;
use seal_core::ids::{OfficerId, Sha256};
use seal_core::officer::{Officer, Role};
use seal_core::scan::Symbology;
use seal_field::actions::Kit;
use seal_field::adapters::camera_hub::Cameras;
use seal_field::adapters::enrolled::EnrolledCentral;
use seal_field::adapters::hub_camera::HubCamera;
use seal_field::ports::sync::SyncStatus;
use seal_field::ports::vault::Vault;
use seal_field::practice::camera_routes;
use seal_field::ui::desk::DeskParts;
use seal_field::ui::route::Route;
use seal_field::ui::screens::{App, AppProps, DeskPartsProp};

fn officer() -> Officer {
    let (id, unit) = (OfficerId("an.nv".to_owned()), common::office("03EE"));
    Officer { id, name: "Nguyễn Văn An".to_owned(), unit, roles: vec![Role::Officer] }
}

/// A central for real use on the loopback, with one account.
async fn central(folder: &Path) -> (Central, SocketAddr) {
    let central = Central::open(ServerConfig::new(folder.join("central"), false)).unwrap();
    central.put_account(&officer(), "ABCD-EFGH-2345", Cost::Practice).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(central.clone().serve(listener, std::future::pending()));
    (central, address)
}

fn offer(central: &Central, address: &str) -> Offer {
    let (holds, certificate) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24 * 365));
    let terms = Terms { unit: common::office("03EE"), holds, phones: 1, certificate };
    central.offer_enrolment(address, Vec::new(), &terms).unwrap()
}

/// A phone that is not enrolled.
fn kit(bench: &Bench) -> Kit {
    let vault = Arc::clone(&bench.kit.vault) as Arc<dyn Vault>;
    Kit { central: Arc::new(EnrolledCentral::open(vault).unwrap()), ..bench.kit.clone() }
}

#[tokio::test]
async fn a_pasted_code_is_shown_agreed_to_and_certified_then_the_officer_signs_in_with_letters() {
    let bench = Bench::new(&[]);
    let (central, address) = central(bench.folder.path()).await;
    let offer = offer(&central, &format!("http://{address}"));
    let kit = kit(&bench);
    let mut phone = Phone::reopen(&kit, SyncStatus::default());
    phone.says(&["Đăng ký máy", "Máy này chưa thuộc trung tâm nào"]);
    phone.type_into(0, "83181001");
    phone.press("Đọc mã");
    phone.says(&["Đây không phải mã đăng ký máy"]);
    let text = offer.text().unwrap();
    phone.type_into(0, &text[..60]);
    phone.press("Đọc mã");
    phone.says(&["Mã đăng ký thiếu hoặc sai chữ"]);

    phone.type_into(0, &format!("{}\n{}", &text[..50], &text[50..]));
    phone.press("Đọc mã");
    let print = offer.central.to_string();
    phone.says(&["Tin trung tâm này?", &format!("http://{address}"), &print[..4], &print[60..], "công cộng"]);
    phone.says(&["trung tâm nằm ngay trên máy này"]);
    assert_eq!(central.devices().unwrap(), [], "nothing is sent before the officer agrees");
    phone.press("Không đúng");
    phone.says(&["Chữ của mã đăng ký"]);
    phone.type_into(0, &text);
    phone.press("Đọc mã");
    phone.press("Đúng, đăng ký");
    phone.comes_to_say(&["Máy đã đăng ký", "có giá trị đến"]).await;
    // The bench's clock stands in November 2026.
    assert_eq!(central.devices().unwrap()[0].device, bench.kit.vault.device());

    phone.press("Sang đăng nhập");
    phone.says(&["Đăng nhập", &format!("http://{address}"), "Đăng ký lại máy"]);
    phone.press("Nhập mật khẩu chữ");
    phone.type_into(0, "an.nv");
    phone.type_into(1, "ABCD-EFGH-2345");
    phone.press("Đăng nhập");
    phone.comes_to_say(&["Niêm phong container"]).await;

    // The next start goes to the shift, and the settings say whose the phone is.
    Phone::reopen(&kit, SyncStatus::default()).says(&["Niêm phong container"]);
    let settings = Phone::open(&kit, &officer(), &Route::Settings);
    settings.says(&["Địa chỉ trung tâm", &format!("http://{address}")]);
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_in_the_officers_words() {
    let bench = Bench::new(&[]);
    let (central, address) = central(bench.folder.path()).await;
    let good = offer(&central, &format!("http://{address}"));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let kit = kit(&bench);
    for (offer, said) in [
        (Offer { address: format!("http://{nobody}"), ..good.clone() }, "Chưa gọi được trung tâm"),
        (Offer { secret: Bytes(vec![1; 16]), ..good.clone() }, "Trung tâm không có mã đăng ký này"),
        (Offer { central: Sha256([1; 32]), ..good.clone() }, "hoặc mã của trung tâm khác"),
    ] {
        let mut phone = Phone::reopen(&kit, SyncStatus::default());
        phone.type_into(0, &offer.text().unwrap());
        phone.press("Đọc mã");
        phone.press("Đúng, đăng ký");
        phone.comes_to_say(&[said, "Tin trung tâm này?"]).await;
    }
    central.withdraw_offers().unwrap();
    let mut phone = Phone::reopen(&kit, SyncStatus::default());
    phone.type_into(0, &good.text().unwrap());
    phone.press("Đọc mã");
    phone.press("Đúng, đăng ký");
    phone.comes_to_say(&["Mã đăng ký đã hết hạn"]).await;
}

#[tokio::test]
async fn the_camera_reads_it_too() {
    let bench = Bench::new(&[]);
    let (central, address) = central(bench.folder.path()).await;
    let offer = offer(&central, &format!("http://{address}"));
    let eye = Eye::new();
    let kit = Kit { camera: Arc::clone(&eye) as _, ..kit(&bench) };
    let mut phone = Phone::reopen_with_camera(&kit, SyncStatus::default());
    phone.says(&["Chĩa vào mã đăng ký máy"]);
    eye.shows(&[(Symbology::Qr, "83181001")]);
    phone.comes_to_say(&["Đây không phải mã đăng ký máy"]).await;
    eye.shows(&[(Symbology::Code128, "83181001"), (Symbology::Qr, &offer.text().unwrap())]);
    phone.comes_to_say(&["Tin trung tâm này?"]).await;
}

// ── in a browser ──

/// Serves the phone's page; gives its address.
async fn page(kit: Kit) -> String {
    let (cameras, pool) = (Arc::new(Cameras::new()), Arc::new(LiveViewPool::new()));
    let screens = Arc::default();
    let open = Arc::clone(&cameras);
    let live = get(move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |socket| async move {
            let hub = open.open();
            let camera_url = Some(format!("/frames?secret={}", hub.secret()));
            let kit = Kit { camera: Arc::new(HubCamera::new(hub)), ..kit };
            let sync = StandingSync::at(SyncStatus::default());
            let parts = DeskParts { kit, sync, practice: None, camera_url };
            let page = move || VirtualDom::new_with_props(App, AppProps { parts: DeskPartsProp(parts) });
            let _closed = pool.launch_virtualdom(dioxus_liveview::axum_socket(socket), page).await;
        })
    });
    let glue = dioxus_liveview::interpreter_glue("/live");
    let html = format!(
        "<!doctype html><html lang=vi><head><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1'><script src='/camera.js'></script>\
         <style>html,body{{margin:0;block-size:100%}}</style></head><body><div id=main></div>{glue}</body></html>"
    );
    let pages = Router::new()
        .route("/", get(move || async move { Html(html) }))
        .route("/live", live)
        .merge(camera_routes::routes(cameras, screens, Vec::new()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, pages).await.unwrap() });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_browser_whose_camera_sees_the_code() {
    let bench = Bench::new(&[]);
    let (central, address) = central(bench.folder.path()).await;
    let mut offer = offer(&central, &format!("http://{address}"));
    // As large as a code with an agency's root is; nothing is asked over TLS here, so it is never used.
    offer.roots = vec![Bytes([&[0x30, 0x82, 0x01, 0xbf][..], &[7; 447]].concat())];
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/journey/enrol");
    let _ = std::fs::remove_dir_all(&shots);
    let browser = Browser::start(bench.folder.path(), &shots).await;
    browser.hold_up(Symbology::Qr, &offer.text().unwrap()).await;
    browser.go(&page(kit(&bench)).await).await;
    browser.see("Tin trung tâm này?").await;
    browser.see(&format!("http://{address}")).await;
    browser.shot("trust").await;
    browser.tap("Không đúng").await;
    browser.see("Chĩa vào").await;
    browser.shot("look").await;
    browser.close().await;
}
