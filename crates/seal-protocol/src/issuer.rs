//! What only the central does: seal keys from the master key, tickets, and the proof of what seals say.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::entry::{Entry, Head};
use crate::keys::{SealKeys, derive};
use crate::message::Page;
use crate::phone::Grant;
use crate::receipt::Receipt;
use crate::secret::{Random, Secret};
use crate::ticket::{Flags, Scope, Ticket};
use crate::{Officer, SealId};

/// The keys of practice: known to everybody, so that a practice central and simulated seals agree without telling each other
/// anything. **Never for a real seal.** The reference central refuses to use them outside practice.
pub mod practice {
    use super::{Issuer, Secret};

    /// The master key of all practice seals. Public by design.
    pub const PRACTICE_MASTER: [u8; 32] = *b"seal-field practice: public key!";
    /// The epoch of all practice seals.
    pub const PRACTICE_EPOCH: u8 = 1;

    /// What issues for practice seals, and gives them their keys.
    #[must_use]
    pub fn issuer() -> Issuer {
        Issuer::new(Secret::new(PRACTICE_MASTER), PRACTICE_EPOCH)
    }
}

/// Longest life of a ticket for one shift, seconds.
pub const SHIFT_S: u32 = 12 * 3_600;
/// Longest life of a reserve ticket, seconds: for two officers where nobody has signal.
pub const RESERVE_S: u32 = 7 * 24 * 3_600;
/// Life of a ticket made for this moment, seconds.
pub const MOMENT_S: u32 = 900;

/// Which kind of ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For a shift's work list.
    Shift {
        /// Seconds it lives, at most [`SHIFT_S`].
        life: u32,
    },
    /// Carried for the day without signal; opens only together with another officer's.
    Reserve {
        /// Seconds it lives, at most [`RESERVE_S`].
        life: u32,
    },
    /// Fetched beside the seal, for the nonce that it shows.
    Moment {
        /// The seal's nonce.
        nonce: [u8; 16],
    },
}

/// What is asked of the issuer.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Which kind.
    pub kind: Kind,
    /// Now, seconds since 1970 UTC, by the central's clock.
    pub now: u32,
    /// The ticket's number: one more than the last one for this seal, kept for ever by the caller.
    pub sequence: u32,
    /// Lower numbers are revoked.
    pub min_sequence: u32,
    /// For whom.
    pub officer: Officer,
    /// Rights.
    pub scope: Scope,
    /// Conditions.
    pub flags: Flags,
}

/// Why no ticket was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTicket {
    /// A life of zero, too long, or past the year 2106.
    Life,
    /// The ticket would revoke itself, or number 0.
    Sequence,
    /// A right or a condition that does not exist, or no right at all.
    Rights,
}

impl fmt::Display for NoTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Life => "a ticket cannot live that long",
            Self::Sequence => "the ticket's number is zero or below the lowest one in force",
            Self::Rights => "the ticket gives no right, or one that does not exist",
        })
    }
}

impl core::error::Error for NoTicket {}

/// The central's keys of one epoch.
#[derive(Debug)]
pub struct Issuer {
    master: Secret<32>,
    epoch: u8,
}

impl Issuer {
    /// Takes the master key of an epoch.
    #[must_use]
    pub fn new(master: Secret<32>, epoch: u8) -> Self {
        Self { master, epoch }
    }

    /// The key that a seal is given once, at commissioning, over a wire.
    #[must_use]
    pub fn seal_key(&self, id: &SealId) -> Secret<32> {
        derive(self.master.expose(), &[b"eseal/1/seal", id.as_bytes(), &[self.epoch]])
    }

    fn keys(&self, id: &SealId) -> SealKeys {
        SealKeys::new(*id, self.epoch, &self.seal_key(id))
    }

    /// The officer's name toward seals: the same in this epoch, and of no meaning to anybody else.
    #[must_use]
    pub fn pseudonym(&self, officer: &str) -> Officer {
        let key = derive::<32>(self.master.expose(), &[b"eseal/1/officer"]);
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else {
            unreachable!("HMAC takes keys of any length");
        };
        let digest = mac.chain_update(officer.as_bytes()).finalize().into_bytes();
        let mut name = [0; 8];
        name.copy_from_slice(&digest[..8]);
        Officer(name)
    }

    /// Makes a ticket and its secret. Both go to the officer's phone over TLS.
    ///
    /// # Errors
    /// [`NoTicket`] when the wish breaks a rule.
    pub fn mint(&self, id: &SealId, wish: &Wish, random: &mut impl Random) -> Result<Grant, NoTicket> {
        let (life, use_within, nonce, more) = match wish.kind {
            Kind::Shift { life } if life <= SHIFT_S => (life, life, None, 0),
            Kind::Reserve { life } if life <= RESERVE_S => {
                (life, SHIFT_S.min(life), None, Flags::NEEDS_SECOND_OFFICER.0)
            }
            Kind::Moment { nonce } => (MOMENT_S, MOMENT_S, Some(nonce), 0),
            Kind::Shift { .. } | Kind::Reserve { .. } => return Err(NoTicket::Life),
        };
        let flags = Flags(wish.flags.0 | more);
        if wish.sequence == 0 || wish.min_sequence > wish.sequence {
            return Err(NoTicket::Sequence);
        }
        if wish.scope.0 == 0 || wish.scope.0 & !0x0F != 0 || flags.0 & !0x03 != 0 {
            return Err(NoTicket::Rights);
        }
        let expires = wish.now.checked_add(life).filter(|_| life > 0).ok_or(NoTicket::Life)?;
        let proof = Secret::random(random);
        let ticket = Ticket {
            expires,
            issued: wish.now,
            sequence: wish.sequence,
            proof: proof.clone(),
            scope: wish.scope,
            use_within,
            min_sequence: wish.min_sequence,
            officer: wish.officer,
            nonce,
            flags,
        };
        // Random and sequence together: no IV comes twice, even after a database was restored from a copy.
        let mut iv = [0; 13];
        random.fill(&mut iv[..9]);
        iv[9..].copy_from_slice(&wish.sequence.to_be_bytes());
        let bytes = ticket.seal(&self.keys(id), iv).ok_or(NoTicket::Rights)?;
        let mut grant = Grant { ticket: arrayvec::ArrayVec::new(), proof };
        grant.ticket.try_extend_from_slice(&bytes).map_err(|_| NoTicket::Rights)?;
        Ok(grant)
    }

