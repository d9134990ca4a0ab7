//! Copies of what officers saved, outside the database: how they lie in a file, and how they are sealed to the agency.
//!
//! A file is a row of frames, and each frame stands alone: a file that is cut, or damaged in its middle, is read around the
//! damage.
//!
//! ```text
//! "SFR1" | file, 16 bytes | number, 8 | length, 4 | check, 8 | content
//! ```
//! Numbers are big-endian. The check is the beginning of the SHA-256 of what stands before it: it finds the next frame again,
//! no more. What the content is worth, its own seal says; file and number are authenticated with it, so that no frame can be
//! put in another's place.
//!
//! Content for the agency is sealed by HPKE (RFC 9180, base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305) under a key of its
//! own for each frame: who seals cannot open it again, and nothing in it tells who did.
//!
//! ```text
//! agency's key, first 8 bytes of its SHA-256 | encapsulated key, 32 | ciphertext and tag
//! ```

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cbor::{self, Bytes, CborError};
use crate::ids::{DeviceId, OfficeCode, OfficerId, Sha256};

const MARK: &[u8; 4] = b"SFR1";
const BEFORE_CHECK: usize = 4 + 16 + 8 + 4;
const HEAD: usize = BEFORE_CHECK + 8;
const INFO: &[u8] = b"seal-field/rescue/1";
const KEY_NAME: usize = 8;
const ENCAPSULATED: usize = 32;

/// Names one file: random, so that frames of two files cannot be mixed.
pub type FileId = [u8; 16];

/// One frame of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Its file.
    pub file: FileId,
    /// Its number, growing within the file.
    pub number: u64,
    /// What it holds, sealed.
    pub content: &'a [u8],
}

impl Frame<'_> {
    /// What is authenticated with the content.
    #[must_use]
    pub fn about(file: &FileId, number: u64) -> Vec<u8> {
        [file.as_slice(), &number.to_be_bytes()].concat()
    }

    /// The bytes with which it begins in a file.
    #[must_use]
    pub fn head(&self) -> Vec<u8> {
        [MARK.as_slice(), &Self::about(&self.file, self.number)].concat()
    }
}

/// The frame as bytes; `None` when the content is longer than 4 GiB.
#[must_use]
pub fn frame(file: &FileId, number: u64, content: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(content.len()).ok()?;
    let mut out = Vec::with_capacity(HEAD + content.len());
    out.extend_from_slice(MARK);
    out.extend_from_slice(file);
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    let check = check(&out);
    out.extend_from_slice(&check);
    out.extend_from_slice(content);
    Some(out)
}

fn check(head: &[u8]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = Sha256::of(head).0;
    [a, b, c, d, e, f, g, h]
}

/// What could be found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frames<'a> {
    /// Frames, in order.
    pub frames: Vec<Frame<'a>>,
    /// Bytes that belong to none of them: a torn end, or damage.
    pub strange: usize,
}

/// Finds the frames of a file.
#[must_use]
pub fn frames(bytes: &[u8]) -> Frames<'_> {
    let (mut frames, mut strange, mut rest) = (Vec::new(), 0, bytes);
    while !rest.is_empty() {
        if let Some((frame, after)) = first(rest) {
            frames.push(frame);
            rest = after;
        } else {
            // On to the next mark.
            let skip = rest[1..].windows(MARK.len()).position(|part| part == MARK).map_or(rest.len(), |at| at + 1);
            strange += skip;
            rest = &rest[skip..];
        }
    }
    Frames { frames, strange }
}

/// The frame with which `bytes` begin, and what comes after it.
fn first(bytes: &[u8]) -> Option<(Frame<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    if head[..4] != *MARK || check(&head[..BEFORE_CHECK]) != head[BEFORE_CHECK..] {
        return None;
    }
    let length = usize::try_from(u32::from_be_bytes(head[28..32].try_into().ok()?)).ok()?;
    let (content, after) = rest.split_at_checked(length)?;
    let (file, number) = (head[4..20].try_into().ok()?, u64::from_be_bytes(head[20..28].try_into().ok()?));
    Some((Frame { file, number, content }, after))
}

