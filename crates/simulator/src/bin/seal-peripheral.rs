//! Makes a Linux machine with Bluetooth a practice seal. `seal-peripheral --help` says how.

use std::process::{Command, ExitCode};
use std::time::Duration;

use seal_simulator::peripheral::{Body, Piped, run};

const HELP: &str = "\
Makes this machine's Bluetooth a practice seal (Linux with BlueZ; practice keys only).

seal-peripheral [OPTION VALUE]... -- PROGRAM [ARG]...
    --serial S              what it advertises; 83181010 unless said
    --adapter NAME          hci0, say; the first one unless said
    --passkey N             six digits: only a phone that is paired with them is heard
    --advertise-again MS    for virtual controllers that report an advertisement only once

PROGRAM is the seal: it speaks GATT values over standard input and output (docs/seal-protocol.md, section 14), at MTU 247.
    seal-peripheral --serial 83181010 -- seal-peer seal --motor-seconds 1
    seal-peripheral --serial 83181010 -- python3 tools/seal-peers/seal.py
";

struct Wanted {
    body: Body,
    program: Vec<String>,
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut body = Body { serial: "83181010".into(), ..Body::default() };
    while let Some(word) = words.next() {
        if word == "--" {
            let program: Vec<_> = words.collect();
            return if program.is_empty() { Err("no program after --".into()) } else { Ok(Wanted { body, program }) };
        }
        let value = words.next().ok_or_else(|| format!("{word} lacks its value"))?;
        let number = || value.parse::<u32>().map_err(|error| format!("{word} {value}: {error}"));
        match word.as_str() {
            "--serial" => body.serial.clone_from(&value),
            "--adapter" => body.adapter.clone_from(&value),
            "--passkey" => body.passkey = Some(number()?),
            "--advertise-again" => body.advertise_again = Some(Duration::from_millis(number()?.into())),
            _ => return Err(format!("no such option: {word}")),
        }
    }
    Err("the seal's program is missing: -- PROGRAM [ARG]...".into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    if words.iter().take_while(|word| *word != "--").any(|word| word == "--help" || word == "-h") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let ended = match read(words.into_iter()) {
        Ok(Wanted { body, program }) => {
            let mut command = Command::new(&program[0]);
            command.args(&program[1..]);
            match Piped::start(command) {
                Ok(mind) => run(body, mind).await.map_err(|error| error.to_string()),
                Err(error) => Err(format!("{}: {error}", program[0])),
            }
        }
        Err(what) => Err(format!("{what}; --help tells the rest")),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("seal-peripheral: {what}");
            ExitCode::FAILURE
        }
    }
}