    /// What a receipt says, if that seal signed it in this epoch.
    #[must_use]
    pub fn verify(&self, id: &SealId, receipt: &Receipt) -> Option<(Entry, Head)> {
        receipt.verify(&self.keys(id))
    }
}

/// Why something from a seal was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Not signed by that seal, or changed on the way.
    NotAuthentic,
    /// Authentic, but it contradicts what the same seal said before: its memory was copied or set back.
    Fork {
        /// Where.
        counter: u32,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthentic => f.write_str("not signed by this seal"),
            Self::Fork { counter } => write!(f, "the seal says two different things under number {counter}"),
        }
    }
}

impl core::error::Error for Doubt {}

/// What the central knows of one seal's log. Receipts and pages come from any phone, in any order, as often as they like.
#[derive(Debug, Clone)]
pub struct Ledger {
    id: SealId,
    known: BTreeMap<u32, (Entry, Head)>,
}

impl Ledger {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(id: SealId) -> Self {
        Self { id, known: BTreeMap::new() }
    }

    /// Recalls an entry that was proven earlier, from the caller's own store. To take a receipt or a page, its entries' and
    /// their two neighbours' numbers suffice.
    pub fn recall(&mut self, entry: Entry, head: Head) {
        self.known.insert(entry.counter, (entry, head));
    }

    /// Takes a receipt.
    ///
    /// # Errors
    /// [`Doubt`]; nothing is taken then.
    pub fn receipt(&mut self, issuer: &Issuer, receipt: &Receipt) -> Result<Entry, Doubt> {
        let (entry, head) = issuer.verify(&self.id, receipt).ok_or(Doubt::NotAuthentic)?;
        self.check(&entry, head)?;
        self.known.insert(entry.counter, (entry, head));
        Ok(entry)
    }

    /// Takes a page of the log: its receipt proves every entry in it.
    ///
    /// # Errors
    /// [`Doubt`]; nothing is taken then.
    pub fn page(&mut self, issuer: &Issuer, page: &Page) -> Result<usize, Doubt> {
        let Some(receipt) = &page.receipt else { return Ok(0) };
        let found = self.chain(issuer, page.first, page.before, &page.entries, receipt)?;
        Ok(found.len())
    }

    /// Takes consecutive entries from number `first` on, however many: `receipt`, of the last one, proves them all, as their
    /// heads follow from the head before the first. Gives the entries with their heads.
    ///
    /// # Errors
    /// [`Doubt`]; nothing is taken then.
    pub fn chain(
        &mut self,
        issuer: &Issuer,
        first: u32,
        before: Head,
        entries: &[Entry],
        receipt: &Receipt,
    ) -> Result<Vec<(Entry, Head)>, Doubt> {
        let (last, proven) = issuer.verify(&self.id, receipt).ok_or(Doubt::NotAuthentic)?;
        let (mut head, mut counter) = (before, Some(first));
        let mut found = Vec::with_capacity(entries.len());
        for entry in entries {
            if Some(entry.counter) != counter {
                return Err(Doubt::NotAuthentic);
            }
            head = head.after(entry);
            found.push((*entry, head));
            counter = entry.counter.checked_add(1);
        }
        if found.last() != Some(&(last, proven)) {
            return Err(Doubt::NotAuthentic);
        }
        found.iter().try_for_each(|(entry, head)| self.check(entry, *head))?;
        let known = first.checked_sub(1).and_then(|counter| self.known.get(&counter));
        if known.is_some_and(|(_, head)| *head != before) {
            return Err(Doubt::Fork { counter: first });
        }
        self.known.extend(found.iter().map(|found| (found.0.counter, *found)));
        Ok(found)
    }

    fn check(&self, entry: &Entry, head: Head) -> Result<(), Doubt> {
        let counter = entry.counter;
        let known = |counter: Option<u32>| counter.and_then(|counter| self.known.get(&counter));
        let start = (counter == 1).then(|| Head::start(&self.id));
        let before = known(counter.checked_sub(1)).map(|(_, head)| *head).or(start);
        let fits = known(Some(counter)).is_none_or(|known| *known == (*entry, head))
            && before.is_none_or(|before| before.after(entry) == head)
            && known(counter.checked_add(1)).is_none_or(|(next, after)| head.after(next) == *after);
        if fits { Ok(()) } else { Err(Doubt::Fork { counter }) }
    }

    /// Numbers that the seal wrote and nobody has brought yet, up to the newest one known.
    #[must_use]
    pub fn gaps(&self) -> Vec<RangeInclusive<u32>> {
        let mut gaps = Vec::new();
        let mut next = 1;
        for counter in self.known.keys() {
            if *counter > next {
                gaps.push(next..=counter - 1);
            }
            next = counter.saturating_add(1);
        }
        gaps
    }

    /// Everything known, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.known.values().map(|(entry, _)| entry)
    }
}
