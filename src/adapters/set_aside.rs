//! A device's data moved into a folder of its own, never deleted: its key is lost, or the phone begins anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::files::sync_folder_of;

/// Where data lies while it is being moved.
const LEAVING: &str = "leaving";

/// Moves what bears these names, or one of them with an ending, in this order into a folder named for the reason. What says
/// that it has to be done comes last among them: stopped before that, the next start does it again.
///
/// # Errors
/// When something cannot be moved.
pub fn set_aside(data: &Path, because: &str, names: &[&str]) -> io::Result<PathBuf> {
    let aside = stamped(data, because);
    fs::create_dir(&aside)?;
    move_into(data, &aside, names)?;
    Ok(aside)
}

/// The same for data that nothing would know any more to be on its way once half of it is gone: see [`is_leaving`].
///
/// # Errors
/// When something cannot be moved; then it is gone on with at the next start.
pub fn leave(data: &Path, names: &[&str]) -> io::Result<PathBuf> {
    let leaving = data.join(LEAVING);
    if !is_leaving(data) {
        fs::create_dir(&leaving)?;
        sync_folder_of(&leaving)?;
    }
    move_into(data, &leaving, names)?;
    File::open(&leaving)?.sync_all()?;
    let aside = stamped(data, "left");
    fs::rename(&leaving, &aside)?;
    sync_folder_of(&aside)?;
    Ok(aside)
}

/// Whether [`leave`] was stopped in the middle. It has to be gone on with before anything of the folder is opened.
#[must_use]
pub fn is_leaving(data: &Path) -> bool {
    data.join(LEAVING).is_dir()
}

fn stamped(data: &Path, because: &str) -> PathBuf {
    data.join(format!("{because}-{}", Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ")))
}

fn move_into(data: &Path, folder: &Path, names: &[&str]) -> io::Result<()> {
    let mut there = fs::read_dir(data)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    there.sort();
    for name in names {
        let bears = |entry: &str| {
            entry.strip_prefix(name).is_some_and(|ending| ending.is_empty() || ending.starts_with(['-', '.']))
        };
        for entry in there.iter().filter(|entry| entry.to_str().is_some_and(bears)) {
            fs::rename(data.join(entry), folder.join(entry))?;
        }
    }
    File::open(data)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["db.sqlite", "photos", "vault"];
    const FILES: [&str; 5] = ["db.sqlite", "db.sqlite-wal", "db.sqlite.damaged-1", "photos", "vault"];

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn stopped_after_any_step_it_is_gone_on_with_and_all_lies_in_one_place() {
        for moved in 0..=FILES.len() {
            let data = tempfile::tempdir().unwrap();
            for file in FILES.iter().chain(&["vaults", "practice"]) {
                fs::write(data.path().join(file), file).unwrap();
            }
            fs::create_dir(data.path().join(LEAVING)).unwrap();
            for file in &FILES[..moved] {
                fs::rename(data.path().join(file), data.path().join(LEAVING).join(file)).unwrap();
            }
            assert!(is_leaving(data.path()));
            let aside = leave(data.path(), &NAMES).unwrap();
            assert!(!is_leaving(data.path()));
            assert_eq!(names(&aside), FILES);
            let left = names(data.path());
            assert_eq!(left.len(), 3, "{left:?}");
            assert_eq!(left[1..], ["practice", "vaults"]);
        }
    }

    #[test]
    fn what_says_that_it_has_to_be_done_is_moved_last() {
        let data = tempfile::tempdir().unwrap();
        for file in FILES {
            fs::write(data.path().join(file), file).unwrap();
        }
        let aside = set_aside(data.path(), "key-lost", &NAMES).unwrap();
        assert_eq!(names(&aside), FILES);
        assert!(aside.file_name().unwrap().to_str().unwrap().starts_with("key-lost-"));
    }
}
