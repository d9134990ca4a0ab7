//! Where the officer is. Routes are plain data kept in the store, so that a stopped app opens where it was; no renderer's
//! URL is involved.

use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::ids::{CaseId, EventId, ParcelId};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use seal_core::wire::B64;
use serde::{Deserialize, Serialize};

/// What a scan is for: decides the formats looked for, and what happens with what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum ScanFor {
    /// Anything: the app says what it is and opens it.
    Anything,
    /// Papers or the container of a case.
    Case {
        /// Which.
        case: CaseId,
    },
    /// One more container of the case that is being opened on the spot.
    OpenCase,
    /// The seal that is to be put on.
    SealToArm {
        /// On which case.
        case: CaseId,
    },
    /// The seal that is on a case, to inspect or disarm it.
    SealOnCase {
        /// Of which case.
        case: CaseId,
    },
    /// Seals into a parcel, one after another.
    ParcelContents {
        /// Which.
        parcel: ParcelId,
    },
    /// The waybill of a parcel.
    Waybill {
        /// Which.
        parcel: ParcelId,
    },
    /// Seals out of a parcel, one after another.
    ParcelReceipt {
        /// Which.
        parcel: ParcelId,
    },
    /// Seals to hand over, one after another.
    HandOver,
    /// Seals to take over, one after another.
    TakeOver {
        /// By which offer.
        offer: EventId,
    },
    /// Seals of a stock count, one after another.
    StockCount,
    /// A slip on another phone's screen.
    Slip {
        /// Of which case; none for any.
        case: Option<CaseId>,
    },
}

/// A screen and what it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Route {
    /// The shift: next task, returns due, queue.
    Home,
    /// Every case known here, with search.
    Cases,
    /// The camera looks for codes.
    Scan {
        /// What for.
        purpose: ScanFor,
    },
    /// A number typed with live check digit.
    TypeNumber {
        /// What for.
        purpose: ScanFor,
        /// To begin with.
        initial: String,
    },
    /// One case.
    Case {
        /// Which.
        case: CaseId,
    },
    /// Opens a case on the spot.
    OpenCase {
        /// What was scanned already.
        container: Option<ContainerNo>,
        /// What was scanned already.
        declaration: Option<DeclarationNo>,
    },
    /// Legal ground and what follows from it.
    Goods {
        /// Of which case.
        case: CaseId,
    },
    /// Sealing 1/6: vehicle, driver, route, time.
    Trip {
        /// Of which case.
        case: CaseId,
    },
    /// Sealing 3/6: pairing and checks. (2/6 is the scan of the seal.)
    Preflight {
        /// On which case.
        case: CaseId,
        /// With which seal.
        seal: SealNo,
    },
    /// A seal without our radio, or a mechanical one.
    ManualSeal {
        /// On which case.
        case: CaseId,
        /// Number, when scanned already.
        seal: Option<SealNo>,
    },
    /// Sealing 4/6, and disarming: the command, its progress, its end.
    Lock {
        /// On which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
        /// What is asked of it.
        action: LockAction,
    },
    /// Sealing 5/6: required photographs.
    Photos {
        /// Of which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
        /// Stage.
        stage: Stage,
    },
    /// One photograph.
    TakePhoto {
        /// Of which case; none for a parcel.
        case: Option<CaseId>,
        /// What it is to show.
        role: PhotoRole,
        /// Stage.
        stage: Stage,
    },
    /// Sealing 6/6: tug test and the driver's signature.
    HandOver {
        /// Of which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
    },
    /// The seal's own log as a timeline.
    SealLog {
        /// Of which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
        /// A check on the way, without taking it off.
        en_route: bool,
    },
    /// Checks by hand, photos side by side.
    HandChecks {
        /// Of which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
        /// A check on the way.
        en_route: bool,
    },
    /// Condition and verdict.
    Verdict {
        /// Of which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
        /// A check on the way.
        en_route: bool,
    },
    /// A dead seal, cut off before a witness.
    CutOff {
        /// Of which case.
        case: CaseId,
        /// Which seal.
        seal: SealNo,
    },
    /// Contradicting facts, and who may decide.
    Conflict {
        /// Of which case.
        case: CaseId,
    },
    /// Seals that have to go home.
    Returns,
    /// Shipments toward the owner or manager of a seal.
    Reuse {
        /// Which seal.
        seal: SealNo,
    },
    /// Parcels of this unit.
    Parcels,
    /// Packing.
    ParcelPack {
        /// Which.
        parcel: ParcelId,
    },
    /// Waybill, courier, signature.
    ParcelHandOver {
        /// Which.
        parcel: ParcelId,
    },
    /// Opening at the owner.
    ParcelReceive {
        /// Which.
        parcel: ParcelId,
    },
    /// One seal's history.
    Seal {
        /// Which.
        seal: SealNo,
    },
    /// What becomes of a seal: repair, damaged, lost, out of use.
    ChangeLife {
        /// Which.
        seal: SealNo,
    },
    /// The unit's seals: counts and list.
    Stock,
    /// Seals from the stock to an officer, by number range.
    IssueSeals,
    /// Seals to another officer: which, and to whom.
    OfferSeals,
    /// An offer as a code for the taker's phone.
    OfferShown {
        /// Which.
        offer: EventId,
    },
    /// An offer as read from the giver's screen.
    TakeOver {
        /// The event, as signed.
        slip: B64,
    },
    /// The taker's slip as read from their screen.
    ConfirmTaken {
        /// The event, as signed.
        slip: B64,
    },
    /// A stock count.
    CountStock,
    /// Another seal in a seal's place.
    ReplaceSeal {
        /// Of which case.
        case: CaseId,
        /// Which comes off.
        old: SealNo,
    },
    /// A second officer agrees that a seal is opened.
    Agree {
        /// Of which case.
        case: CaseId,
        /// Which.
        seal: SealNo,
    },
    /// The goods in another container.
    ChangeContainer {
        /// Of which case.
        case: CaseId,
    },
    /// An opening before a witness.
    OpenSupervised {
        /// Of which case.
        case: CaseId,
    },
    /// Lost and damaged seals that concern the unit.
    Losses,
    /// One of them.
    Loss {
        /// The report.
        report: EventId,
    },
    /// Turnaround of the unit's seals.
    Turnaround,
    /// The unit's statement that no electronic seal is left.
    Depletion,
    /// The head's approval of a case: asked, waited for, given.
    Approval {
        /// Which case.
        case: CaseId,
    },
    /// The head answers on the officer's phone with their PIN.
    ApproveHere {
        /// Which case.
        case: CaseId,
    },
    /// The head's answer as read from their phone's screen.
    TakeApproval {
        /// Into which case.
        case: CaseId,
        /// The event, as signed.
        slip: B64,
    },
    /// The head answers a request.
    DecideApproval {
        /// The request.
        request: EventId,
        /// The request's event, as signed, where it was read from the officer's phone.
        slip: Option<B64>,
    },
    /// An event of this phone as codes for another phone's camera.
    Slip {
        /// Which.
        event: EventId,
    },
    /// The rules in force, with their citations.
    Rules,
    /// What waits to be sent.
    Queue,
    /// A difficulty to report.
    Report {
        /// On which screen it came up.
        screen: String,
    },
    /// Practice: troubles, clock, network, devices, samples.
    Practice,
    /// Theme, gloves, language, sign-out.
    Settings,
}

