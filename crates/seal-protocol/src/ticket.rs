//! The ticket: an officer's right to one seal for one shift, encrypted to that seal.
//!
//! A CWT (RFC 8392) in a `COSE_Encrypt0` (RFC 9052) under AES-CCM-16-64-128, bound to the seal by the external AAD. The
//! envelope has one byte form only, so it is compared and not parsed.

use aes::Aes128;
use ccm::aead::{AeadInPlace, KeyInit};
use ccm::consts::{U8, U13};
use minicbor::encode::write::{Cursor, EndOfSlice};
use minicbor::{Decoder, Encoder};
use zeroize::{Zeroize, Zeroizing};

use crate::keys::SealKeys;
use crate::secret::Secret;
use crate::{Officer, SealId};

type Ccm = ccm::Ccm<Aes128, U8, U13>;

/// Longest ticket, bytes.
pub const MAX_TICKET: usize = 192;
const IV: usize = 13;
const TAG: usize = 8;
/// `tag(16) [ h'a1010a', {4: h'kid', 5: h'iv'}, ...`, up to the key id.
const BEFORE_KID: [u8; 10] = [0xD0, 0x83, 0x43, 0xA1, 0x01, 0x0A, 0xA2, 0x04, 0x41, 0x00];
const BEFORE_IV: [u8; 2] = [0x05, 0x4D];
/// Where the ciphertext begins: after `58 len`.
const HEAD: usize = BEFORE_KID.len() + BEFORE_IV.len() + IV + 2;

// Claim keys: RFC 8392, RFC 8747, RFC 9200, and our own below -65536.
const EXP: i64 = 4;
const IAT: i64 = 6;
const CTI: i64 = 7;
const CNF: i64 = 8;
const SCOPE: i64 = 9;
const EXI: i64 = 40;
const MIN_SEQ: i64 = -70_002;
const OFFICER: i64 = -70_003;
const NONCE: i64 = -70_004;
const FLAGS: i64 = -70_005;

/// What a ticket lets its holder do, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(pub u8);

impl Scope {
    /// Read state, log and receipts.
    pub const READ: Self = Self(1);
    /// Close and watch.
    pub const ARM: Self = Self(2);
    /// Open, or approve another officer's opening.
    pub const DISARM: Self = Self(4);
    /// Run the self test.
    pub const TEST: Self = Self(8);

    /// All of `other` is in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Conditions of a ticket, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// None.
    pub const NONE: Self = Self(0);
    /// Lock commands only within 30 s of a press of the seal's button: nearness by hand, not by radio.
    pub const NEEDS_PRESENCE: Self = Self(1);
    /// Opening only after another officer approved it.
    pub const NEEDS_SECOND_OFFICER: Self = Self(2);

    /// All of `other` is in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a ticket says. Times are seconds since 1970 UTC by the central's clock.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Not after.
    pub expires: u32,
    /// When the central made it; no seal believes that it is earlier than this.
    pub issued: u32,
    /// Its number; grows with each ticket for this seal.
    pub sequence: u32,
    /// The secret whose possession the phone proves.
    pub(crate) proof: Secret<32>,
    /// Rights.
    pub scope: Scope,
    /// Seconds it lives after its first use.
    pub use_within: u32,
    /// Tickets with a lower number are revoked.
    pub min_sequence: u32,
    /// Whose it is.
    pub officer: Officer,
    /// The seal's nonce that it was made for, if it was fetched for this very moment.
    pub nonce: Option<[u8; 16]>,
    /// Conditions.
    pub flags: Flags,
}

fn aad(id: &SealId) -> [u8; 31] {
    // Enc_structure: ["Encrypt0", h'a1010a', seal id]
    let mut out = [0; 31];
    out[..15].copy_from_slice(b"\x83\x68Encrypt0\x43\xA1\x01\x0A\x50");
    out[15..].copy_from_slice(id.as_bytes());
    out
}

