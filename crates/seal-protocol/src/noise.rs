//! `Noise_NNpsk0_25519_AESGCM_SHA256`, the one pattern the protocol uses, without a heap.
//!
//! The crate `snow` is the oracle of the tests, not the engine: it needs a heap, does not wipe its keys, and its 0.10 compiles
//! AES-GCM only together with ChaCha20-Poly1305 (docs/decisions/0015).

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Message;
use crate::bytes::put;
use crate::secret::{Random, Secret};

const NAME: [u8; 32] = *b"Noise_NNpsk0_25519_AESGCM_SHA256";
const KEY: usize = 32;
const TAG: usize = 16;

/// Length of the phone's handshake message: its ephemeral key and the tag of an empty payload.
pub const FIRST: usize = KEY + TAG;

/// Authentication failed, or a message had a wrong shape. Which of them is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed;

/// One direction of a finished session, or the handshake's current key.
#[derive(Debug)]
struct Cipher {
    key: Secret<32>,
    count: u64,
}

impl Cipher {
    fn nonce(&mut self) -> Result<[u8; 12], Failed> {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.count.to_be_bytes());
        // The last value is Noise's own; a session is closed long before.
        self.count = self.count.checked_add(1).filter(|count| *count < u64::MAX).ok_or(Failed)?;
        Ok(nonce)
    }

    /// Appends ciphertext and tag of `plain`.
    fn seal(&mut self, aad: &[u8], plain: &[u8], out: &mut Message) -> Result<(), Failed> {
        let nonce = self.nonce()?;
        let from = out.len();
        put(out, plain).map_err(|_| Failed)?;
        let cipher = Aes256Gcm::new(self.key.expose().into());
        let tag = cipher.encrypt_in_place_detached((&nonce).into(), aad, &mut out[from..]).map_err(|_| Failed)?;
        put(out, &tag).map_err(|_| Failed)
    }

    /// The plaintext of ciphertext and tag.
    fn open(&mut self, aad: &[u8], sealed: &[u8]) -> Result<Message, Failed> {
        let nonce = self.nonce()?;
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or(Failed)?;
        let mut plain = Message::new();
        put(&mut plain, body).map_err(|_| Failed)?;
        let cipher = Aes256Gcm::new(self.key.expose().into());
        cipher.decrypt_in_place_detached((&nonce).into(), aad, &mut plain, tag.into()).map_err(|_| Failed)?;
        Ok(plain)
    }
}

/// Noise's symmetric state: chaining key, transcript hash, current key.
#[derive(Debug)]
struct Symmetric {
    chain: Secret<32>,
    hash: [u8; 32],
    cipher: Cipher,
}

impl Symmetric {
    /// After the `psk` token: `NNpsk0` mixes the secret in before anything is sent.
    fn start(psk: &Secret<32>, prologue: &[&[u8]]) -> Self {
        // The name is exactly as long as the hash, so it *is* the first hash.
        let mut state =
            Self { chain: Secret::new(NAME), hash: NAME, cipher: Cipher { key: Secret::new([0; 32]), count: 0 } };
        state.mix_hash(prologue);
        let mut out = Secret::<96>::new([0; 96]);
        state.expand(psk.expose(), out.expose_mut());
        let (chain, rest) = out.expose().split_at(32);
        let (hash, key) = rest.split_at(32);
        state.chain.expose_mut().copy_from_slice(chain);
        state.mix_hash(&[hash]);
        state.set_key(key);
        state
    }

    fn mix_hash(&mut self, data: &[&[u8]]) {
        let mut sha = Sha256::new().chain_update(self.hash);
        for part in data {
            sha.update(part);
        }
        self.hash = sha.finalize().into();
    }

    fn expand(&self, input: &[u8], out: &mut [u8]) {
        // Noise's HKDF is RFC 5869 with the chaining key as salt and no info; at most three blocks are asked for.
        if Hkdf::<Sha256>::new(Some(self.chain.expose()), input).expand(&[], out).is_err() {
            unreachable!("at most 96 bytes");
        }
    }

    fn set_key(&mut self, key: &[u8]) {
        self.cipher.key.expose_mut().copy_from_slice(key);
        self.cipher.count = 0;
    }

