//! Near candidates: which single reading or typing error would explain a number whose check digit is
//! wrong. Shared by the numbers that carry a check digit (container, declaration, S10 waybill).

use serde::{Deserialize, Serialize};

/// The one error that a candidate assumes. The order is the rank: likeliest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Characters that look alike were confused (O/0, I/1, S/5, B/8, Z/2, G/6).
    LookAlike,
    /// Two neighbours were swapped.
    Swapped,
    /// Only the check digit itself was misread.
    CheckDigit,
    /// The check digit was left out.
    CheckDigitMissing,
    /// One other digit is different.
    OtherDigit,
    /// One other letter is different.
    OtherLetter,
}

/// A number that is valid and one error away from what was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Candidate {
    /// The valid number, canonical text.
    pub text: String,
    /// The error it assumes.
    pub change: Change,
    /// Zero-based positions in `text` that differ from what was read, ascending.
    pub positions: Vec<usize>,
}

/// Letter and digit that people and cameras confuse, both ways round. `Q` and `D` also read as 0.
const LOOK_ALIKES: [(char, char); 8] =
    [('O', '0'), ('Q', '0'), ('D', '0'), ('I', '1'), ('S', '5'), ('B', '8'), ('Z', '2'), ('G', '6')];
/// Pairs of the same class that are confused on worn paint and thermal print.
const SAME_CLASS: [(char, char); 8] =
    [('0', '8'), ('1', '7'), ('3', '8'), ('5', '6'), ('6', '8'), ('O', 'Q'), ('C', 'G'), ('V', 'U')];

fn look_alike(a: char, b: char) -> bool {
    let is = |(x, y): &(char, char)| (*x, *y) == (a, b) || (*x, *y) == (b, a);
    LOOK_ALIKES.iter().any(is) || SAME_CLASS.iter().any(is)
}

/// What a position of the number may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Letter,
    Digit,
    /// One of these letters.
    OneOf(&'static str),
}

impl Class {
    pub(crate) fn holds(self, c: char) -> bool {
        match self {
            Class::Letter => c.is_ascii_uppercase(),
            Class::Digit => c.is_ascii_digit(),
            Class::OneOf(set) => set.contains(c),
        }
    }
    fn alphabet(self) -> impl Iterator<Item = char> {
        ('0'..='9').chain('A'..='Z').filter(move |c| self.holds(*c))
    }
}

/// All valid numbers one error away from `text` (already compact), likeliest first, without repeats.
/// `check` is the position of the check digit, `valid` the whole number's rule.
pub(crate) fn candidates(text: &str, shape: &[Class], check: usize, valid: impl Fn(&str) -> bool) -> Vec<Candidate> {
    let read: Vec<char> = text.chars().collect();
    let mut found: Vec<Candidate> = Vec::new();
    let mut offer = |chars: &[char], change: Change, positions: Vec<usize>| {
        let text: String = chars.iter().collect();
        let fits = chars.len() == shape.len() && chars.iter().zip(shape).all(|(c, s)| s.holds(*c));
        if fits && valid(&text) && !found.iter().any(|c| c.text == text) {
            found.push(Candidate { text, change, positions });
        }
    };
    if check + 1 == shape.len() && read.len() == check {
        for digit in '0'..='9' {
            let mut chars = read.clone();
            chars.push(digit);
            offer(&chars, Change::CheckDigitMissing, vec![check]);
        }
    }
    if read.len() != shape.len() {
        return found;
    }

    // Letters where digits belong and the reverse: undo all of them together.
    let folded: Vec<char> = read.iter().zip(shape).map(|(c, class)| fold(*c, *class)).collect();
    let moved: Vec<usize> = (0..read.len()).filter(|i| folded[*i] != read[*i]).collect();
    if !moved.is_empty() {
        offer(&folded, Change::LookAlike, moved);
    }
    for position in 0..read.len() {
        for other in shape[position].alphabet().filter(|c| *c != read[position]) {
            let mut chars = read.clone();
            chars[position] = other;
            let change = match shape[position] {
                _ if look_alike(read[position], other) && position != check => Change::LookAlike,
                _ if position == check => Change::CheckDigit,
                Class::Digit => Change::OtherDigit,
                Class::Letter | Class::OneOf(_) => Change::OtherLetter,
            };
            offer(&chars, change, vec![position]);
        }
        if position > 0 && read[position] != read[position - 1] {
            let mut chars = read.clone();
            chars.swap(position - 1, position);
            offer(&chars, Change::Swapped, vec![position - 1, position]);
        }
    }
    found.sort_by(|a, b| (a.change, &a.positions).cmp(&(b.change, &b.positions)));
    found
}

/// `c` itself when it fits, else the look-alike of the right class when there is exactly that one.
fn fold(c: char, class: Class) -> char {
    if class.holds(c) {
        return c;
    }
    LOOK_ALIKES
        .iter()
        .find_map(|(letter, digit)| match c {
            _ if c == *letter && class.holds(*digit) => Some(*digit),
            _ if c == *digit && class.holds(*letter) => Some(*letter),
            _ => None,
        })
        .unwrap_or(c)
}