impl Ticket {
    /// Opens a ticket with the seal's key. `None` for anything but a whole, authentic ticket for this seal and epoch.
    #[must_use]
    pub fn open(keys: &SealKeys, bytes: &[u8]) -> Option<Self> {
        let (head, sealed) = bytes.split_at_checked(HEAD)?;
        let mut expected = BEFORE_KID;
        expected[9] = keys.epoch;
        let shape = bytes.len() <= MAX_TICKET
            && head[..10] == expected
            && head[10..12] == BEFORE_IV
            && head[25] == 0x58
            && usize::from(head[26]) == sealed.len();
        let (body, tag) = sealed.split_last_chunk::<TAG>()?;
        let iv: &[u8; IV] = head[12..].first_chunk()?;
        if !shape {
            return None;
        }
        let mut plain = Zeroizing::new([0; MAX_TICKET]);
        let plain = plain.get_mut(..body.len())?;
        plain.copy_from_slice(body);
        Ccm::new(keys.ticket.expose().into())
            .decrypt_in_place_detached(iv.into(), &aad(&keys.id), plain, tag.into())
            .ok()?;
        Self::parse(plain)
    }

    /// Reads the claims: exactly these, in exactly this order and form. A claim that this seal does not know is a condition
    /// that it cannot keep, so it refuses the ticket.
    fn parse(plain: &[u8]) -> Option<Self> {
        let mut cbor = Decoder::new(plain);
        let with_nonce = match cbor.map().ok()?? {
            9 => false,
            10 => true,
            _ => return None,
        };
        let expires = number(&mut cbor, EXP)?;
        let issued = number(&mut cbor, IAT)?;
        let sequence = u32::from_be_bytes(bytes(&mut cbor, CTI)?);
        let proof = proof(&mut cbor)?;
        let [scope] = bytes(&mut cbor, SCOPE)?;
        let use_within = number(&mut cbor, EXI)?;
        let min_sequence = number(&mut cbor, MIN_SEQ)?;
        let officer = Officer(bytes(&mut cbor, OFFICER)?);
        let nonce = if with_nonce { Some(bytes(&mut cbor, NONCE)?) } else { None };
        let flags = u8::try_from(number(&mut cbor, FLAGS)?).ok()?;
        let known = scope & !0x0F == 0 && flags & !0x03 == 0 && sequence > 0;
        let ticket = Self {
            expires,
            issued,
            sequence,
            proof,
            scope: Scope(scope),
            use_within,
            min_sequence,
            officer,
            nonce,
            flags: Flags(flags),
        };
        // Deterministic CBOR says each thing in one way: what we would not write ourselves, or more than that, is no ticket.
        let mut again = Zeroizing::new([0; MAX_TICKET]);
        let len = ticket.write(again.as_mut_slice()).ok()?;
        (known && again.get(..len)? == plain).then_some(ticket)
    }

    /// Writes the claims; returns how many bytes they take.
    fn write(&self, out: &mut [u8]) -> Result<usize, minicbor::encode::Error<EndOfSlice>> {
        let mut cbor = Encoder::new(Cursor::new(out));
        cbor.map(if self.nonce.is_some() { 10 } else { 9 })?;
        cbor.i64(EXP)?.u32(self.expires)?;
        cbor.i64(IAT)?.u32(self.issued)?;
        cbor.i64(CTI)?.bytes(&self.sequence.to_be_bytes())?;
        cbor.i64(CNF)?.map(1)?.i64(1)?.map(2)?.i64(1)?.i64(4)?.i64(-1)?.bytes(self.proof.expose())?;
        cbor.i64(SCOPE)?.bytes(&[self.scope.0])?;
        cbor.i64(EXI)?.u32(self.use_within)?;
        cbor.i64(MIN_SEQ)?.u32(self.min_sequence)?;
        cbor.i64(OFFICER)?.bytes(&self.officer.0)?;
        if let Some(nonce) = self.nonce {
            cbor.i64(NONCE)?.bytes(&nonce)?;
        }
        cbor.i64(FLAGS)?.u8(self.flags.0)?;
        Ok(cbor.writer().position())
    }
}

fn number(cbor: &mut Decoder<'_>, key: i64) -> Option<u32> {
    (cbor.i64().ok()? == key).then(|| cbor.u32().ok())?
}

fn bytes<const N: usize>(cbor: &mut Decoder<'_>, key: i64) -> Option<[u8; N]> {
    (cbor.i64().ok()? == key).then(|| cbor.bytes().ok()?.try_into().ok())?
}

/// `8: {1: {1: 4, -1: h'..'}}`: confirmation by a symmetric key (RFC 8747).
fn proof(cbor: &mut Decoder<'_>) -> Option<Secret<32>> {
    let shape = cbor.i64().ok()? == CNF
        && cbor.map().ok()? == Some(1)
        && cbor.i64().ok()? == 1
        && cbor.map().ok()? == Some(2)
        && cbor.i64().ok()? == 1
        && cbor.i64().ok()? == 4;
    let mut key: [u8; 32] = shape.then(|| bytes(cbor, -1))??;
    let secret = Secret::new(key);
    key.zeroize();
    Some(secret)
}

