//! Phones of one unit side by side: what one shows, the other's camera can see.
#![allow(dead_code)]

use std::sync::Arc;

use seal_core::doc::{DeviceDoc, Doc};
use seal_core::event::SignedEvent;
use seal_core::fact::{ApprovalAsked, ApprovalKind, Fact};
use seal_core::officer::{Officer, Role};
use seal_core::scan::Symbology;
use seal_core::slip;
use seal_core::wire::B64;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::Vault as _;
use seal_field::ui::route::{Route, ScanFor};

use crate::bench::{Bench, officer};
use crate::common::office;
use crate::phone::{Eye, Phone};

/// The officers of 03EE and a head of another unit, with their names.
pub fn people() -> Vec<Officer> {
    let named = |id: &str, unit: &str, roles: &[Role], name: &str| Officer {
        name: name.to_owned(),
        ..officer(id, unit, roles)
    };
    vec![
        named("khoa.nm", "03EE", &[Role::Officer], "Nguyễn Minh Khoa"),
        named("hoa.pt", "03EE", &[Role::Officer, Role::ShiftLead], "Phạm Thị Hoa"),
        named("quang.dm", "03EE", &[Role::Officer, Role::Supervisor], "Đặng Minh Quang"),
        named("lan.ht", "15BB", &[Role::Officer, Role::Supervisor], "Hoàng Thị Lan"),
    ]
}

/// One of [`people`].
pub fn person(id: &str) -> Officer {
    people().into_iter().find(|officer| officer.id.0 == id).expect("one of them")
}

/// A phone of 03EE with a camera that sees what it is told.
pub struct Mobile {
    pub bench: Bench,
    pub eye: Arc<Eye>,
}

impl Mobile {
    pub fn new() -> Self {
        let mut bench = Bench::new(&[]);
        let eye = Eye::new();
        bench.kit.camera = eye.clone();
        bench.documents(people().into_iter().map(Doc::Officer).collect());
        let rules = bench.device.store.rules().unwrap();
        bench.rules(rules, &[("03EE", "Đình Vũ"), ("15BB", "Hữu Nghị")]);
        Self { bench, eye }
    }

    /// The central's entry of this phone.
    pub fn entry(&self, revoked: bool) -> Doc {
        Doc::Device(DeviceDoc {
            id: self.bench.device.vault.device(),
            key: B64(self.bench.device.vault.public_key()),
            unit: office("03EE"),
            enrolled_at: self.bench.now(),
            revoked,
        })
    }

    pub fn ask(&self) -> SignedEvent {
        let asked = ApprovalAsked {
            what: ApprovalKind::OutsideCriteria,
            containers: vec!["CSQU3054383".parse().unwrap()],
            vehicle: "15C-318.24".to_owned(),
            ground: None,
            why: "Hàng giá trị cao, tuyến dài".to_owned(),
        };
        let bench = &self.bench;
        bench.kit.record(&bench.a, Some(bench.case), vec![Fact::ApprovalAsked(asked)]).unwrap().remove(0)
    }

    pub fn open(&self, route: &Route) -> Phone {
        Phone::open(&self.bench.kit, &self.bench.a, route)
    }

    pub fn scan(&self, purpose: ScanFor) -> Phone {
        self.open(&Route::Scan { purpose })
    }

    pub fn sees(&self, text: &str) {
        self.eye.shows(&[(Symbology::Qr, text)]);
    }

    /// All codes of a slip pass before the camera.
    pub fn sees_slip(&self, cose: &[u8]) {
        slip::codes(cose).iter().for_each(|code| self.sees(code));
    }

    /// Knows the other phone's key, as the central gave it.
    pub fn knows(&self, other: &Self) {
        self.bench.documents(vec![other.entry(false)]);
    }

    /// The app on a screen, as that officer.
    pub fn open_as(&self, officer: &Officer, route: &Route) -> Phone {
        Phone::open(&self.bench.kit, officer, route)
    }
}
