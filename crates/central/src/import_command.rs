//! `seal-central import …`: units, users, the seal register and the work list from CSV tables.

use std::path::PathBuf;

use seal_central::import::{Fault, ImportError, Options, Table};
use seal_central::{ServerConfig, Stores};

type Failure = Box<dyn std::error::Error>;

pub const USAGE: &str = "\
       seal-central import --data DIR [--units FILE] [--users FILE [--secrets FILE]] [--seals FILE] [--cases FILE]
                           [--dry-run]
";

/// Runs the command; `args` come after `import`. Files are taken in the order units, users, seals, cases; the first that is
/// wrong ends it, what was taken before stays.
pub fn run(mut args: impl Iterator<Item = String>, stores: &Stores) -> Result<(), Failure> {
    let (mut data, mut kek, mut options) = (None, None, Options::default());
    let mut files: [(Table, &str, Option<PathBuf>); 4] = [
        (Table::Units, "--units", None),
        (Table::Users, "--users", None),
        (Table::Seals, "--seals", None),
        (Table::Cases, "--cases", None),
    ];
    while let Some(option) = args.next() {
        if option == "--dry-run" {
            options.dry_run = true;
            continue;
        }
        let value = args.next().ok_or_else(|| format!("{option} needs a value"))?;
        let slot = files.iter_mut().find(|(_, name, _)| *name == option);
        match (option.as_str(), slot) {
            (_, Some((.., file))) => *file = Some(value.into()),
            ("--data", _) => data = Some(PathBuf::from(value)),
            ("--seal-kek", _) => kek = Some(PathBuf::from(value)),
            ("--secrets", _) => options.secrets = Some(value.into()),
            _ => return Err(format!("{option} is not understood here").into()),
        }
    }
    if files.iter().all(|(.., file)| file.is_none()) {
        return Err(format!("name a table to import\n\nusage:\n{USAGE}").into());
    }
    let data = data.ok_or("--data is missing")?;
    let central = crate::seal_command::open(ServerConfig::of_folder(data, stores)?, kek)?;
    for (table, _, file) in files {
        let Some(file) = file else { continue };
        let shown = file.display();
        let mut tell = |fault: &Fault| eprintln!("{shown}:{fault}");
        let done = central.import(table, &file, &options, &mut tell).map_err(|error| match error {
            ImportError::SecretsFile(_) => Failure::from(error),
            error => format!("{shown}: {error}").into(),
        })?;
        let would = if options.dry_run { "would be " } else { "" };
        println!(
            "{shown}: {} lines: {} {would}added, {} {would}changed, {} unchanged",
            done.lines, done.added, done.changed, done.unchanged
        );
        if let (Some(out), 1.., false) = (&options.secrets, done.secrets, options.dry_run) {
            println!("first secrets of {} accounts: {}; hand them out, then delete it", done.secrets, out.display());
        }
    }
    Ok(())
}