    fn mix_key(&mut self, input: &[u8]) {
        let mut out = Secret::<64>::new([0; 64]);
        self.expand(input, out.expose_mut());
        let (chain, key) = out.expose().split_at(32);
        self.chain.expose_mut().copy_from_slice(chain);
        self.set_key(key);
    }

    /// The `e` token; with a pre-shared key it is mixed into the key as well.
    fn mix_ephemeral(&mut self, public: &[u8; 32]) {
        self.mix_hash(&[public]);
        self.mix_key(public);
    }

    /// The `ee` token. A point that makes every secret the same is refused.
    fn mix_shared(&mut self, own: &Secret<32>, theirs: &[u8; 32]) -> Result<(), Failed> {
        let shared = Secret::new(x25519_dalek::x25519(*own.expose(), *theirs));
        if bool::from(shared.expose().ct_eq(&[0; 32])) {
            return Err(Failed);
        }
        self.mix_key(shared.expose());
        Ok(())
    }

    fn seal(&mut self, plain: &[u8], out: &mut Message) -> Result<(), Failed> {
        let from = out.len();
        let hash = self.hash;
        self.cipher.seal(&hash, plain, out)?;
        self.mix_hash(&[&out[from..]]);
        Ok(())
    }

    fn open(&mut self, sealed: &[u8]) -> Result<Message, Failed> {
        let hash = self.hash;
        let plain = self.cipher.open(&hash, sealed)?;
        self.mix_hash(&[sealed]);
        Ok(plain)
    }

    /// Keys of both directions: phone to seal, seal to phone.
    fn split(&self) -> (Cipher, Cipher) {
        let mut out = Secret::<64>::new([0; 64]);
        self.expand(&[], out.expose_mut());
        let cipher = |half: &[u8]| {
            let mut key = Secret::new([0; 32]);
            key.expose_mut().copy_from_slice(half);
            Cipher { key, count: 0 }
        };
        let (up, down) = out.expose().split_at(32);
        (cipher(up), cipher(down))
    }
}

fn key_pair(random: &mut impl Random) -> (Secret<32>, [u8; 32]) {
    let own = Secret::random(random);
    let public = x25519_dalek::x25519(*own.expose(), x25519_dalek::X25519_BASEPOINT_BYTES);
    (own, public)
}

/// A finished session.
#[derive(Debug)]
pub struct Transport {
    out: Cipher,
    inn: Cipher,
}

impl Transport {
    /// Appends the next message of this end, sealed.
    ///
    /// # Errors
    /// When `out` is too short; the session is of no use afterwards.
    pub fn seal(&mut self, plain: &[u8], out: &mut Message) -> Result<(), Failed> {
        self.out.seal(&[], plain, out)
    }

    /// Opens the next message of the other end. A repeated, skipped or changed one fails.
    ///
    /// # Errors
    /// When it is not exactly the next message; the session is of no use afterwards.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Message, Failed> {
        self.inn.open(&[], sealed)
    }
}

/// The phone between its handshake message and the seal's.
#[derive(Debug)]
pub struct Initiator {
    state: Symmetric,
    own: Secret<32>,
}

impl Initiator {
    /// Begins; appends the phone's handshake message ([`FIRST`] bytes).
    ///
    /// # Errors
    /// When `out` is too short.
    pub fn start(
        psk: &Secret<32>,
        prologue: &[&[u8]],
        random: &mut impl Random,
        out: &mut Message,
    ) -> Result<Self, Failed> {
        let mut state = Symmetric::start(psk, prologue);
        let (own, public) = key_pair(random);
        put(out, &public).map_err(|_| Failed)?;
        state.mix_ephemeral(&public);
        state.seal(&[], out)?;
        Ok(Self { state, own })
    }

    /// Takes the seal's handshake message: the session and what the seal said in it.
    ///
    /// # Errors
    /// When the other end does not hold the ticket's secret, or it answers another handshake.
    pub fn finish(mut self, message: &[u8]) -> Result<(Transport, Message), Failed> {
        let (theirs, sealed) = message.split_first_chunk::<KEY>().ok_or(Failed)?;
        self.state.mix_ephemeral(theirs);
        self.state.mix_shared(&self.own, theirs)?;
        let payload = self.state.open(sealed)?;
        let (out, inn) = self.state.split();
        Ok((Transport { out, inn }, payload))
    }
}

