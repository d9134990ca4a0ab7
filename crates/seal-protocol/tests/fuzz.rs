//! 100,000 frames at every run: none accepted, no panic. More: `./run fuzz seal-protocol`.

mod common;
#[path = "common/fuzzing.rs"]
mod fuzzing;

#[test]
fn a_hundred_thousand_mutated_frames_are_refused() {
    let report = fuzzing::run(2_026, 100_000);
    println!("{report:?}");
    assert!(report.inside > 5_000 && report.insider > 5_000);
}
