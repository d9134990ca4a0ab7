//! Mutated frames against both ends: `fuzz [FRAMES] [SEED]`, ten million unless said otherwise. Stops with a panic at the first
//! one that is accepted; the same seed finds it again.

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/common/fuzzing.rs"]
mod fuzzing;

fn main() -> Result<(), std::num::ParseIntError> {
    let mut words = std::env::args().skip(1);
    let frames: u64 = words.next().map_or(Ok(10_000_000), |word| word.parse())?;
    let seed: u64 = words.next().map_or(Ok(1), |word| word.parse())?;
    let mut done = 0;
    let mut round = seed;
    while done < frames {
        let report = fuzzing::run(round, (frames - done).min(1_000_000));
        done += report.frames;
        println!("seed {round}: {report:?}; {done} of {frames}, 0 accepted");
        round += 1;
    }
    Ok(())
}
