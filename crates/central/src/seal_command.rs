//! `seal-central register-seals | seal-key | new-seal-epoch | revoke | allow`: keys of seals, and who is given tickets.

use std::fs::File;
use std::path::PathBuf;

use seal_central::{Central, Revoke, ServerConfig, Stores, Trouble, seal_table, write_private};
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;

pub const USAGE: &str = "\
       seal-central register-seals FILE.csv --data DIR
       seal-central seal-key SEAL --out FILE [--again] --data DIR
       seal-central new-seal-epoch --data DIR
       seal-central revoke SEAL | --officer ID | --device ID --data DIR
       seal-central allow --officer ID --data DIR
";

/// First words of these commands.
pub const NAMES: [&str; 5] = ["register-seals", "seal-key", "new-seal-epoch", "revoke", "allow"];

/// Says where the key-encryption key is, where no option does.
const KEK_VARIABLE: &str = "SEAL_CENTRAL_KEK";

type Failure = Box<dyn std::error::Error>;

/// Opens a central with its key-encryption key where the option, else the environment says that it is.
pub fn open(config: ServerConfig, kek: Option<PathBuf>) -> Result<Central, Trouble> {
    match kek.or_else(|| std::env::var_os(KEK_VARIABLE).map(PathBuf::from)) {
        Some(file) => Central::open_with_key_file(config, &file),
        None => Central::open(config),
    }
}

/// The same for a folder that must hold a central, for practice or not.
pub fn existing(data: PathBuf, kek: Option<PathBuf>, stores: &Stores) -> Result<Central, Failure> {
    let none = || match &stores.database {
        Some(_) => "the database holds no central".to_owned(),
        None => format!("{} holds no central", data.display()),
    };
    let config = ServerConfig::existing(&data, stores)?.ok_or_else(none)?;
    Ok(open(config, kek)?)
}

/// Runs one of [`NAMES`]; `args` come after it.
pub fn run(what: &str, mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    let (mut named, mut data, mut kek, mut out, mut again) = (None, None, None, None, false);
    let (mut officer, mut device) = (None, None);
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{option} needs a value"));
        match (what, option.as_str()) {
            (_, "--data") => data = Some(PathBuf::from(value()?)),
            (_, "--seal-kek") => kek = Some(PathBuf::from(value()?)),
            ("seal-key", "--out") => out = Some(PathBuf::from(value()?)),
            ("seal-key", "--again") => again = true,
            ("revoke" | "allow", "--officer") => officer = Some(OfficerId(value()?)),
            ("revoke", "--device") => device = Some(value()?.parse()?),
            ("register-seals" | "seal-key" | "revoke", word) if !word.starts_with("--") && named.is_none() => {
                named = Some(option);
            }
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    let data = data.ok_or("--data is missing")?;
    match (what, named, officer, device) {
        ("register-seals", Some(file), None, None) => {
            let seals = seal_table(File::open(&file)?)?;
            for no in existing(data, kek, stores)?.register_seals(&seals)? {
                eprintln!("{no} is not in the seal register: nobody is given tickets for it until it is");
            }
            println!("{} seals registered; delete {file} if it holds passwords", seals.len());
        }
        ("seal-key", Some(no), None, None) => {
            let out = out.ok_or("--out is missing")?;
            if out.exists() {
                return Err(format!("{} is there already", out.display()).into());
            }
            let key = existing(data, kek, stores)?.seal_key(&SealNo::parse(&no)?, again)?;
            write_private(&out, &key.to_json())?;
            println!("key of {} in epoch {}: delete {} after commissioning", key.seal, key.epoch, out.display());
        }
        ("new-seal-epoch", None, None, None) => println!("epoch {}", existing(data, kek, stores)?.new_seal_epoch()?),
        ("revoke", Some(no), None, None) => revoke(data, kek, stores, &Revoke::Seal(SealNo::parse(&no)?))?,
        ("revoke", None, Some(officer), None) => revoke(data, kek, stores, &Revoke::Officer(officer))?,
        ("revoke", None, None, Some(device)) => revoke(data, kek, stores, &Revoke::Device(device))?,
        ("allow", None, Some(officer), None) => {
            let barred = existing(data, kek, stores)?.allow_tickets(&officer)?;
            println!("{officer} {}", if barred { "is given tickets again" } else { "was not barred" });
        }
        _ => return Err(format!("`{what}`: name what it is about\n\n{USAGE}").into()),
    }
    Ok(())
}

/// Makes tickets worthless, and shuts a device out.
pub fn revoke(data: PathBuf, kek: Option<PathBuf>, stores: &Stores, whose: &Revoke) -> Result<(), Failure> {
    let done = existing(data, kek, stores)?.revoke_tickets(whose)?;
    println!("tickets of {} seals are worthless as soon as each has seen a later one", done.seals.len());
    for no in done.passwords {
        println!("{no}: its password is known and has to be changed at the seal");
    }
    Ok(())
}
