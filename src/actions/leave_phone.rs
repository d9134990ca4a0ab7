//! An officer ends the session or hands the phone on. What is not sent stays in the queue, each item under the name of who
//! made it; the next officer's sign-in sends it on.

use seal_core::ids::OfficerId;
use seal_core::outbox::OutboxState;

use super::Kit;
use crate::ports::store::{OFFICER_NOTE, StoreError};

/// What stays on the phone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Staying {
    /// Items that are not accepted.
    pub items: usize,
    /// Bytes of them still to send.
    pub bytes: u64,
    /// Who made them, and how many each.
    pub authors: Vec<(OfficerId, usize)>,
}

/// What stays when somebody leaves now.
///
/// # Errors
/// [`StoreError`].
pub fn what_stays(kit: &Kit) -> Result<Staying, StoreError> {
    let mut staying = Staying::default();
    for item in kit.store.queue()? {
        if matches!(item.state, OutboxState::Accepted { .. }) {
            continue;
        }
        staying.items += 1;
        staying.bytes += item.bytes.saturating_sub(item.sent_bytes);
        match staying.authors.iter_mut().find(|(author, _)| *author == item.author) {
            Some((_, count)) => *count += 1,
            None => staying.authors.push((item.author, 1)),
        }
    }
    Ok(staying)
}

/// Ends the session. Facts, photographs and queue stay as they are.
///
/// # Errors
/// [`StoreError`] when the phone cannot note that nobody is signed in; the central's session is over then all the same.
pub fn leave_phone(kit: &Kit) -> Result<(), StoreError> {
    kit.central.sign_out();
    kit.store.set_note(OFFICER_NOTE, None)
}
