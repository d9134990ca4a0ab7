//! `sealctl`: the app's acts without a screen. Exit codes: 0 done, 1 done but something was not right, 2 wrong use.

mod acts;
mod clock;
mod device;
mod options;
mod rehearse;
mod scan;
mod seal;
mod yard;

use std::process::ExitCode;

use options::Options;

const HELP: &str = "\
sealctl: the seal app without a screen

  sealctl scan [--formats NAME,...] [--frames N] [--lang vi|en] FILE...
                            one JSON line for each code found in a picture (JPEG, PNG, WebP);
                            one line with an empty text where nothing is read. Looks for the app's six
                            symbologies, or for those named (code128, code39, itf, qr, datamatrix, pdf417,
                            ean13, aztec, or all). With --frames the picture is read as a camera stream of
                            at most N frames, until a read can be trusted. Refusals in Vietnamese, or in English
                            with --lang en or an English locale
  sealctl rehearse [--data DIR] [--keep] [--seed N] [--report text|json]
                            the whole journey of a seal with a central, a yard of simulated seals and
                            several devices, each a process of its own; 0 only if everything went as expected
  sealctl yard --data DIR --listen ADDR [--clock FILE]
                            simulated seals for other processes; prints `listening on ADDR`
  sealctl device --data DIR --central URL [--yard ADDR] --name NAME [--clock FILE]
                            (without --yard: this machine's Bluetooth) a device without a screen: one act a line in (JSON), one answer a line out
  sealctl seal list|identify|read|log|arm|disarm|agree|settle [--seal NO] [--from N] [--command ID]
               [--adapter NAME] [--passkey N] [--yard ADDR] (--practice | --central URL --officer ID --data DIR)
                            works a seal over this machine's Bluetooth or in a yard; the officer's secret
                            comes from SEALCTL_SECRET; --practice: simulated seals with the known key
  sealctl help              this text

The log goes to standard error; set RUST_LOG for more of it.
";

fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let mut arguments = std::env::args().skip(1);
    let rest = |arguments: std::iter::Skip<std::env::Args>| arguments.collect::<Vec<String>>();
    match arguments.next().as_deref() {
        Some("scan") => scan::run(&rest(arguments)),
        Some("rehearse") => rehearse::run(Options::new(rest(arguments))),
        Some("yard") => ended("yard", yard::run(Options::new(rest(arguments)))),
        Some("seal") => ended("seal", seal::run(Options::new(rest(arguments)))),
        Some("device") => ended("device", device::run(Options::new(rest(arguments)))),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Some(other) => {
            eprintln!("sealctl: no such command: {other}\n\n{HELP}");
            ExitCode::from(2)
        }
        None => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn ended(command: &str, result: Result<(), String>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("sealctl {command}: {why}");
            ExitCode::from(2)
        }
    }
}
