//! Makes a Linux machine with Bluetooth a practice seal. `seal-peripheral --help` says how.

use std::net::SocketAddr;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use seal_core::seal_no::SealNo;
use seal_simulator::YardClient;
use seal_simulator::peripheral::{Body, OfYard, Piped, run};

const HELP: &str = "\
Makes this machine's Bluetooth a practice seal (Linux with BlueZ; practice keys only).

seal-peripheral [OPTION VALUE]... --yard ADDRESS
seal-peripheral [OPTION VALUE]... -- PROGRAM [ARG]...
    --serial S              what it advertises; 83181010 unless said
    --adapter NAME          hci0, say; the first one unless said
    --passkey N             six digits: only a phone that is paired with them is heard
    --advertise-again MS    for virtual controllers that report an advertisement only once

The seal is one of a practice yard (`sealctl yard` serves one), or a PROGRAM: it speaks GATT values over standard input and output (docs/seal-protocol.md, section 14), at MTU 247.
    seal-peripheral --serial 83181010 -- seal-peer seal --motor-seconds 1
    seal-peripheral --serial 83181010 -- python3 tools/seal-peers/seal.py
";

enum Seal {
    OfYard(SocketAddr),
    Program(Vec<String>),
}

struct Wanted {
    body: Body,
    seal: Seal,
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut body = Body { serial: "83181010".into(), ..Body::default() };
    let mut yard = None;
    while let Some(word) = words.next() {
        if word == "--" {
            let program: Vec<_> = words.collect();
            let seal = Seal::Program(program);
            return Ok(Wanted { body, seal });
        }
        let value = words.next().ok_or_else(|| format!("{word} lacks its value"))?;
        let number = || value.parse::<u32>().map_err(|error| format!("{word} {value}: {error}"));
        match word.as_str() {
            "--serial" => body.serial.clone_from(&value),
            "--yard" => yard = Some(value.parse().map_err(|error| format!("{word} {value}: {error}"))?),
            "--adapter" => body.adapter.clone_from(&value),
            "--passkey" => body.passkey = Some(number()?),
            "--advertise-again" => body.advertise_again = Some(Duration::from_millis(number()?.into())),
            _ => return Err(format!("no such option: {word}")),
        }
    }
    let seal = Seal::OfYard(yard.ok_or("which seal? --yard ADDRESS, or -- PROGRAM [ARG]...")?);
    Ok(Wanted { body, seal })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().skip(1).collect();
    if words.iter().take_while(|word| *word != "--").any(|word| word == "--help" || word == "-h") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let ended = match read(words.into_iter()) {
        Ok(wanted) => live(wanted).await,
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

async fn live(Wanted { body, seal }: Wanted) -> Result<(), String> {
    match seal {
        Seal::OfYard(address) => {
            let serial = SealNo::parse(&body.serial).map_err(|error| error.to_string())?;
            let mind = OfYard::new(Arc::new(YardClient::new(address)), serial);
            run(body, mind).await.map_err(|error| error.to_string())
        }
        Seal::Program(words) => {
            let (name, arguments) = words.split_first().ok_or("no program after --")?;
            let mut command = Command::new(name);
            command.args(arguments);
            let mind = Piped::start(command).map_err(|error| format!("{name}: {error}"))?;
            run(body, mind).await.map_err(|error| error.to_string())
        }
    }
}
