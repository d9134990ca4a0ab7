//! `seal-central open-rescue | import-bundle`: what phones sealed to the agency.

use std::path::PathBuf;

use seal_central::{Stores, Taken};

use crate::seal_command::existing;

type Failure = Box<dyn std::error::Error>;

pub const USAGE: &str = "\
       seal-central open-rescue FILE --data DIR
       seal-central import-bundle FILE --data DIR
";

/// First words of these commands.
pub const NAMES: [&str; 2] = ["open-rescue", "import-bundle"];

/// Runs one of [`NAMES`]; `args` come after it.
pub async fn run(what: &str, mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    let (mut file, mut data, mut kek) = (None, None, None);
    while let Some(option) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{option} needs a value"));
        match option.as_str() {
            "--data" => data = Some(PathBuf::from(value()?)),
            "--seal-kek" => kek = Some(PathBuf::from(value()?)),
            word if !word.starts_with("--") && file.is_none() => file = Some(PathBuf::from(word)),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    let file = file.ok_or_else(|| format!("`{what}` needs a file\n\nusage:\n{USAGE}"))?;
    let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let central = existing(data.ok_or("--data is missing")?, kek, stores)?;
    if what == "import-bundle" {
        let (head, taken) =
            central.import_bundle(&bytes).await.map_err(|error| format!("{}: {error}", file.display()))?;
        println!("exported by {} of {} on phone {} at {}", head.officer, head.unit, head.device, head.at);
        return tell(&taken);
    }
    let opened = central.open_rescue(&bytes).await?;
    for (count, what) in [
        (opened.other_key, "acts are sealed to another agency's key"),
        (opened.spoiled, "acts were changed since they were sealed"),
        (opened.strange as u64, "bytes belong to no act: the file is cut or damaged"),
    ] {
        if count > 0 {
            eprintln!("{count} {what}");
        }
    }
    tell(&opened.taken)
}

/// Ends badly when something was refused, so that a script sees it.
fn tell(taken: &Taken) -> Result<(), Failure> {
    println!("facts: {} accepted, {} known, {} refused", taken.accepted, taken.known, taken.refused.len());
    let photos = (taken.photos, taken.photos_known, taken.photos_refused.len(), taken.photos_missing.len());
    println!(
        "photographs: {} accepted, {} known, {} refused, {} still missing",
        photos.0, photos.1, photos.2, photos.3
    );
    for (id, code, detail) in &taken.refused {
        eprintln!("{}: {code}: {detail}", id.map_or_else(|| "without id".to_owned(), |id| id.to_string()));
    }
    for (photo, why) in &taken.photos_refused {
        eprintln!("{photo}: {why}");
    }
    let refused = taken.refused.len() + taken.photos_refused.len();
    if refused > 0 { Err(format!("{refused} refused").into()) } else { Ok(()) }
}
