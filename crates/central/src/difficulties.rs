//! Difficulties that officers reported (dispatch point 4.b), with what their phones said of themselves.

use std::collections::HashMap;

use jiff::Timestamp;
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::{DiagnosticsGiven, Fact};
use seal_core::ids::{ActId, CaseId, DeviceId, EventId, OfficeCode, OfficerId};
use serde::Serialize;

use crate::Central;
use crate::db::{Connection, Trouble, moment};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difficulty {
    /// The fact.
    pub event: EventId,
    /// When it was reported, by the phone's clock.
    pub at: Timestamp,
    /// When the central took it.
    pub received_at: Timestamp,
    /// Who reported it.
    pub officer: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
    /// On which phone.
    pub device: DeviceId,
    /// The case it was about.
    pub case: Option<CaseId>,
    /// The screen it was about.
    pub screen: String,
    /// What the officer wrote.
    pub text: String,
    /// What the phone said; it comes last of all that waits there, and the officer may leave it out.
    pub diagnostics: Option<DiagnosticsGiven>,
}

impl Central {
    /// Difficulties that came since then, the oldest first.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn difficulties(&self, since: Timestamp) -> Result<Vec<Difficulty>, Trouble> {
        self.0.db.with(|db| difficulties(&*db.snapshot()?, since))
    }
}

fn difficulties(db: &Connection, since: Timestamp) -> Result<Vec<Difficulty>, Trouble> {
    let told = "SELECT cose, received_at FROM event
         WHERE kind IN ('difficulty_reported', 'diagnostics_given') AND received_at >= ?1 ORDER BY seq";
    let rows: Vec<(Vec<u8>, i64)> =
        db.query_all(told, [since.as_millisecond()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut all: Vec<(ActId, Difficulty)> = Vec::new();
    let mut said: HashMap<ActId, DiagnosticsGiven> = HashMap::new();
    for (cose, received) in rows {
        let event = SignedEvent::read(&cose).map_err(|error| Trouble::Stored(error.to_string()))?.event;
        let Event { id, act, at, officer, unit, device, case, fact, .. } = event;
        match fact {
            Fact::DifficultyReported(reported) => {
                let (screen, text) = (reported.screen, reported.text);
                let (at, received_at) = (at.wall, moment(received)?);
                all.push((
                    act,
                    Difficulty {
                        event: id,
                        at,
                        received_at,
                        officer,
                        unit,
                        device,
                        case,
                        screen,
                        text,
                        diagnostics: None,
                    },
                ));
            }
            Fact::DiagnosticsGiven(given) => drop(said.insert(act, *given)),
            _ => {}
        }
    }
    Ok(all.into_iter().map(|(act, one)| Difficulty { diagnostics: said.remove(&act), ..one }).collect())
}
