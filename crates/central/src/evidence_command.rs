//! `seal-central missing-photos | difficulties`: what of the record somebody has to look at.

use std::path::PathBuf;

use jiff::Timestamp;
use seal_central::{MissingPhoto, Stores};

use crate::seal_command::existing;

pub const USAGE: &str = "\
       seal-central missing-photos --data DIR
       seal-central difficulties [--since MOMENT] --data DIR
";

/// First words of these commands.
pub const NAMES: [&str; 2] = ["missing-photos", "difficulties"];

/// Runs the command that the first word names.
pub fn run(mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Box<dyn std::error::Error>> {
    let name = args.next().unwrap_or_default();
    let (mut data, mut kek, mut since) = (None, None, None);
    while let Some(option) = args.next() {
        let value = args.next().ok_or_else(|| format!("{option} needs a value"))?;
        match option.as_str() {
            "--data" => data = Some(PathBuf::from(value)),
            "--seal-kek" => kek = Some(PathBuf::from(value)),
            "--since" if name == "difficulties" => since = Some(value.parse()?),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    let central = existing(data.ok_or("--data is missing")?, kek, stores)?;
    if name == "difficulties" {
        for difficulty in central.difficulties(since.unwrap_or(Timestamp::UNIX_EPOCH))? {
            println!("{}", serde_json::to_string(&difficulty)?);
        }
        return Ok(());
    }
    missing_photos(&central.missing_photos()?)
}

/// One a line. Ends badly when one is overdue, so that a script sees it.
fn missing_photos(photos: &[MissingPhoto]) -> Result<(), Box<dyn std::error::Error>> {
    println!("photograph\tsize\tsince\tdue\tstate\tunit\tofficer\tdevice\tfact\tcase\tseals");
    photos.iter().for_each(|photo| println!("{}", row(photo)));
    match photos.iter().filter(|photo| photo.overdue).count() {
        0 => Ok(()),
        overdue => Err(format!("{overdue} photographs are overdue").into()),
    }
}

fn row(one: &MissingPhoto) -> String {
    let MissingPhoto { photo, since, unit, officer, device, event, .. } = one;
    let size = if one.thumbnail { "small" } else { "full" };
    let due = one.due.map(|due| due.to_string()).unwrap_or_default();
    let state = if one.overdue { "overdue" } else { "waiting" };
    let case = one.case.map(|case| case.to_string()).unwrap_or_default();
    let seals = one.seals.join(",");
    format!("{photo}\t{size}\t{since}\t{due}\t{state}\t{unit}\t{officer}\t{device}\t{event}\t{case}\t{seals}")
}
