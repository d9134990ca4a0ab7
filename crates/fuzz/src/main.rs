//! `fuzz [TARGET|all] [INPUTS] [SEED] [--from INPUT]`: hostile inputs for the parsers of the project. Each target runs in a
//! process of its own, so that one which takes the process down is named too.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::process::{Command, ExitCode};

use seal_fuzz::run::{Target, run, show};

struct Asked {
    target: String,
    inputs: Option<u64>,
    seed: u64,
    from: u64,
    /// The file in which a child keeps the number of the input it is at.
    place: Option<String>,
}

fn main() -> ExitCode {
    let asked = match read(std::env::args().skip(1)) {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("fuzz: {error}");
            list();
            return ExitCode::from(2);
        }
    };
    let targets = seal_fuzz::targets();
    let chosen: Vec<&Target> =
        targets.iter().filter(|target| asked.target == "all" || target.name == asked.target).collect();
    if chosen.is_empty() {
        list();
        return if asked.target == "list" { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    let done = match &asked.place {
        Some(place) => chosen.iter().all(|target| child(target, &asked, place)),
        // Every target, whatever became of the one before.
        None => chosen.iter().filter(|target| !watched(target, &asked)).count() == 0,
    };
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(words: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked { target: "all".to_owned(), inputs: None, seed: 1, from: 0, place: None };
    let mut words = words.peekable();
    if words.peek().is_some_and(|word| word.parse::<u64>().is_err() && !word.starts_with("--")) {
        asked.target = words.next().unwrap_or_default();
    }
    let number = |word: Option<String>| {
        let word = word.unwrap_or_default();
        word.parse::<u64>().map_err(|_| format!("not a number: {word:?}"))
    };
    let mut numbers = Vec::new();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--from" => asked.from = number(words.next())?,
            "--place" => asked.place = words.next(),
            _ => numbers.push(number(Some(word))?),
        }
    }
    match numbers[..] {
        [] => {}
        [inputs] => asked.inputs = Some(inputs),
        [inputs, seed] => (asked.inputs, asked.seed) = (Some(inputs), seed),
        _ => return Err("at most two numbers".to_owned()),
    }
    Ok(asked)
}

fn list() {
    eprintln!("fuzz [TARGET|all] [INPUTS] [SEED] [--from INPUT]; targets:");
    for target in seal_fuzz::targets() {
        eprintln!("  {:14} {:>10}  {}", target.name, target.inputs, target.about);
    }
}

/// Runs a target in a child; says which input it was at when it died.
fn watched(target: &Target, asked: &Asked) -> bool {
    let place = std::env::temp_dir().join(format!("seal-fuzz-{}-{}", std::process::id(), target.name));
    let inputs = asked.inputs.unwrap_or(target.inputs);
    let status = std::env::current_exe().and_then(|program| {
        fs::write(&place, 0_u64.to_le_bytes())?;
        Command::new(program)
            .args([target.name, &inputs.to_string(), &asked.seed.to_string(), "--from", &asked.from.to_string()])
            .arg("--place")
            .arg(&place)
            .status()
    });
    let at = fs::read(&place).ok().and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    // Left over at worst: eight bytes in the temporary folder.
    let _ = fs::remove_file(&place);
    match status {
        Ok(status) => {
            if status.code().is_none() {
                let at = at.unwrap_or_default();
                println!("{}: FOUND: {status} at seed {} input {at}", target.name, asked.seed);
                println!("  again: ./run fuzz {} 1 {} --from {at}", target.name, asked.seed);
            }
            status.success()
        }
        Err(error) => {
            println!("{}: not run: {error}", target.name);
            false
        }
    }
}

fn child(target: &Target, asked: &Asked, place: &str) -> bool {
    let place = File::options().write(true).open(place);
    let begun = |input: u64| {
        if let Ok(place) = &place {
            // Only to be told after a crash; without it the crash is seen all the same.
            let _ = place.write_at(&input.to_le_bytes(), 0);
        }
    };
    match run(target, asked.inputs.unwrap_or(target.inputs), asked.seed, asked.from, begun) {
        Ok(report) => {
            println!(
                "{}: {} inputs held, seed {}, {:.0} s; slowest {:.1} ms (input {}), most memory {:.1} MB (input {})",
                target.name,
                report.inputs,
                asked.seed,
                report.seconds,
                report.slowest.0,
                report.slowest.1,
                report.most.0,
                report.most.1
            );
            true
        }
        Err(finding) => {
            println!("{}: FOUND at seed {} input {}: {}", target.name, asked.seed, finding.input, finding.says);
            println!("  input: {}", show(&finding.bytes));
            println!("  shorter: {}", show(&finding.shorter));
            println!("  again: ./run fuzz {} 1 {} --from {}", target.name, asked.seed, finding.input);
            false
        }
    }
}
