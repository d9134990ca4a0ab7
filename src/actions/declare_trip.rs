//! Vehicle, driver, approved route and permitted time.

use jiff::SignedDuration;
use seal_core::fact::{Fact, TripDeclared};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;

use super::Kit;
use crate::ports::store::StoreError;

/// What the officer filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trip {
    /// Vehicle plate, or the name of a barge.
    pub vehicle: String,
    /// Trailer plate; may be empty.
    pub trailer: String,
    /// Driver's name.
    pub driver: String,
    /// Driver's identity document; may be empty.
    pub driver_id: String,
    /// Approved route.
    pub route: String,
    /// Permitted time from now, hours.
    pub hours: u32,
}

/// What is missing, as the field to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TripField {
    /// No plate.
    Vehicle,
    /// No driver.
    Driver,
    /// No route.
    Route,
    /// No permitted time, or more than thirty days.
    Hours,
}

/// Why the trip was not written down.
#[derive(Debug, thiserror::Error)]
pub enum TripTrouble {
    /// A field is missing.
    #[error("{0:?} is missing")]
    Missing(TripField),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The first field that is missing.
#[must_use]
pub fn missing(trip: &Trip) -> Option<TripField> {
    let empty = |text: &str| text.trim().is_empty();
    match trip {
        trip if empty(&trip.vehicle) => Some(TripField::Vehicle),
        trip if empty(&trip.driver) => Some(TripField::Driver),
        trip if empty(&trip.route) => Some(TripField::Route),
        trip if !(1..=720).contains(&trip.hours) => Some(TripField::Hours),
        _ => None,
    }
}

/// Plates as one reads them: upper case, single blanks.
#[must_use]
pub fn plate(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// Writes it down.
///
/// # Errors
/// [`TripTrouble`]; then nothing was written.
pub fn declare_trip(kit: &Kit, officer: &Officer, case: CaseId, trip: &Trip) -> Result<(), TripTrouble> {
    if let Some(field) = missing(trip) {
        return Err(TripTrouble::Missing(field));
    }
    let declared = TripDeclared {
        vehicle: plate(&trip.vehicle),
        trailer: plate(&trip.trailer),
        driver: trip.driver.trim().to_owned(),
        driver_id: trip.driver_id.trim().to_owned(),
        route: trip.route.trim().to_owned(),
        permitted_until: kit.clock.now().wall + SignedDuration::from_hours(i64::from(trip.hours)),
    };
    kit.record(officer, Some(case), vec![Fact::TripDeclared(declared)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_first_missing_field() {
        let mut trip = Trip::default();
        assert_eq!(missing(&trip), Some(TripField::Vehicle));
        trip.vehicle = "15C-482.19".into();
        assert_eq!(missing(&trip), Some(TripField::Driver));
        trip.driver = "Vũ Văn Sơn".into();
        assert_eq!(missing(&trip), Some(TripField::Route));
        trip.route = "Đình Vũ - QL5 - QL1 - Hữu Nghị".into();
        assert_eq!(missing(&trip), Some(TripField::Hours));
        trip.hours = 721;
        assert_eq!(missing(&trip), Some(TripField::Hours));
        trip.hours = 48;
        assert_eq!(missing(&trip), None);
    }

    #[test]
    fn plates_are_upper_case() {
        assert_eq!(plate("  15c-482.19  "), "15C-482.19");
    }
}