/// What a frame for the agency holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The first of an export: what it holds.
    Head(Head),
    /// Signed events, exactly as signed, in the order in which they were made.
    Events(Vec<Bytes>),
    /// A photograph.
    Photo(Photo),
    /// The last of an export: nothing is missing before it.
    End {
        /// Frames of the file, this one with them.
        frames: u64,
    },
}

/// What an export says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The phone that exported.
    pub device: DeviceId,
    /// Who exported; each event says for itself who made it.
    pub officer: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
    /// When, by the phone's clock.
    pub at: Timestamp,
    /// Events inside.
    pub events: u64,
    /// Photographs inside, small ones too.
    pub photos: u64,
}

/// A photograph in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Its digest.
    pub sha256: Sha256,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Why a frame for the agency was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed to another key.
    #[error("it is sealed to another agency's key")]
    OtherKey,
    /// Changed, cut, or put in another's place.
    #[error("it was changed since it was sealed")]
    Changed,
    /// Sealed as it should be, and not what this version reads.
    #[error("what is in it cannot be read: {0}")]
    Content(#[from] CborError),
}

/// Something cannot be sealed to the agency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The agency's key is none.
    #[error("the agency's key cannot be used")]
    Key,
    /// It cannot be written.
    #[error(transparent)]
    Content(#[from] CborError),
    /// Too long for a frame.
    #[error("too long for one frame")]
    TooLong,
}

/// The agency's public key: what is sealed to it, only the central opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgencyKey(<X25519HkdfSha256 as hpke::Kem>::PublicKey);

impl AgencyKey {
    /// Reads its 32 bytes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(bytes).ok().map(Self)
    }

    /// Its 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    fn name(&self) -> [u8; KEY_NAME] {
        check(&self.bytes())
    }

    /// The frame that holds `part`. `random`: 32 bytes from the system's random source, never twice the same.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal(&self, file: &FileId, number: u64, part: &Part, random: [u8; 32]) -> Result<Vec<u8>, SealError> {
        let (key, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
            &OpModeS::Base,
            &self.0,
            INFO,
            &cbor::to_vec(part)?,
            &Frame::about(file, number),
            &mut Once(random),
        )
        .map_err(|_| SealError::Key)?;
        let content = [self.name().as_slice(), &key.to_bytes(), &sealed].concat();
        frame(file, number, &content).ok_or(SealError::TooLong)
    }
}

/// The agency's private key.
pub struct AgencySecret(<X25519HkdfSha256 as hpke::Kem>::PrivateKey);

/// Hides the key.
impl std::fmt::Debug for AgencySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AgencySecret")
    }
}

impl AgencySecret {
    /// Reads its 32 bytes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        <X25519HkdfSha256 as hpke::Kem>::PrivateKey::from_bytes(bytes).ok().map(Self)
    }

    /// The key that phones are given.
    #[must_use]
    pub fn public(&self) -> AgencyKey {
        AgencyKey(X25519HkdfSha256::sk_to_pk(&self.0))
    }

    /// What a frame holds.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(&self, frame: &Frame<'_>) -> Result<Part, OpenError> {
        let (name, rest) = frame.content.split_at_checked(KEY_NAME).ok_or(OpenError::Changed)?;
        if name != self.public().name() {
            return Err(OpenError::OtherKey);
        }
        let (key, sealed) = rest.split_at_checked(ENCAPSULATED).ok_or(OpenError::Changed)?;
        let key = <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(key).map_err(|_| OpenError::Changed)?;
        let plain = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.0,
            &key,
            INFO,
            sealed,
            &Frame::about(&frame.file, frame.number),
        )
        .map_err(|_| OpenError::Changed)?;
        Ok(cbor::from_slice(&plain)?)
    }
}

/// Random bytes that were drawn outside: the core has no source of its own. HPKE draws once, 32 bytes.
struct Once([u8; 32]);

