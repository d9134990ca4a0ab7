//! The queue's screen, on a real store: every row in every state.

use crate::common;
use crate::common::seal;
use crate::still::{arrived, picture, says, screen, without_tags, world};
use jiff::SignedDuration;
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::ids::{CaseId, ParcelId};
use seal_core::outbox::{Receipt, StuckReason};
use seal_field::ports::store::{Sendable, Settled, Store as _};
use seal_field::ports::vault::{Purpose, Vault as _};
use seal_field::ui::route::Route;
use uuid::Uuid;

#[tokio::test]
async fn the_queue_shows_every_item_the_stuck_ones_first() {
    let bench = arrived(&[]).await;
    picture(&bench, PhotoRole::Housing, Stage::Inspect, Some(bench.case), &bench.b, "#999999");
    let store = &bench.device.store;
    let due = store.take_due(bench.now(), 3).unwrap();
    assert_eq!(due.len(), 3);
    let receipt = Receipt { server_seq: 1, at: bench.now(), code: "7F3A-21".to_owned() };
    let refused = StuckReason::Refused { code: "scope".to_owned(), detail: "thiếu **mã** tình trạng".to_owned() };
    let settled = due.iter().map(Sendable::key).zip([
        Settled::Accepted(receipt),
        Settled::Stuck(refused),
        Settled::Again {
            not_before: bench.now() + SignedDuration::from_mins(20),
            problem: "offline".to_owned(),
            sent_bytes: 0,
        },
    ]);
    store.settle(&settled.collect::<Vec<_>>()).unwrap();
    let html = screen(&bench, &bench.b, &Route::Queue, "queue");
    let items = store.queue().unwrap();
    assert_eq!(html.matches("class=\"qitem\"").count(), items.len(), "nothing is invisible");
    says(
        &html,
        &[
            "Cần sửa",
            "Bị trả lại",
            "thiếu mã tình trạng",
            "biên nhận 7F3A-21",
            "thử lại",
            "Thử gửi ngay",
            "8318 1001",
            "bản ghi trước, ảnh sau",
        ],
    );
    let text = without_tags(&html);
    assert!(text.find("Bị trả lại").unwrap() < text.find("Chờ mạng").unwrap());
    assert!(text.find("Khóa seal").unwrap() < text.find("Ảnh: cửa").unwrap_or(usize::MAX), "records before photos");

    let empty = world(&[]);
    says(&screen(&empty, &empty.b, &Route::Queue, "queue-empty"), &["Đã gửi hết"]);
}

#[tokio::test]
async fn no_row_of_the_outbox_is_invisible_in_any_state() {
    let bench = arrived(&[]).await;
    for _ in 0..8 {
        picture(&bench, PhotoRole::Housing, Stage::Inspect, Some(bench.case), &bench.b, "#999999");
    }
    let key = bench.device.vault.key(Purpose::Database);
    let conn = common::open_database(&bench.folder.path().join("seal.db"), &key);
    let receipt = r#"{"server_seq":1,"at":"2026-11-23T01:00:00Z","code":"7F3A-21"}"#;
    let stuck = [
        r#"{"why":"refused","code":"scope","detail":"no"}"#,
        r#"{"why":"hash_conflict"}"#,
        r#"{"why":"photo_missing"}"#,
        r#"{"why":"photo_changed"}"#,
    ];
    let problems = [
        "offline",
        "portal",
        "server_busy",
        "sign_in",
        "tls",
        "forbidden",
        "upgrade",
        "storage",
        "central_restored",
        "new",
    ];
    let now = bench.now().as_millisecond();
    // Every state, every reason, with and without a time to wait for, by another officer and by nobody noted.
    let mut states: Vec<String> = vec![
        "state = 'waiting'".to_owned(),
        "state = 'waiting', author = NULL".to_owned(),
        "state = 'waiting', author = 'khoa.nm', sent_bytes = 1".to_owned(),
        "state = 'sending'".to_owned(),
        format!("state = 'accepted', receipt = '{receipt}', accepted_at = {now}"),
    ];
    states.extend(stuck.map(|why| format!("state = 'stuck', stuck = '{why}', tries = 1")));
    states.extend(problems.map(|why| format!("state = 'waiting', last_problem = '{why}', tries = 2")));
    states.push(format!("state = 'waiting', tries = 3, not_before = {}", now + 600_000));
    let keys: Vec<i64> = conn
        .prepare("SELECT key FROM outbox ORDER BY key")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(keys.len() >= states.len(), "{} rows", keys.len());
    for (key, state) in keys.iter().zip(states.iter().cycle()) {
        conn.execute(&format!("UPDATE outbox SET {state} WHERE key = ?1"), [key]).unwrap();
    }
    let rows: usize = conn.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap();
    let html = screen(&bench, &bench.b, &Route::Queue, "queue-states");
    assert_eq!(html.matches("class=\"qitem\"").count(), rows);
    assert_eq!(html.matches("class=\"qitem-meta\"").count(), rows, "each with its age and size");
    says(&html, &["của bạn", "của", "Xuất mục này", "Báo vướng mắc", "Gửi lại", "thử lại", "Xuất ra tệp"]);
}

#[tokio::test]
async fn what_is_not_on_the_phone_is_said() {
    let bench = world(&[]);
    let case = CaseId(Uuid::from_u128(404));
    let parcel = ParcelId(Uuid::from_u128(404));
    for (route, words) in [
        (Route::Conflict { case }, "Hồ sơ này chưa có trên máy"),
        (Route::SealLog { case, seal: seal("1"), en_route: true }, "Hồ sơ này chưa có trên máy"),
        (Route::ParcelReceive { parcel }, "Kiện này chưa có trên máy"),
        (Route::ParcelPack { parcel }, "Kiện này không đóng trên máy này"),
        (Route::Practice, "Không ở chế độ thực hành"),
        (Route::Parcels, "Chưa có kiện nào"),
        (Route::Returns, "Không có seal nào phải trả"),
    ] {
        says(&screen(&bench, &bench.b, &route, "not-here"), &[words]);
    }
}
