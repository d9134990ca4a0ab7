//! What is fed.

mod a7;
#[cfg(feature = "app")]
mod answers;
mod carried;
mod central;
mod enrolment;
mod facts;
mod frames;
mod messages;
mod numbers;
#[cfg(feature = "app")]
mod page;
#[cfg(feature = "app")]
mod pictures;
mod rules;
mod seal;
mod texts;

use crate::run::Target;

/// Every target.
#[must_use]
pub fn targets() -> Vec<Target> {
    let mut all = Vec::new();
    all.extend(numbers::targets());
    all.extend(texts::targets());
    all.extend(facts::targets());
    all.extend(enrolment::targets());
    all.extend(rules::targets());
    all.extend(messages::targets());
    all.extend(a7::targets());
    all.extend(seal::targets());
    all.extend(frames::targets());
    all.extend(carried::targets());
    all.extend(central::targets());
    #[cfg(feature = "app")]
    {
        all.extend(pictures::targets());
        all.extend(page::targets());
        all.extend(answers::targets());
    }
    all
}

/// A target of the usual size: 200,000 inputs, 2,000 of them in the smoke test.
fn target(name: &'static str, about: &'static str, begin: fn() -> crate::run::Job) -> Target {
    Target { name, about, inputs: 200_000, smoke: 2_000, counts: 1, megabytes: 32, begin }
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