/// The seal's half of the handshake: takes the phone's message, appends its own.
///
/// The session it returns proves nothing yet: the phone's message may be a repetition. Only a first message that opens
/// under it proves that the phone is there and holds the ticket's secret.
///
/// # Errors
/// When the phone's message was not made with this secret and prologue.
pub fn respond(
    psk: &Secret<32>,
    prologue: &[&[u8]],
    first: &[u8],
    payload: &[u8],
    random: &mut impl Random,
    out: &mut Message,
) -> Result<Transport, Failed> {
    let mut state = Symmetric::start(psk, prologue);
    let (theirs, sealed) = first.split_first_chunk::<KEY>().ok_or(Failed)?;
    state.mix_ephemeral(theirs);
    if !state.open(sealed)?.is_empty() {
        return Err(Failed);
    }
    let (own, public) = key_pair(random);
    put(out, &public).map_err(|_| Failed)?;
    state.mix_ephemeral(&public);
    state.mix_shared(&own, theirs)?;
    state.seal(payload, out)?;
    let (inn, out) = state.split();
    Ok(Transport { out, inn })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn snow(psk: &[u8; 32], prologue: &[u8], own: &[u8; 32], first: bool) -> snow::HandshakeState {
        let builder = snow::Builder::new("Noise_NNpsk0_25519_AESGCM_SHA256".parse().unwrap())
            .psk(0, psk)
            .unwrap()
            .prologue(prologue)
            .unwrap()
            .fixed_ephemeral_key_for_testing_only(own);
        if first { builder.build_initiator() } else { builder.build_responder() }.unwrap()
    }

    #[test]
    fn our_phone_and_our_seal_agree_with_snow_byte_for_byte() {
        let psk = [7; 32];
        let prologue: [&[u8]; 2] = [b"pro", b"logue"];
        let mut theirs_phone = snow(&psk, b"prologue", &[0x11; 32], true);
        let mut theirs_seal = snow(&psk, b"prologue", &[0x22; 32], false);

        let mut first = Message::new();
        let phone = Initiator::start(&Secret::new(psk), &prologue, &mut Fixed(0x11), &mut first).unwrap();
        let mut buffer = [0; 256];
        let len = theirs_phone.write_message(&[], &mut buffer).unwrap();
        assert_eq!(first.as_slice(), &buffer[..len]);

        let mut second = Message::new();
        let mut seal = respond(&Secret::new(psk), &prologue, &first, b"state", &mut Fixed(0x22), &mut second).unwrap();
        theirs_seal.read_message(&first, &mut [0; 64]).unwrap();
        let len = theirs_seal.write_message(b"state", &mut buffer).unwrap();
        assert_eq!(second.as_slice(), &buffer[..len]);

        let (mut phone, payload) = phone.finish(&second).unwrap();
        assert_eq!(payload.as_slice(), b"state");
        theirs_phone.read_message(&second, &mut [0; 64]).unwrap();
        let mut theirs_phone = theirs_phone.into_transport_mode().unwrap();
        for text in [&b"one"[..], b"two", b""] {
            let mut sealed = Message::new();
            phone.seal(text, &mut sealed).unwrap();
            let len = theirs_phone.write_message(text, &mut buffer).unwrap();
            assert_eq!(sealed.as_slice(), &buffer[..len]);
            assert_eq!(seal.open(&sealed).unwrap().as_slice(), text);
            let mut back = Message::new();
            seal.seal(text, &mut back).unwrap();
            let len = theirs_phone.read_message(&back, &mut buffer).unwrap();
            assert_eq!(&buffer[..len], text);
            assert_eq!(phone.open(&back).unwrap().as_slice(), text);
        }
    }

    #[test]
    fn a_point_of_small_order_is_refused() {
        let psk = Secret::new([7; 32]);
        let mut state = Symmetric::start(&psk, &[]);
        let mut first = Message::new();
        put(&mut first, &[0; 32]).unwrap();
        state.mix_ephemeral(&[0; 32]);
        state.seal(&[], &mut first).unwrap();
        assert!(respond(&psk, &[], &first, &[], &mut Fixed(1), &mut Message::new()).is_err());
    }
}
