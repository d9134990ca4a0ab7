//! `sealctl`: the app's acts without a screen. Exit codes: 0 done, 1 done but something was not right, 2 wrong use.

mod scan;

use std::process::ExitCode;

const HELP: &str = "\
sealctl: the seal app without a screen

  sealctl scan FILE...      one JSON line for each code found in a picture (JPEG, PNG, WebP);
                            one line with an empty text where nothing is read
  sealctl help              this text
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let rest = |arguments: std::iter::Skip<std::env::Args>| arguments.collect::<Vec<String>>();
    match arguments.next().as_deref() {
        Some("scan") => scan::run(&rest(arguments)),
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
