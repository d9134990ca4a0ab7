//! Practice and the rules in force, as the settings show them.

use crate::common::seal;
use crate::still::{says, screen, screen_with, world};
use jiff::Timestamp;
use seal_field::i18n::{I18n, Lang};
use seal_field::ports::practice::{
    Practice, PracticeAccount, PracticeDevice, PracticeNetwork, PracticeSample, PracticeSeal,
};
use seal_field::ui::route::Route;
use seal_simulator::Trouble;
use std::sync::Arc;

/// Practice controls that stand still.
struct Set;

impl Practice for Set {
    fn devices(&self) -> Vec<PracticeDevice> {
        let device = |name: &str, this| PracticeDevice { name: name.to_owned(), url: format!("/{name}/"), this };
        vec![device("Đình Vũ", true), device("Hữu Nghị", false)]
    }
    fn now(&self) -> Timestamp {
        "2026-11-23T01:00:00Z".parse().unwrap()
    }
    fn advance(&self, _: i64) {}
    fn network(&self) -> PracticeNetwork {
        PracticeNetwork::Off
    }
    fn set_network(&self, _: PracticeNetwork) {}
    fn seals(&self) -> Vec<PracticeSeal> {
        let trouble = "drops-link-after-lock-moved".to_owned();
        vec![PracticeSeal { seal: seal("83181001"), rope_in: false, closed: true, trouble }]
    }
    fn troubles(&self, _: &seal_core::seal_no::SealNo) -> Vec<String> {
        Trouble::ALL
            .iter()
            .filter_map(|trouble| Some(serde_json::to_value(trouble).ok()?.as_str()?.to_owned()))
            .collect()
    }
    fn set_trouble(&self, _: &seal_core::seal_no::SealNo, _: &str) {}
    fn set_rope(&self, _: &seal_core::seal_no::SealNo, _: bool) {}
    fn samples(&self) -> Vec<PracticeSample> {
        vec![PracticeSample { id: "seal".to_owned(), name: "Nhãn seal".to_owned() }]
    }
    fn accounts(&self) -> Vec<PracticeAccount> {
        Vec::new()
    }
    fn prints_url(&self) -> String {
        "/prints".to_owned()
    }
}

#[tokio::test]
async fn practice_has_its_controls_and_its_mark() {
    let bench = world(&[]);
    let html = screen_with(&bench, &bench.b, &Route::Practice, "practice", Some(Arc::new(Set)));
    says(
        &html,
        &[
            "THỰC HÀNH",
            "Rớt nối sau khi chốt chạy",
            "cáp chưa cắm",
            "+3 ngày",
            "Trang đăng nhập",
            "Hữu Nghị",
            "Mở trang in",
        ],
    );
    assert!(html.contains("data-practice"));
    // Every trouble of the yard has words in both languages.
    for lang in [Lang::Vi, Lang::En] {
        for name in Set.troubles(&seal("83181001")) {
            let key = format!("trouble-{}", name.replace('_', "-"));
            assert_ne!(I18n::new(lang).t(&key), key);
        }
    }
}

#[test]
fn the_rules_in_force_are_shown_with_their_sources() {
    let bench = world(&[]);
    let html = screen(&bench, &bench.a, &Route::Rules, "rules");
    says(
        &html,
        &[
            "Đã kiểm tra chữ ký",
            "test ban hành ngày 23/11/2026",
            "Công văn 1023/TCHQ-GSQL",
            "Chưa đối chiếu văn bản gốc",
            "3 ngày làm việc",
            "Không tính ngày đầu",
            "làm bù 10/01, 22/08",
            "Năm 2027 Chưa có lịch",
            "Hải quan Hữu Nghị",
        ],
    );
}