impl Route {
    /// A main screen: reached by the navigation, starts a new path.
    #[must_use]
    pub fn is_root(&self) -> bool {
        matches!(self, Self::Home | Self::Cases | Self::Returns | Self::Queue)
    }
}

/// The path to the present screen. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path(Vec<Route>);

impl Default for Path {
    fn default() -> Self {
        Self(vec![Route::Home])
    }
}

impl Path {
    /// The screen now.
    #[must_use]
    pub fn here(&self) -> &Route {
        self.0.last().unwrap_or(&Route::Home)
    }

    /// Goes on to a screen; a main screen starts anew, a screen already on the path is gone back to.
    pub fn open(&mut self, route: Route) {
        if route.is_root() {
            self.0.clear();
        } else if let Some(index) = self.0.iter().position(|known| known == &route) {
            self.0.truncate(index);
        }
        self.0.push(route);
    }

    /// Puts a screen in the place of the present one: steps of a wizard do not pile up.
    pub fn replace(&mut self, route: Route) {
        self.0.pop();
        self.open(route);
    }

    /// Back to the screen before; from a main screen to the shift.
    pub fn back(&mut self) {
        self.0.pop();
        if self.0.is_empty() {
            self.0.push(Route::Home);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_never_empty_and_never_loops() {
        let mut path = Path::default();
        path.open(Route::Queue);
        path.open(Route::Settings);
        path.open(Route::Practice);
        path.open(Route::Settings);
        assert_eq!(path.here(), &Route::Settings);
        path.back();
        assert_eq!(path.here(), &Route::Queue);
        path.back();
        path.back();
        assert_eq!(path.here(), &Route::Home);
    }
}
