//! Keys of seals at rest: each wrapped by one key-encryption key (AES-256-GCM), which lies in a file outside the database.
//! A copy of the database alone opens no seal.

use std::io::Write as _;
use std::path::Path;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInPlace as _, KeyInit as _};
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::seal_no::SealNo;
use seal_protocol::issuer::Issuer;
use seal_protocol::issuer::practice::{PRACTICE_EPOCH, PRACTICE_MASTER};
use seal_protocol::secret::{Random, Secret};
use zeroize::Zeroizing;

use crate::db::{Connection, Transaction, Trouble, meta};

const NONCE: usize = 12;
const TAG: usize = 16;

/// The system's random bytes.
pub(crate) struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        OsRng.fill_bytes(bytes);
    }
}

fn trouble(text: impl Into<String>) -> Trouble {
    Trouble::Keys(text.into())
}

/// Opens what the database keeps wrapped. Shows and logs no key.
pub(crate) struct Vault {
    kek: Secret<32>,
    practice: bool,
}

impl Vault {
    /// Takes the key-encryption key from its file; a database that has no keys yet gets one, and a first master key. Practice
    /// has no secrets: its key-encryption key is no file, its master key the public one.
    ///
    /// # Errors
    /// [`Trouble::Keys`] when the file is not there though keys are, does not fit them, or practice and real keys would mix.
    pub(crate) fn open(tx: &Transaction, file: &Path, practice: bool) -> Result<Self, Trouble> {
        let newest = newest_epoch(tx)?;
        if meta(tx, "practice")?.is_some() && !practice {
            return Err(trouble("this folder is for practice, and its seal keys are known to everybody"));
        }
        let kek = match (practice, file.exists(), newest) {
            (true, ..) => Secret::new(PRACTICE_MASTER),
            (false, true, _) => read(file)?,
            (false, false, None) => make(file)?,
            (false, false, Some(_)) => return Err(trouble(format!("{} is missing", file.display()))),
        };
        let vault = Self { kek, practice };
        match newest {
            None if practice => vault.keep_master(tx, PRACTICE_EPOCH, &Secret::new(PRACTICE_MASTER))?,
            None => vault.keep_master(tx, 1, &Secret::random(&mut System))?,
            Some(epoch) if practice => {
                let real = |_| trouble("this folder holds keys of real seals: practise in another one");
                drop(vault.issuer(tx, epoch).map_err(real)?);
            }
            Some(epoch) => drop(vault.issuer(tx, epoch)?),
        }
        Ok(vault)
    }

    /// A fresh master key for seals that are commissioned from now on; gives its epoch.
    pub(crate) fn new_epoch(&self, db: &Connection) -> Result<u8, Trouble> {
        if self.practice {
            return Err(trouble("practice has one epoch"));
        }
        let epoch = newest_epoch(db)?.unwrap_or(0).checked_add(1).ok_or_else(|| trouble("no epoch is left"))?;
        self.keep_master(db, epoch, &Secret::random(&mut System))?;
        Ok(epoch)
    }

    fn keep_master(&self, db: &Connection, epoch: u8, master: &Secret<32>) -> Result<(), Trouble> {
        let wrapped = self.wrap(&of_epoch(epoch), master.expose())?;
        db.execute("INSERT INTO seal_master (epoch, wrapped) VALUES (?1, ?2)", (epoch, wrapped))?;
        Ok(())
    }

    /// The keys of an epoch.
    pub(crate) fn issuer(&self, db: &Connection, epoch: u8) -> Result<Issuer, Trouble> {
        let wrapped: Option<Vec<u8>> =
            db.query_opt("SELECT wrapped FROM seal_master WHERE epoch = ?1", [epoch], |row| row.get(0))?;
        let wrapped = wrapped.ok_or_else(|| trouble(format!("there is no master key of epoch {epoch}")))?;
        let master = self.unwrap(&of_epoch(epoch), &wrapped)?;
        if *master.expose() == PRACTICE_MASTER && !self.practice {
            return Err(trouble("the practice master key is known to everybody"));
        }
        Ok(Issuer::new(master, epoch))
    }

