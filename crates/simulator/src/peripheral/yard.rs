//! A seal of a yard.

use std::sync::Arc;

use seal_core::cbor::Bytes;
use seal_core::seal_no::SealNo;

use super::{Answers, Mind};
use crate::{Call, Reach, Reply};

/// Lent to a body by its yard, which keeps it, its troubles and its keys.
pub struct OfYard {
    yard: Arc<dyn Reach>,
    seal: SealNo,
    session: Option<u64>,
}

impl OfYard {
    /// That seal of that yard.
    #[must_use]
    pub fn new(yard: Arc<dyn Reach>, seal: SealNo) -> Self {
        Self { yard, seal, session: None }
    }

    fn ask(&self, call: impl FnOnce(u64) -> Call) -> Answers {
        match self.session.map(|session| self.yard.call(call(session))) {
            Some(Ok(Reply::Notified(values))) => {
                Answers { notify: values.into_iter().map(|value| value.0).collect(), hang_up: false }
            }
            // Hung up, out of the yard's reach, busy with a phone of the yard, or no yard any more.
            _ => Answers { notify: Vec::new(), hang_up: true },
        }
    }
}

impl Mind for OfYard {
    fn connected(&mut self, value_len: usize) {
        self.session = match self.yard.call(Call::Connect { seal: self.seal.clone(), value_len }) {
            Ok(Reply::Connected { session }) => Some(session),
            // The phone hears of it with its first value.
            _ => None,
        };
    }

    fn written(&mut self, value: &[u8]) -> Answers {
        self.ask(|session| Call::Write { session, value: Bytes(value.to_vec()) })
    }

    fn poll(&mut self) -> Answers {
        self.ask(|session| Call::Poll { session })
    }

    fn disconnected(&mut self) {
        if let Some(session) = self.session.take() {
            // A yard that is gone has no session either.
            let _gone = self.yard.call(Call::Disconnect { session });
        }
    }
}
