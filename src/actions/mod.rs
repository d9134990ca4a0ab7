//! What officers do, one file for each act. An act decides with pure functions of `seal_core`, then writes facts through
//! the ports; it never talks to a screen.

pub mod agree_to_open;
pub mod approve;
pub mod arm_seal;
pub mod begin_anew;
pub mod change_container;
pub mod change_life;
pub mod choose_cover;
pub mod close_again;
pub mod count_stock;
pub mod cut_off_seal;
pub mod decide_conflict;
pub mod decide_goods;
pub mod declare_trip;
pub mod disarm_seal;
pub mod draft;
pub mod enrol;
pub mod export_unsent;
pub mod hand_checks;
pub mod hand_over;
pub mod hand_parcel;
pub mod inspect;
pub mod issue_seals;
pub mod leave_phone;
pub mod lock_command;
pub mod offer_seals;
pub mod open_case;
pub mod open_supervised;
pub mod pack_parcel;
pub mod pair_seal;
pub mod print_parcel;
pub mod read_charge;
pub mod read_lock;
pub mod read_seal_log;
pub mod receive_parcel;
pub mod receive_seal;
pub mod record_seal;
pub mod replace_seal;
pub mod report_difficulty;
pub mod report_record;
pub mod reserve_reuse;
pub mod scan_item;
pub mod settle_loss;
pub mod sign_in;
pub mod sign_in_elsewhere;
pub mod state_depletion;
pub mod stock;
pub mod take_over_seals;
pub mod take_photo;
pub mod take_slip;
pub mod track_parcel;
pub mod tug_test;
pub mod unit_state;

use std::sync::Arc;

use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::ids::{ActId, CaseId};
use seal_core::officer::Officer;
use uuid::Uuid;

use crate::ports::camera::Camera;
use crate::ports::central::Central;
use crate::ports::clock::Clock;
use crate::ports::documents::{Outlet, Press};
use crate::ports::location::Location;
use crate::ports::machine::Machine;
use crate::ports::photos::PhotoFiles;
use crate::ports::seal_link::SealLink;
use crate::ports::store::{Act, Store, StoreError};
use crate::ports::tickets::Tickets;
use crate::ports::vault::Vault;

/// Everything an act may need. Cloning shares it.
#[derive(Clone)]
pub struct Kit {
    /// Facts, queue, mirror.
    pub store: Arc<dyn Store>,
    /// Photo bytes.
    pub photos: Arc<dyn PhotoFiles>,
    /// The central.
    pub central: Arc<dyn Central>,
    /// The radio.
    pub link: Arc<dyn SealLink>,
    /// Rights to seals.
    pub tickets: Arc<dyn Tickets>,
    /// The camera.
    pub camera: Arc<dyn Camera>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Place.
    pub location: Arc<dyn Location>,
    /// Keys and secrets.
    pub vault: Arc<dyn Vault>,
    /// Sets documents.
    pub press: Arc<dyn Press>,
    /// Hands finished documents on.
    pub outlet: Arc<dyn Outlet>,
    /// The app as it runs here.
    pub machine: Arc<dyn Machine>,
}

impl Kit {
    /// Writes the facts of one act by `officer`.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written.
    pub fn record(
        &self,
        officer: &Officer,
        case: Option<CaseId>,
        facts: Vec<Fact>,
    ) -> Result<Vec<SignedEvent>, StoreError> {
        let act = Act {
            id: ActId(Uuid::now_v7()),
            officer: officer.id.clone(),
            unit: officer.unit.clone(),
            at: self.clock.now(),
            place: self.location.here(),
            case,
            facts,
        };
        self.store.append(&act, self.vault.as_ref())
    }
}
