//! Parcels to put on paper, of any size. All of it is invented.

use seal_core::codes::CustomsSealKind;
use seal_core::courier::ParcelView;
use seal_core::document::Document;
use seal_core::document::parcel::{Courier, KnownSeal, ParcelPapers, SealInside, Unit};
use seal_core::fact::{PackedSeal, ParcelPacked};
use seal_core::ids::{OfficeCode, OfficerId, ParcelId};
use seal_core::rules::RulePack;
use seal_core::seal_no::SealNo;
use seal_core::waybill::WaybillNo;
use uuid::Uuid;

/// What one sample differs in.
#[derive(Debug, Clone)]
pub struct Sample {
    pub name: &'static str,
    pub seals: usize,
    pub from: String,
    pub to: String,
    pub packed_by: String,
    /// Empty before the courier is known.
    pub carrier: String,
    pub waybill: &'static str,
    pub taken_by: String,
    pub signature: &'static str,
    pub recorded: bool,
}

impl Sample {
    pub fn of(name: &'static str, seals: usize) -> Self {
        Self {
            name,
            seals,
            from: "Hải quan cửa khẩu Hữu Nghị".to_owned(),
            to: "Hải quan cửa khẩu cảng Sài Gòn khu vực 1".to_owned(),
            packed_by: "Trần Thị Bình".to_owned(),
            carrier: "Bưu điện Việt Nam (EMS)".to_owned(),
            waybill: "EB417882053VN",
            taken_by: "Nguyễn Hữu Phước".to_owned(),
            signature: "M60 150L90 60L120 190L150 90L190 180L230 110L260 170L330 120L420 165L540 100M300 60L340 40",
            recorded: true,
        }
    }

    /// Nothing of the courier is known, and of the seals only their numbers.
    pub fn bare(name: &'static str, seals: usize) -> Self {
        let empty = Self {
            carrier: String::new(),
            waybill: "",
            taken_by: String::new(),
            signature: "",
            ..Self::of(name, seals)
        };
        Self { recorded: false, ..empty }
    }

    pub fn id(&self) -> ParcelId {
        ParcelId(Uuid::from_u128(0x0193_7b2c_4d5e_7f60_8a9b_0c1d_2e3f_0000 + self.seals as u128))
    }

    pub fn numbers(&self) -> Vec<SealNo> {
        (0..self.seals).map(|at| SealNo::parse(&format!("{}", 83_181_001 + at)).expect("a number")).collect()
    }

    pub fn document(&self) -> Document {
        let rules = RulePack::parse(include_str!("../../assets/rules/2026.json")).expect("the shipped rules");
        let view = self.view();
        let seals = self.numbers().into_iter().enumerate().map(|(at, no)| {
            let known = KnownSeal {
                kind: CustomsSealKind::Electronic,
                owner: if at % 7 == 3 { "Hải Phòng KV1" } else { "Sài Gòn KV1" }.to_owned(),
            };
            // One of them is in no register.
            SealInside { no, known: (at != 5).then_some(known) }
        });
        let unit =
            |code: &str, name: &str| Unit { code: OfficeCode::parse(code).expect("a code"), name: name.to_owned() };
        let papers = ParcelPapers {
            parcel: &view,
            from: unit("15BB", &self.from),
            to: unit("02CI", &self.to),
            packed_by: self.packed_by.clone(),
            seals: seals.collect(),
            courier: Courier {
                carrier: self.carrier.clone(),
                waybill: WaybillNo::parse(self.waybill).ok(),
                taken_by: self.taken_by.clone(),
                signature: self.signature.to_owned(),
            },
            rules: &rules,
        };
        papers.document()
    }

    fn view(&self) -> ParcelView {
        let packed = self.numbers().into_iter().enumerate().map(|(at, seal)| PackedSeal {
            seal,
            asleep: true,
            battery_percent: (at % 9 != 4).then(|| 100 - u8::try_from(at % 40).unwrap_or(0)),
        });
        ParcelView {
            packed: ParcelPacked {
                parcel: self.id(),
                number: "GP-0417".to_owned(),
                from: OfficeCode::parse("15BB").expect("a code"),
                to: OfficeCode::parse("02CI").expect("a code"),
                seals: self.numbers(),
                ropes: u32::try_from(self.seals).unwrap_or(0),
                chargers: 2,
                packed: if self.recorded { packed.collect() } else { Vec::new() },
                lithium_label: self.recorded,
            },
            packed_at: "2026-11-23T01:04:00Z".parse().expect("a moment"),
            packed_by: OfficerId("binh.tt".to_owned()),
            handed_over: None,
            received: None,
            tracked: Vec::new(),
            losses: Vec::new(),
        }
    }
}
