//! Whether a seal may be used for a case at all, before anything is asked of its radio.

use crate::codes::SealType;
use crate::custody::{SealView, Whereabouts};
use crate::doc::{SealLife, SealRadio};
use crate::ids::{CaseId, OfficeCode, ParcelId};

/// The seal may be used; whose it is, and what the officer should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealFit {
    /// Whose it is, seen from here and from the destination.
    pub home: SealHome,
    /// What the officer should know.
    pub warnings: Vec<FitWarning>,
}

/// Whose the seal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealHome {
    /// This unit owns or manages it.
    Here,
    /// A foreign seal travelling toward the unit that owns or manages it: the re-use the dispatch allows.
    Destination,
    /// A foreign seal travelling elsewhere: it will be longer on its way home.
    Elsewhere {
        /// Unit that owns it.
        owner: OfficeCode,
        /// Unit that manages it.
        manager: OfficeCode,
    },
}

/// Allowed, but worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FitWarning {
    /// Foreign, and not going home: see [`SealHome::Elsewhere`].
    NotTowardHome,
    /// The register says another unit holds it.
    HeldBy(OfficeCode),
    /// It is in a parcel, as far as anybody recorded.
    InParcel(ParcelId),
    /// Promised to another shipment.
    ReservedFor(CaseId),
}

/// The seal must not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Neither the register nor any fact knows it.
    #[error("the register does not know this seal; check the number, or take another seal")]
    Unknown,
    /// Not an electronic seal.
    #[error("this is not an electronic seal; record it by hand")]
    NotElectronic,
    /// Worked by card, keypad or monitoring centre only.
    #[error("the app does not speak this seal's radio; record it by card, keypad or monitoring centre")]
    RadioNotSpoken,
    /// Lost, in repair or retired.
    #[error("the seal is out of use ({0:?}); take another seal")]
    OutOfUse(SealLife),
    /// On another case, as far as anybody recorded: somebody has to decide that first.
    #[error("the seal is on another case; a supervisor has to decide, or take another seal")]
    OnOtherCase(CaseId),
}

/// Judges a seal for a case that starts at `unit` and goes to `destination`.
///
/// # Errors
/// [`Unfit`] when it must not be used.
pub fn fit(
    seal: Option<&SealView>,
    case: CaseId,
    unit: &OfficeCode,
    destination: &OfficeCode,
) -> Result<SealFit, Unfit> {
    let seal = seal.ok_or(Unfit::Unknown)?;
    let doc = seal.doc.as_ref().ok_or(Unfit::Unknown)?;
    if doc.seal_type != SealType::Electronic {
        return Err(Unfit::NotElectronic);
    }
    if let Some(life) = seal.life.filter(|life| *life != SealLife::InService) {
        return Err(Unfit::OutOfUse(life));
    }
    let mut warnings = Vec::new();
    match &seal.whereabouts {
        Some(Whereabouts::OnCase { case: other }) if *other != case => return Err(Unfit::OnOtherCase(*other)),
        Some(Whereabouts::InParcel { parcel }) => warnings.push(FitWarning::InParcel(*parcel)),
        Some(Whereabouts::Unit { unit: holder }) if holder != unit => warnings.push(FitWarning::HeldBy(holder.clone())),
        _ => {}
    }
    if let Some(other) = seal.reserved_for.filter(|other| *other != case) {
        warnings.push(FitWarning::ReservedFor(other));
    }
    if doc.radio == SealRadio::NotSpoken {
        return Err(Unfit::RadioNotSpoken);
    }
    let belongs_to = |office: &OfficeCode| &doc.owner == office || &doc.manager == office;
    let home = if belongs_to(unit) {
        SealHome::Here
    } else if belongs_to(destination) {
        SealHome::Destination
    } else {
        warnings.insert(0, FitWarning::NotTowardHome);
        SealHome::Elsewhere { owner: doc.owner.clone(), manager: doc.manager.clone() }
    };
    Ok(SealFit { home, warnings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::CustomsSealKind;
    use crate::doc::SealDoc;
    use uuid::Uuid;

    fn office(code: &str) -> OfficeCode {
        OfficeCode::parse(code).unwrap()
    }

    fn seal(owner: &str, manager: &str) -> SealView {
        let no = "83181001".parse().unwrap();
        let doc = SealDoc {
            no,
            seal_type: SealType::Electronic,
            kind: CustomsSealKind::Electronic,
            class: None,
            owner: office(owner),
            manager: office(manager),
            holder: office("03EE"),
            as_of: jiff::Timestamp::UNIX_EPOCH,
            radio: SealRadio::Spoken,
            life: SealLife::InService,
            platform_sees: None,
        };
        SealView::fold(&doc.no.clone(), Some(&doc), &[])
    }

    fn judge(seal: &SealView) -> Result<SealFit, Unfit> {
        fit(Some(seal), CaseId(Uuid::from_u128(1)), &office("03EE"), &office("15BB"))
    }

    #[test]
    fn own_foreign_toward_home_and_foreign_elsewhere() {
        assert_eq!(judge(&seal("03EE", "99AA")).unwrap().home, SealHome::Here);
        let home = judge(&seal("99AA", "15BB")).unwrap();
        assert_eq!((home.home, home.warnings), (SealHome::Destination, vec![]));
        let away = judge(&seal("99AA", "99AB")).unwrap();
        assert_eq!(away.warnings, vec![FitWarning::NotTowardHome]);
    }

    #[test]
    fn what_must_not_be_used() {
        assert_eq!(fit(None, CaseId(Uuid::nil()), &office("03EE"), &office("15BB")), Err(Unfit::Unknown));
        let mut retired = seal("03EE", "03EE");
        retired.life = Some(SealLife::Retired);
        assert_eq!(judge(&retired), Err(Unfit::OutOfUse(SealLife::Retired)));
        let mut elsewhere = seal("03EE", "03EE");
        let other = CaseId(Uuid::from_u128(2));
        elsewhere.whereabouts = Some(Whereabouts::OnCase { case: other });
        assert_eq!(judge(&elsewhere), Err(Unfit::OnOtherCase(other)));
        elsewhere.whereabouts = Some(Whereabouts::OnCase { case: CaseId(Uuid::from_u128(1)) });
        assert!(judge(&elsewhere).is_ok(), "preparing it again for the same case");
    }
}