impl hpke::rand_core::RngCore for Once {
    fn next_u32(&mut self) -> u32 {
        hpke::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        hpke::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        // Drawn a second time, it would go on with other bytes, made of the first.
        for chunk in out.chunks_mut(32) {
            chunk.copy_from_slice(&self.0[..chunk.len()]);
            self.0 = Sha256::of(&self.0).0;
        }
    }
}

impl hpke::rand_core::CryptoRng for Once {}

/// A whole export, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it says of itself.
    pub head: Head,
    /// Its events.
    pub events: Vec<Bytes>,
    /// Its photographs.
    pub photos: Vec<Photo>,
}

/// Why a file is no whole export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Nothing of the kind.
    #[error("it is no export of this app")]
    NoExport,
    /// Something is missing or too much: it was cut, or bytes of it were changed.
    #[error("it is not whole: it was cut or changed on the way")]
    NotWhole,
    /// A frame cannot be opened.
    #[error(transparent)]
    Frame(#[from] OpenError),
}

/// Reads an export, which has to be whole: the head first, the end last, every number once, nothing in between.
///
/// # Errors
/// [`ExportError`].
pub fn read_export(bytes: &[u8], secret: &AgencySecret) -> Result<Export, ExportError> {
    let Frames { frames, strange } = frames(bytes);
    let (first, last) = frames.first().zip(frames.last()).ok_or(ExportError::NoExport)?;
    let in_order = frames.iter().zip(1..).all(|(frame, n)| frame.number == n && frame.file == first.file);
    let Part::Head(head) = secret.open(first)? else { return Err(ExportError::NoExport) };
    if strange > 0 || !in_order || frames.len() < 2 {
        return Err(ExportError::NotWhole);
    }
    let Part::End { frames: said } = secret.open(last)? else { return Err(ExportError::NotWhole) };
    let (mut events, mut photos) = (Vec::new(), Vec::new());
    for frame in &frames[1..frames.len() - 1] {
        match secret.open(frame)? {
            Part::Events(more) => events.extend(more),
            Part::Photo(photo) => photos.push(photo),
            Part::Head(_) | Part::End { .. } => return Err(ExportError::NotWhole),
        }
    }
    let whole = said == frames.len() as u64 && head.events == events.len() as u64 && head.photos == photos.len() as u64;
    if whole { Ok(Export { head, events, photos }) } else { Err(ExportError::NotWhole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const FILE: FileId = [7; 16];

    fn secret(n: u8) -> AgencySecret {
        AgencySecret::read(&[n; 32]).unwrap()
    }

    fn part(n: u8) -> Part {
        Part::Events(vec![Bytes(vec![n; 300]), Bytes(vec![n, 1])])
    }

    #[test]
    fn frames_are_found_around_any_damage() {
        let whole: Vec<Vec<u8>> = (1..=5_u8).map(|n| frame(&FILE, n.into(), &[n; 40]).unwrap()).collect();
        let bytes = whole.concat();
        let read = frames(&bytes);
        assert_eq!((read.frames.len(), read.strange), (5, 0));
        for at in 0..bytes.len() {
            let cut = frames(&bytes[..at]);
            assert_eq!(cut.frames, read.frames[..at / whole[0].len()], "cut at {at}");
            assert_eq!(cut.strange, at % whole[0].len());
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            let hit = at / whole[0].len();
            let found = frames(&flipped);
            for (n, frame) in read.frames.iter().enumerate().filter(|(n, _)| *n != hit) {
                assert!(found.frames.contains(frame), "frame {n} is lost by damage at {at}");
            }
        }
    }

    #[test]
    fn only_the_agency_opens_a_frame_and_only_in_its_place() {
        let (mine, other) = (secret(1), secret(2));
        let sealed = mine.public().seal(&FILE, 3, &part(9), [5; 32]).unwrap();
        let read = frames(&sealed);
        assert_eq!(mine.open(&read.frames[0]), Ok(part(9)));
        assert_eq!(other.open(&read.frames[0]), Err(OpenError::OtherKey));
        assert_eq!(mine.open(&Frame { number: 4, ..read.frames[0] }), Err(OpenError::Changed));
        assert_eq!(mine.open(&Frame { file: [8; 16], ..read.frames[0] }), Err(OpenError::Changed));
        for at in 0..read.frames[0].content.len() {
            let mut changed = read.frames[0].content.to_vec();
            changed[at] ^= 1;
            assert!(mine.open(&Frame { content: &changed, ..read.frames[0] }).is_err(), "byte {at}");
        }
        assert!(!sealed.windows(8).any(|part| part == [9; 8]));
        assert_ne!(sealed, mine.public().seal(&FILE, 3, &part(9), [6; 32]).unwrap());
    }

    fn export(events: &[u8], photos: &[u8]) -> Vec<u8> {
        let head = Head {
            device: DeviceId(Uuid::from_u128(1)),
            officer: OfficerId("khoa.nm".to_owned()),
            unit: "03EE".to_owned().try_into().unwrap(),
            at: "2026-11-23T01:00:00Z".parse().unwrap(),
            events: 2 * events.len() as u64,
            photos: photos.len() as u64,
        };
        let photo = |n: &u8| {
            let bytes = vec![*n; 500];
            Part::Photo(Photo { sha256: Sha256::of(&bytes), media_type: "image/jpeg".to_owned(), bytes: Bytes(bytes) })
        };
        let mut parts = vec![Part::Head(head)];
        parts.extend(events.iter().map(|n| part(*n)));
        parts.extend(photos.iter().map(photo));
        parts.push(Part::End { frames: parts.len() as u64 + 1 });
        let key = secret(1).public();
        (1..).zip(&parts).flat_map(|(n, part)| key.seal(&FILE, n, part, [n as u8; 32]).unwrap()).collect()
    }

    #[test]
    fn an_export_is_read_whole_or_not_at_all() {
        let bytes = export(&[1, 2], &[3]);
        let read = read_export(&bytes, &secret(1)).unwrap();
        assert_eq!((read.events.len(), read.photos.len()), (4, 1));
        assert_eq!(read_export(&bytes, &secret(2)), Err(ExportError::Frame(OpenError::OtherKey)));
        assert_eq!(read_export(b"", &secret(1)), Err(ExportError::NoExport));
        assert_eq!(read_export(b"%PDF-1.7 and more", &secret(1)), Err(ExportError::NoExport));
        for at in 0..bytes.len() {
            assert!(read_export(&bytes[..at], &secret(1)).is_err(), "cut at {at}");
            if at % 7 == 0 {
                let mut changed = bytes.clone();
                changed[at] ^= 1;
                assert!(read_export(&changed, &secret(1)).is_err(), "byte {at}");
            }
        }
        // A frame left out, doubled, or two in the other's place.
        let parts: Vec<Vec<u8>> =
            frames(&bytes).frames.iter().map(|f| frame(&f.file, f.number, f.content).unwrap()).collect();
        for order in [vec![0, 2, 3, 4], vec![0, 1, 1, 2, 3, 4], vec![0, 2, 1, 3, 4], vec![0, 1, 2, 3]] {
            let bytes: Vec<u8> = order.iter().flat_map(|n| parts[*n].clone()).collect();
            assert_eq!(read_export(&bytes, &secret(1)), Err(ExportError::NotWhole), "{order:?}");
        }
    }

    #[test]
    // The frame was made by another hand: RFC 9180 written out in Python over `cryptography`.
    fn a_sealed_frame_of_a_released_version_is_opened_for_ever() {
        let known: Vec<u8> = include_str!("../tests/rescue-frame.hex")
            .split_whitespace()
            .flat_map(|line| (0..line.len() / 2).map(move |n| u8::from_str_radix(&line[2 * n..2 * n + 2], 16).unwrap()))
            .collect();
        assert_eq!(secret(1).open(&frames(&known).frames[0]), Ok(part(9)));
        assert_eq!(secret(1).public().seal(&FILE, 3, &part(9), [5; 32]).unwrap(), known);
    }
}
