//! `seal-central pack …`: the authority's side of rule packs. The signing key never has to be where the central runs.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use p256::ecdsa::SigningKey;
use p256::elliptic_curve::rand_core::OsRng;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use seal_central::{ServerConfig, Stores, import};
use seal_core::cbor::Bytes;
use seal_core::pack::{self, PackFile};
use seal_core::rules::RulePack;

pub const USAGE: &str = "\
       seal-central pack new-key KEY.pem
       seal-central pack units RULES.json --units FILE.csv --out NEW.json
       seal-central pack sign RULES.json --key KEY.pem --issuer NAME --out PACK.json [--next-key PUBLIC]...
       seal-central pack publish PACK.json --data DIR [--trust PUBLIC]
";

type Failure = Box<dyn std::error::Error>;

/// Runs one of the commands; `args` come after `pack`.
pub fn run(mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    let what = args.next().ok_or("after `pack` comes `new-key`, `units`, `sign` or `publish`")?;
    let file = PathBuf::from(args.next().filter(|file| !file.starts_with("--")).ok_or("the file is missing")?);
    let (mut key, mut issuer, mut out, mut data) = (None, None, None, None);
    let mut table = None;
    let (mut next_keys, mut trusted) = (Vec::new(), Vec::new());
    while let Some(option) = args.next() {
        let value = args.next().ok_or_else(|| format!("{option} needs a value"))?;
        match (what.as_str(), option.as_str()) {
            ("sign", "--key") => key = Some(PathBuf::from(value)),
            ("sign", "--issuer") => issuer = Some(value),
            ("units", "--units") => table = Some(PathBuf::from(value)),
            ("units" | "sign", "--out") => out = Some(PathBuf::from(value)),
            ("sign", "--next-key") => next_keys.push(public_key(&value)?),
            ("publish", "--data") => data = Some(PathBuf::from(value)),
            ("publish", "--trust") => trusted.push(public_key(&value)?),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    match what.as_str() {
        "new-key" => new_key(&file),
        "units" => units(&file, &table.ok_or("--units is missing")?, &out.ok_or("--out is missing")?),
        "sign" => {
            let key = read_key(&key.ok_or("--key is missing")?)?;
            let issuer = issuer.ok_or("--issuer is missing")?;
            sign(&file, &key, &issuer, next_keys, &out.ok_or("--out is missing")?)
        }
        "publish" => publish(&file, data.ok_or("--data is missing")?, &trusted, stores),
        other => Err(format!("`pack {other}` is not known").into()),
    }
}

fn public_key(text: &str) -> Result<Bytes, Failure> {
    let bytes = URL_SAFE_NO_PAD.decode(text)?;
    p256::ecdsa::VerifyingKey::from_sec1_bytes(&bytes).map_err(|_| "that is not a public key")?;
    Ok(Bytes(bytes))
}

fn shown(key: &SigningKey) -> String {
    URL_SAFE_NO_PAD.encode(pack::public(key).0)
}

/// Never overwrites a key.
fn new_key(file: &Path) -> Result<(), Failure> {
    let key = SigningKey::random(&mut OsRng);
    let pem = key.to_pkcs8_pem(LineEnding::LF)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    out.write_all(pem.as_bytes())?;
    out.sync_all()?;
    println!("{}", shown(&key));
    Ok(())
}

fn read_key(file: &Path) -> Result<SigningKey, Failure> {
    let pem = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(SigningKey::from_pkcs8_pem(&pem).map_err(|_| format!("{} holds no private key", file.display()))?)
}

fn sign(rules: &Path, key: &SigningKey, issuer: &str, next: Vec<Bytes>, out: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(rules).map_err(|error| format!("{}: {error}", rules.display()))?;
    let rules = RulePack::parse(&text)?;
    let file = pack::issue(&rules, Timestamp::now(), issuer, key, next)?;
    std::fs::write(out, serde_json::to_vec_pretty(&file)?)?;
    println!("pack {} with {} entries, signed with {}", rules.version, file.entries.len(), shown(key));
    Ok(())
}

/// Puts a table of units into rules that are then signed. Written anew as JSON: the rules stay, their layout does not.
fn units(rules: &Path, table: &Path, out: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(rules).map_err(|error| format!("{}: {error}", rules.display()))?;
    let mut rules = RulePack::parse(&text)?;
    let shown = table.display();
    let (added, changed) = import::units_into(&mut rules, table, &mut |fault| eprintln!("{shown}:{fault}"))?;
    std::fs::write(out, serde_json::to_vec_pretty(&rules)?)?;
    println!("{added} units added, {changed} changed: give {} a version of its own, then sign it", out.display());
    Ok(())
}

fn publish(file: &Path, data: PathBuf, trusted: &[Bytes], stores: &Stores) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let file: PackFile = serde_json::from_str(&text)?;
    let central = crate::seal_command::open(ServerConfig::of_folder(data, stores)?, None)?;
    if !trusted.is_empty() {
        central.trust_rules_keys(trusted)?;
    }
    central.publish_pack(&file)?;
    println!("published; phones fetch what changed with their next sync");
    Ok(())
}