    /// A password, to be stored.
    pub(crate) fn wrap_password(&self, seal: &SealNo, password: &Secret<6>) -> Result<Vec<u8>, Trouble> {
        self.wrap(&of_password(seal), password.expose())
    }

    /// A stored password.
    pub(crate) fn password(&self, seal: &SealNo, wrapped: &[u8]) -> Result<Secret<6>, Trouble> {
        self.unwrap(&of_password(seal), wrapped)
    }

    /// Nonce, ciphertext, tag. What it is for is bound to it, so that no row can stand in another's place.
    pub(crate) fn wrap<const N: usize>(&self, what: &str, plain: &[u8; N]) -> Result<Vec<u8>, Trouble> {
        let mut nonce = [0; NONCE];
        OsRng.fill_bytes(&mut nonce);
        let mut out = nonce.to_vec();
        out.extend_from_slice(plain);
        let tag = self
            .cipher()
            .encrypt_in_place_detached((&nonce).into(), what.as_bytes(), &mut out[NONCE..])
            .map_err(|_| trouble("a key could not be wrapped"))?;
        out.extend_from_slice(&tag);
        Ok(out)
    }

    pub(crate) fn unwrap<const N: usize>(&self, what: &str, wrapped: &[u8]) -> Result<Secret<N>, Trouble> {
        let misfit = || trouble("the key-encryption key does not fit this database");
        let (nonce, rest) = wrapped.split_first_chunk::<NONCE>().ok_or_else(misfit)?;
        let (sealed, tag) = rest.split_last_chunk::<TAG>().ok_or_else(misfit)?;
        let mut plain: Zeroizing<[u8; N]> = Zeroizing::new(sealed.try_into().map_err(|_| misfit())?);
        self.cipher()
            .decrypt_in_place_detached(nonce.into(), what.as_bytes(), &mut plain[..], tag.into())
            .map_err(|_| misfit())?;
        Ok(Secret::new(*plain))
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.kek.expose().into())
    }
}

fn of_epoch(epoch: u8) -> String {
    format!("seal-central/master/{epoch}")
}

fn of_password(seal: &SealNo) -> String {
    format!("seal-central/a7-password/{}", seal.as_str())
}

/// The epoch in which seals are commissioned now.
pub(crate) fn newest_epoch(db: &Connection) -> Result<Option<u8>, Trouble> {
    db.query_row("SELECT max(epoch) FROM seal_master", (), |row| row.get(0))
}

/// The file holds 64 hexadecimal digits.
fn read(file: &Path) -> Result<Secret<32>, Trouble> {
    let text = Zeroizing::new(std::fs::read_to_string(file)?);
    let digits = text.trim().as_bytes();
    let mut key = Zeroizing::new([0; 32]);
    let digit = |at: usize| digits.get(at).and_then(|digit| char::from(*digit).to_digit(16));
    for (at, byte) in key.iter_mut().enumerate() {
        let pair = digit(2 * at).zip(digit(2 * at + 1)).filter(|_| digits.len() == 64);
        let (high, low) = pair.ok_or_else(|| trouble(format!("{} is not a key file", file.display())))?;
        *byte = u8::try_from(high << 4 | low).unwrap_or_default();
    }
    Ok(Secret::new(*key))
}

fn make(file: &Path) -> Result<Secret<32>, Trouble> {
    let key = Secret::random(&mut System);
    write_private(file, &Zeroizing::new(hex(key.expose()) + "\n"))?;
    tracing::warn!(file = %file.display(), "made a key-encryption key; keep a copy apart from the database's copies");
    Ok(key)
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Writes a new file that only its owner can read, to the disk. Never over one that is there.
///
/// # Errors
/// [`Trouble::Io`].
pub fn write_private(file: &Path, text: &str) -> Result<(), Trouble> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    Ok(())
}
