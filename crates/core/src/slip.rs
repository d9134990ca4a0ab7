//! Slips: signed events that go from one phone's screen to another phone's camera, without any network.
//!
//! The bytes are those of the event (COSE_Sign1), so the taker checks the giver's signature and both phones keep the same
//! record. A slip is shown as one QR code or a few in turn: `SF1:S:<name>:<part>/<parts>:<base45>`, all in the characters of
//! QR's alphanumeric mode (RFC 9285). The name is the first four bytes of the digest, so parts of two slips never mix; the
//! whole is proven by the signature alone.

use crate::event::{EventError, SignedEvent};
use crate::ids::Sha256;

const HEAD: &str = "SF1:S:";

/// Base45 characters in one code. 480 fill a QR code of version 12 at level M: 65 x 65 modules, which a phone reads from
/// another's screen at arm's length.
const PART: usize = 480;

/// More parts than any slip has: 60 codes hold some 19 kB.
const PARTS: usize = 60;

/// The codes to show, in turn where there are several.
#[must_use]
pub fn codes(cose: &[u8]) -> Vec<String> {
    let text = base45::encode(cose);
    let name = name(cose);
    // Base45 is ASCII: any cut is between characters.
    let parts: Vec<&str> = text.as_bytes().chunks(PART).filter_map(|part| std::str::from_utf8(part).ok()).collect();
    let of = parts.len();
    (1..).zip(parts).map(|(part, text)| format!("{HEAD}{name}:{part}/{of}:{text}")).collect()
}

fn name(cose: &[u8]) -> String {
    let [a, b, c, d, ..] = Sha256::of(cose).0;
    format!("{a:02X}{b:02X}{c:02X}{d:02X}")
}

/// The text is (a part of) a slip.
#[must_use]
pub fn is_slip(text: &str) -> bool {
    parse(text).is_some()
}

struct Part<'a> {
    name: &'a str,
    part: usize,
    of: usize,
    text: &'a str,
}

fn parse(code: &str) -> Option<Part<'_>> {
    let mut fields = code.trim_start().strip_prefix(HEAD)?.splitn(3, ':');
    let (name, place, text) = (fields.next()?, fields.next()?, fields.next()?);
    let (part, of) = place.split_once('/')?;
    let (part, of): (usize, usize) = (part.parse().ok()?, of.parse().ok()?);
    let named = name.len() == 8 && name.bytes().all(|b| b.is_ascii_hexdigit());
    (named && (1..=PARTS).contains(&of) && (1..=of).contains(&part) && text.len() <= PART).then_some(Part {
        name,
        part,
        of,
        text,
    })
}

/// Puts parts together, in whatever order the camera sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collector {
    name: String,
    parts: Vec<Option<String>>,
}

/// What has been collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collected {
    /// Some parts are still to come.
    Part {
        /// Parts seen.
        have: usize,
        /// Parts there are.
        of: usize,
    },
    /// The whole slip: signed bytes, still to be verified.
    Whole(Vec<u8>),
}

/// Why a code does not help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlipError {
    /// Not a slip's code.
    #[error("the code is not a slip")]
    NotASlip,
    /// All parts are there, and do not make the slip they claim to be.
    #[error("the codes do not fit together; show the slip again")]
    Broken,
}

impl Collector {
    /// Takes one code. A part of another slip begins anew with that one.
    ///
    /// # Errors
    /// [`SlipError`]; what was collected stays for [`SlipError::NotASlip`], and is dropped for [`SlipError::Broken`].
    pub fn take(&mut self, code: &str) -> Result<Collected, SlipError> {
        let Part { name, part, of, text } = parse(code).ok_or(SlipError::NotASlip)?;
        if self.name != name || self.parts.len() != of {
            *self = Self { name: name.to_owned(), parts: vec![None; of] };
        }
        self.parts[part - 1] = Some(text.to_owned());
        let have = self.parts.iter().flatten().count();
        if have < of {
            return Ok(Collected::Part { have, of });
        }
        let text: String = std::mem::take(self).parts.into_iter().flatten().collect();
        let cose = base45::decode(&text).map_err(|_| SlipError::Broken)?;
        if crate::slip::name(&cose).eq_ignore_ascii_case(name) {
            Ok(Collected::Whole(cose))
        } else {
            Err(SlipError::Broken)
        }
    }
}

/// Why a slip is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// The phone that signed it is not known here; the list comes with the next sync.
    #[error("the phone that signed this is not known here")]
    UnknownDevice,
    /// That phone was taken out of use.
    #[error("the phone that signed this was taken out of use")]
    Revoked,
    /// Signature or content wrong.
    #[error(transparent)]
    Event(#[from] EventError),
}

/// Reads a slip and checks its signature against the signing phone's key, which `key_of` finds: SEC1 point, and whether the
/// phone was taken out of use.
///
/// # Errors
/// [`Disbelief`].
pub fn verify(
    cose: &[u8],
    key_of: impl FnOnce(crate::ids::DeviceId) -> Option<(Vec<u8>, bool)>,
) -> Result<SignedEvent, Disbelief> {
    let claimed = SignedEvent::read(cose)?;
    let (key, revoked) = key_of(claimed.event.device).ok_or(Disbelief::UnknownDevice)?;
    if revoked {
        return Err(Disbelief::Revoked);
    }
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(&key).map_err(|_| EventError::Signature)?;
    Ok(SignedEvent::verify(cose, &key)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(collector: &mut Collector, codes: &[String]) -> Option<Vec<u8>> {
        codes.iter().find_map(|code| match collector.take(code) {
            Ok(Collected::Whole(cose)) => Some(cose),
            _ => None,
        })
    }

    #[test]
    fn codes_stay_in_the_alphanumeric_mode_of_qr() {
        let codes = codes(&[7; 1000]);
        assert_eq!(codes.len(), 4);
        let allowed = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || " $%*+-./:".contains(c);
        assert!(codes.iter().all(|code| code.chars().all(allowed) && is_slip(code)));
    }

    #[test]
    fn two_slips_do_not_mix() {
        let (one, two) = (codes(&[1; 900]), codes(&[2; 900]));
        let mut collector = Collector::default();
        assert_eq!(collector.take(&one[0]), Ok(Collected::Part { have: 1, of: 3 }));
        assert_eq!(collector.take(&two[1]), Ok(Collected::Part { have: 1, of: 3 }));
        assert_eq!(all(&mut collector, &two), Some(vec![2; 900]));
    }

    #[test]
    fn other_codes_are_not_slips() {
        for text in
            ["", "SF1:S:", "SF1:P:x", "SF1:S:12345678:0/1:AB", "SF1:S:12345678:2/1:AB", "SF1:S:12345678:1/999:AB"]
        {
            assert_eq!(Collector::default().take(text), Err(SlipError::NotASlip), "{text}");
        }
        assert_eq!(Collector::default().take("SF1:S:12345678:1/1:AB"), Err(SlipError::Broken));
    }

    proptest! {
        #[test]
        fn any_bytes_come_back_in_any_order(cose in prop::collection::vec(any::<u8>(), 1..3000), turn in 0usize..10) {
            let mut codes = codes(&cose);
            let by = turn % codes.len();
            codes.rotate_left(by);
            codes.reverse();
            prop_assert_eq!(all(&mut Collector::default(), &codes), Some(cose));
        }

        #[test]
        fn no_text_makes_it_panic(text in "(SF1:S:)?[0-9A-F]{0,8}:?[0-9]{0,3}/?[0-9]{0,3}:?.{0,40}") {
            let _ = Collector::default().take(&text);
        }
    }
}
