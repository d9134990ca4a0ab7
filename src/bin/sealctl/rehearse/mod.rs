//! `sealctl rehearse`: the whole journey of a seal without a screen. Central, yard and devices are processes of their own;
//! coverage is lost by stopping the central, seals have the troubles that officers meet.

mod journey;
mod process;
mod report;
mod several;
mod stage;
mod troubles;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use crate::options::Options;
use report::{Form, Report};
use stage::Stage;

/// Runs the rehearsal and prints its report.
pub fn run(options: Options) -> ExitCode {
    match rehearse(options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("sealctl rehearse: {why}");
            ExitCode::from(2)
        }
    }
}

fn rehearse(mut options: Options) -> Result<bool, String> {
    let data: Option<PathBuf> = options.value("--data")?;
    let keep = options.flag("--keep") || data.is_some();
    let seed: u64 = options.value("--seed")?.unwrap_or(1);
    let form: Form = options.value("--report")?.unwrap_or(Form::Text);
    options.end()?;

    let data = data.unwrap_or_else(|| std::env::temp_dir().join(format!("sealctl-rehearse-{}", std::process::id())));
    if data.join("clock").exists() {
        return Err(format!("{} holds an earlier rehearsal; name another folder", data.display()));
    }
    let began = Instant::now();
    let mut report = Report::new(form);
    let played = Stage::set(&data, seed).map(|mut stage| {
        journey::play(&mut stage, &mut report)?;
        troubles::play(&mut stage, &mut report)?;
        several::play(&mut stage, &mut report)
    });
    if keep {
        eprintln!("kept: {}", data.display());
    } else if let Err(error) = std::fs::remove_dir_all(&data) {
        eprintln!("{} is left over: {error}", data.display());
    }
    // What cannot even begin is wrong use; what breaks off is a failed rehearsal.
    if let Err(why) = played? {
        report.broke(&why);
    }
    Ok(report.end(seed, began.elapsed().as_secs_f64()))
}