#[cfg(feature = "issuer")]
pub(crate) mod mint {
    //! The central's half.

    use super::{AeadInPlace, BEFORE_IV, BEFORE_KID, Ccm, IV, KeyInit, MAX_TICKET, SealKeys, Ticket, Zeroizing, aad};
    use crate::Message;
    use crate::bytes::put;

    impl Ticket {
        /// Encrypts the ticket to a seal. The caller never uses an `iv` twice with one seal.
        pub(crate) fn seal(&self, keys: &SealKeys, iv: [u8; IV]) -> Option<Message> {
            let mut plain = Zeroizing::new([0; MAX_TICKET]);
            let len = self.write(plain.as_mut_slice()).ok()?;
            let plain = plain.get_mut(..len)?;
            let tag = Ccm::new(keys.ticket.expose().into())
                .encrypt_in_place_detached((&iv).into(), &aad(&keys.id), plain)
                .ok()?;
            let sealed = u8::try_from(plain.len() + tag.len()).ok()?;
            let mut kid = BEFORE_KID;
            kid[9] = keys.epoch;
            let mut out = Message::new();
            for part in [&kid[..], &BEFORE_IV, &iv, &[0x58, sealed], plain, &tag] {
                put(&mut out, part).ok()?;
            }
            (out.len() <= MAX_TICKET).then_some(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(nonce: Option<[u8; 16]>) -> Ticket {
        Ticket {
            expires: 1_795_694_400,
            issued: 1_795_651_200,
            sequence: 1,
            proof: Secret::new([7; 32]),
            scope: Scope(15),
            use_within: 43_200,
            min_sequence: 0,
            officer: Officer([8; 8]),
            nonce,
            flags: Flags(3),
        }
    }

    fn claims(ticket: &Ticket) -> Vec<u8> {
        let mut out = [0; MAX_TICKET];
        let len = ticket.write(&mut out).unwrap();
        out[..len].to_vec()
    }

    fn replaced(plain: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = plain.windows(from.len()).position(|window| window == from).unwrap();
        [&plain[..at], to, &plain[at + from.len()..]].concat()
    }

    #[test]
    fn claims_have_one_form() {
        for nonce in [None, Some([9; 16])] {
            let plain = claims(&ticket(nonce));
            assert!(Ticket::parse(&plain).is_some());
            let map = plain[0];
            let long = [
                replaced(&plain, &[map, 0x04], &[0xB8, map & 0x1F, 0x04]),
                replaced(&plain, &[map, 0x04], &[map, 0x18, 0x04]),
                replaced(&plain, &[0x00, 0x01, 0x11, 0x71, 0x00], &[0x00, 0x01, 0x11, 0x71, 0x18, 0x00]),
                replaced(&plain, &[0x00, 0x01, 0x11, 0x74, 0x03], &[0x00, 0x01, 0x11, 0x74, 0x19, 0x00, 0x03]),
                replaced(&plain, &[0x07, 0x44], &[0x07, 0x58, 0x04]),
                replaced(&plain, &[0x08, 0xA1, 0x01, 0xA2], &[0x08, 0xA1, 0x01, 0xB8, 0x02]),
                replaced(&plain, &[0x20, 0x58, 0x20], &[0x38, 0x00, 0x58, 0x20]),
            ];
            for long in long {
                let read = |bytes: &[u8]| ciborium::from_reader::<ciborium::Value, _>(bytes).unwrap();
                assert_eq!(read(&long), read(&plain), "another CBOR reads the same");
                assert!(Ticket::parse(&long).is_none(), "{long:02x?}");
            }
            assert!(Ticket::parse(&[&plain[..], &[0]].concat()).is_none());
            assert!(Ticket::parse(&plain[..plain.len() - 1]).is_none());
        }
    }

    #[test]
    fn numbers_begin_with_one() {
        let plain = claims(&ticket(None));
        assert!(Ticket::parse(&replaced(&plain, &[0x07, 0x44, 0, 0, 0, 1], &[0x07, 0x44, 0, 0, 0, 0])).is_none());
    }
}
