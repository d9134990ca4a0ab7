//! `seal-central missing-photos`: photographs that facts name and that have not come.

use std::path::PathBuf;

use seal_central::{MissingPhoto, Stores};

use crate::seal_command::existing;

pub const USAGE: &str = "\
       seal-central missing-photos --data DIR
";

/// First words of these commands.
pub const NAMES: [&str; 1] = ["missing-photos"];

/// Lists them, one a line. Ends badly when one is overdue, so that a script sees it.
pub fn run(mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Box<dyn std::error::Error>> {
    let (mut data, mut kek) = (None, None);
    while let Some(option) = args.next() {
        let value = args.next().ok_or_else(|| format!("{option} needs a value"))?;
        match option.as_str() {
            "--data" => data = Some(PathBuf::from(value)),
            "--seal-kek" => kek = Some(PathBuf::from(value)),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    let photos = existing(data.ok_or("--data is missing")?, kek, stores)?.missing_photos()?;
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
