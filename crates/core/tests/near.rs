//! How often the number that was meant is among the first three offered, for container numbers (ISO 6346) with one wrong
//! character. What is offered follows from the check digit alone, from look-alikes, and from what the device has on its
//! lists; the shares are of every such error of a thousand numbers.

use std::collections::HashSet;

use seal_core::container::{ContainerNo, check_digit_for};
use seal_core::declaration::DeclarationNo;
use seal_core::scan::{KnownThings, NothingKnown, ScanContext, Thing, What, recognise};
use seal_core::seal_no::SealNo;

/// Read for each other: the six of the ISO 6346 owner's guides and of worn paint, letter and digit.
const ALIKE: [(char, char); 6] = [('O', '0'), ('I', '1'), ('S', '5'), ('B', '8'), ('Z', '2'), ('G', '6')];

struct Listed(HashSet<String>);

impl KnownThings for Listed {
    fn seal(&self, _: &SealNo) -> bool {
        false
    }
    fn container(&self, number: &ContainerNo) -> bool {
        self.0.contains(number.as_str())
    }
    fn declaration(&self, _: &DeclarationNo) -> bool {
        false
    }
}

/// Numbers spread evenly, from a linear congruential generator.
fn numbers(n: usize) -> Vec<String> {
    let mut state = 20_260_301_u64;
    let mut dice = move |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    (0..n)
        .map(|_| {
            let owner: String = (0..3).map(|_| char::from(b'A' + dice(26) as u8)).collect();
            let ten = format!("{owner}{}{:06}", ["U", "U", "U", "J", "Z"][dice(5) as usize], dice(1_000_000));
            format!("{ten}{}", check_digit_for(&ten).unwrap())
        })
        .collect()
}

/// Every number with one character replaced as `wrong` says: what was meant and what was read.
fn errors(numbers: &[String], wrong: impl Fn(usize, char) -> Vec<char>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for meant in numbers {
        for (at, was) in meant.char_indices() {
            for other in wrong(at, was) {
                let mut read = meant.clone();
                read.replace_range(at..=at, &other.to_string());
                all.push((meant.clone(), read));
            }
        }
    }
    all
}

/// Of 1000: caught as no valid number, and of those with what was meant among the first three.
fn shares(errors: &[(String, String)], known: &dyn KnownThings) -> (usize, usize) {
    let (mut caught, mut early) = (0, 0);
    for (meant, read) in errors {
        let context = ScanContext { known, wanted: Some(Thing::Container) };
        let answer = recognise(read, None, &context);
        if matches!(answer.what, What::Container { .. }) {
            continue;
        }
        caught += 1;
        early += usize::from(answer.near.iter().take(3).any(|near| near.candidate.text == *meant));
    }
    (caught * 1000 / errors.len(), early * 1000 / caught.max(1))
}

fn any_of_its_class(at: usize, was: char) -> Vec<char> {
    let class: Vec<char> = if at < 4 { ('A'..='Z').collect() } else { ('0'..='9').collect() };
    class.into_iter().filter(|c| *c != was).collect()
}

#[test]
fn a_wrong_check_digit_is_always_caught() {
    let all = errors(&numbers(1000), |at, was| if at == 10 { any_of_its_class(at, was) } else { Vec::new() });
    assert_eq!(shares(&all, &NothingKnown).0, 1000);
}

#[test]
fn a_letter_for_a_digit_and_the_reverse_is_put_right() {
    let all = errors(&numbers(1000), |_, was| {
        let other = |(a, b): &(char, char)| if was == *a { Some(*b) } else { (was == *b).then_some(*a) };
        ALIKE.iter().filter_map(other).collect()
    });
    let (caught, early) = shares(&all, &NothingKnown);
    assert_eq!(caught, 1000);
    assert!(early >= 990, "{early}");
}

#[test]
fn any_wrong_character_is_put_right_where_the_container_is_expected() {
    let numbers = numbers(1000);
    let all = errors(&numbers, any_of_its_class);
    let listed = Listed(numbers.iter().cloned().collect());
    let (caught, early) = shares(&all, &listed);
    assert!(caught >= 950 && early >= 990, "{caught} {early}");
}

/// Eleven positions have about one other character each that makes the sum right: three of them are a guess. The figure
/// is here so that a change of the order shows.
#[test]
fn without_a_list_the_check_digit_alone_leaves_too_many() {
    let digits = errors(&numbers(1000), |at, was| if at < 4 { Vec::new() } else { any_of_its_class(at, was) });
    let (caught, early) = shares(&digits, &NothingKnown);
    println!("{caught} {early}");
    assert!(caught >= 950 && (250..950).contains(&early), "{caught} {early}");
}
