//! Pairing with the seal of the scanned label, and the checks before arming (gán seal: kiểm tra).

use jiff::SignedDuration;
use seal_core::case::CaseView;
use seal_core::fact::{Fact, SealPrepared};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::fit::{SealFit, Unfit, fit};
use seal_core::seal::permit::{may_begin, trip_length, works_seals};
use seal_core::seal::preflight::{Check, CheckResult, judge, may_arm};
use seal_core::seal::reading::{LockAction, SealReading};
use seal_core::seal::state::Misfit;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{Patience, SealTrouble, case_of, connect, patiently, read};
use crate::ports::seal_link::{Protocol, SealSession, Sighting};

/// Another seal is called stronger only from so many dB on: less is noise.
const STRONGER_BY_DB: i16 = 6;

/// Why a seal is not paired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairRefusal {
    /// Not an officer's work.
    #[error("your role may not seal")]
    NoRole,
    /// Must not be used for this case.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Its lock is closed in this case, or nobody knows.
    #[error(transparent)]
    Lock(#[from] Misfit),
}

/// A seal that answers under its own number. Holds the connection; drop it to disconnect.
pub struct Pairing {
    case: CaseId,
    seal: SealNo,
    session: Box<dyn SealSession>,
    platform: Option<bool>,
    patience: Patience,
    /// May it be used, whose is it.
    pub fit: SealFit,
    /// What it reported last.
    pub reading: SealReading,
    /// The checks of that reading.
    pub checks: Vec<Check>,
    /// Clock difference before the clock was set, seconds (seal minus phone).
    pub drift_s: i64,
    /// Seals heard stronger, which were not connected.
    pub stronger_neighbours: Vec<SealNo>,
}

impl std::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pairing").field("seal", &self.seal).field("checks", &self.checks).finish_non_exhaustive()
    }
}

/// Connects to that seal and no other, reads it, judges it, writes that down with its clock's difference, and sets its
/// clock.
///
/// # Errors
/// [`PairRefusal`] before anything is asked of the seal; [`seal_link`](crate::ports::seal_link) troubles, among them
/// another seal's answer; the store's.
pub async fn pair_seal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    label: &SealNo,
    patience: &Patience,
) -> Result<Pairing, SealTrouble<PairRefusal>> {
    let view = case_of(kit, case)?;
    let register = kit.store.seal(label)?;
    if !works_seals(officer) {
        return Err(SealTrouble::Refused(PairRefusal::NoRole));
    }
    let fit = fit(register.as_ref(), case, &officer.unit, &view.doc.destination)
        .map_err(|unfit| SealTrouble::Refused(unfit.into()))?;
    if let Some(seal) = view.seal(label) {
        may_begin(&seal.state, LockAction::Arm).map_err(|misfit| SealTrouble::Refused(misfit.into()))?;
    }
    let heard = patiently(patience, kit.link.nearby()).await.map_err(SealTrouble::Link)?;
    let mut session = connect(kit, officer, label, patience).await?;
    let reading = read(session.as_mut(), label, patience).await.map_err(SealTrouble::Link)?;
    let drift_s = reading.clock.duration_since(kit.clock.now().wall).as_secs();
    let platform = register.and_then(|seal| seal.doc).and_then(|doc| doc.platform_sees);
    let mut pairing = Pairing {
        case,
        seal: label.clone(),
        session,
        platform,
        patience: *patience,
        fit,
        checks: Vec::new(),
        reading,
        drift_s,
        stronger_neighbours: stronger(&heard, label),
    };
    pairing.checks = pairing.judge(kit, &view)?;
    pairing.record(kit, officer)?;
    // Written first: a difference that was set but not written down would be lost for ever.
    if drift_s != 0 {
        pairing.set_clock(kit).await?;
    }
    Ok(pairing)
}

impl Pairing {
    /// Reads the seal again, and writes the checks down if they came out otherwise: the officer put the rope in.
    ///
    /// # Errors
    /// The link's or the store's. After a lost link, pair anew.
    pub async fn check_again(&mut self, kit: &Kit, officer: &Officer) -> Result<(), SealTrouble<PairRefusal>> {
        self.reading = read(self.session.as_mut(), &self.seal, &self.patience).await.map_err(SealTrouble::Link)?;
        let checks = self.judge(kit, &case_of(kit, self.case)?)?;
        let results = |checks: &[Check]| checks.iter().map(|check| check.result).collect::<Vec<CheckResult>>();
        let changed = results(&checks) != results(&self.checks);
        self.checks = checks;
        if changed {
            self.record(kit, officer)?;
        }
        Ok(())
    }

    /// How it is spoken to, and how much that is worth.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.session.protocol()
    }

    /// Nothing stops the arming.
    #[must_use]
    pub fn may_arm(&self) -> bool {
        may_arm(&self.checks)
    }

    /// The seal.
    #[must_use]
    pub fn seal(&self) -> &SealNo {
        &self.seal
    }

    fn judge(&self, kit: &Kit, view: &CaseView) -> Result<Vec<Check>, SealTrouble<PairRefusal>> {
        let now = kit.clock.now().wall;
        let trip: SignedDuration = trip_length(view, now);
        let limits = kit.store.rules()?.limits;
        Ok(judge(&self.seal, &self.reading, now, trip, self.platform, &limits))
    }

    fn record(&self, kit: &Kit, officer: &Officer) -> Result<(), SealTrouble<PairRefusal>> {
        let prepared = SealPrepared {
            seal: self.seal.clone(),
            reading: self.reading.clone(),
            checks: self.checks.clone(),
            drift_s: self.drift_s,
            stronger_neighbours: self.stronger_neighbours.clone(),
            protocol: Some(self.protocol().name.to_owned()),
        };
        kit.record(officer, Some(self.case), vec![Fact::SealPrepared(prepared)])?;
        Ok(())
    }

    async fn set_clock(&mut self, kit: &Kit) -> Result<(), SealTrouble<PairRefusal>> {
        let now = kit.clock.now().wall;
        patiently(&self.patience, self.session.set_clock(now)).await.map_err(SealTrouble::Link)
    }
}

fn stronger(heard: &[Sighting], label: &SealNo) -> Vec<SealNo> {
    let Some(own) = heard.iter().find(|one| &one.seal == label) else { return Vec::new() };
    let limit = own.rssi_dbm.saturating_add(STRONGER_BY_DB);
    heard.iter().filter(|one| &one.seal != label && one.rssi_dbm >= limit).map(|one| one.seal.clone()).collect()
}
