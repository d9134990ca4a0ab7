//! Simulated worlds: phones, the real central and a network that fails, each from its seed. What held is printed with the
//! count, so that a claim always names it. The long run is `./run soak sync`.
#![cfg(feature = "practice")]

mod common;
mod simulation;

use simulation::Report;

const OPERATIONS: u32 = 2_500;

/// Five seeds; four tests make twenty, so that they share a machine's cores.
fn five_worlds(first: u64) {
    let mut all = Report::default();
    for seed in first..first + 5 {
        let phones = 2 + (seed % 4) as usize;
        all.add(&simulation::run(seed, phones, OPERATIONS));
    }
    println!("seeds {first} to {}: {all:#?}", first + 4);
    assert_eq!(all.operations, 5 * u64::from(OPERATIONS));
    assert!(all.faults.len() == 16 && all.kills > 0 && all.restores > 0, "this proves too little: {all:#?}");
}

#[test]
fn nothing_is_lost_doubled_hidden_or_out_of_order_1() {
    five_worlds(1);
}

#[test]
fn nothing_is_lost_doubled_hidden_or_out_of_order_2() {
    five_worlds(6);
}

#[test]
fn nothing_is_lost_doubled_hidden_or_out_of_order_3() {
    five_worlds(11);
}

#[test]
fn nothing_is_lost_doubled_hidden_or_out_of_order_4() {
    five_worlds(16);
}

#[test]
fn a_seed_gives_the_same_world_again() {
    let (first, second) = (simulation::run(42, 3, 1_000), simulation::run(42, 3, 1_000));
    assert_eq!(first, second);
}

#[test]
fn twenty_thousand_hostile_answers_acknowledge_nothing() {
    let outcomes = simulation::hostile::run(1, 20_000);
    println!("{outcomes:?}");
    assert!(outcomes.refused > 10_000 && outcomes.taken > 100, "this proves too little: {outcomes:?}");
}
