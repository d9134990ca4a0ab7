//! Messages over GATT: numbered fragments for an ATT MTU of 23 to 247, and a way to ask for a message again.
//!
//! One value written or notified is one fragment: a header byte, then a piece of the message. Header bit 7: last fragment;
//! bit 6: the message's turn, 0 and 1 alternately; bits 5 to 0: the fragment's number, 63 for a control value. The phone's
//! first message of a connection has turn 0, and an answer has the turn of its question. Asking for a message again sends the
//! same bytes again and executes nothing. A question of the other turn, once it has begun, ends the one before: no answer to
//! that one is notified any more.

use crate::{MAX_MESSAGE, Message};

/// Smallest ATT MTU.
pub const MIN_MTU: usize = 23;
/// Largest ATT MTU used.
pub const MAX_MTU: usize = 247;
/// Longest value: the MTU less the ATT header.
pub const MAX_VALUE: usize = MAX_MTU - 3;

/// Seconds of silence after which a phone asks again.
pub const PATIENCE_S: u32 = 2;
/// The same for the first time after a command that moves the bolt.
pub const MOTOR_PATIENCE_S: u32 = 12;
/// How often a phone asks again in vain before it hangs up.
pub const ATTEMPTS: u8 = 5;

const LAST: u8 = 0x80;
const TURN: u8 = 0x40;
const NUMBER: u8 = 0x3F;
const CONTROL: u8 = 0x3F;
const AGAIN: u8 = 1;
const NOTHING: u8 = 2;

/// A GATT value.
pub type Value = arrayvec::ArrayVec<u8, MAX_VALUE>;

fn piece(mtu: usize) -> usize {
    mtu.clamp(MIN_MTU, MAX_MTU) - 4
}

const _: () = assert!(MAX_MESSAGE.div_ceil(MIN_MTU - 4) < CONTROL as usize, "every message fits at every MTU");

/// The fragments of a message, from number `from` on.
pub fn fragments(message: &[u8], turn: bool, mtu: usize, from: u8) -> impl Iterator<Item = Value> + '_ {
    let count = message.len().div_ceil(piece(mtu)).max(1);
    (usize::from(from)..count).filter_map(move |number| {
        let start = number * piece(mtu);
        let end = (start + piece(mtu)).min(message.len());
        let header =
            u8::try_from(number).ok()? | if turn { TURN } else { 0 } | if number + 1 == count { LAST } else { 0 };
        let mut value = Value::new();
        value.try_push(header).ok()?;
        value.try_extend_from_slice(message.get(start..end)?).ok()?;
        Some(value)
    })
}

fn control(code: u8, argument: u8) -> Value {
    [CONTROL, code, argument].into_iter().collect()
}

/// A value asking the seal for its answer again, from fragment `from` on.
#[must_use]
pub fn again(from: u8) -> Value {
    control(AGAIN, from)
}

/// Puts fragments together. Anything out of order starts over.
#[derive(Debug, Default)]
struct Gather {
    message: Message,
    next: u8,
    turn: bool,
}

enum Step {
    More,
    Whole,
    /// Not the fragment that comes next.
    Gap,
}

impl Gather {
    fn take(&mut self, value: &[u8]) -> Step {
        let Some((header, body)) = value.split_first() else { return Step::Gap };
        let (number, turn) = (header & NUMBER, header & TURN != 0);
        if number == 0 {
            self.message.clear();
            (self.next, self.turn) = (0, turn);
        }
        let in_order = number == self.next && turn == self.turn;
        if !in_order || self.message.try_extend_from_slice(body).is_err() {
            return Step::Gap;
        }
        self.next += 1;
        if header & LAST == 0 {
            return Step::More;
        }
        self.next = 0;
        Step::Whole
    }
}

/// What the seal's end makes of a written value.
#[allow(clippy::large_enum_variant)] // no heap; one at a time
#[derive(Debug, PartialEq, Eq)]
pub enum Written<'a> {
    /// Nothing to do.
    Nothing,
    /// A new message for [`crate::seal::Seal::step`].
    Message(&'a [u8]),
    /// Notify [`SealEnd::answer`]'s fragments again from this number on.
    Again(u8),
    /// Notify this one value.
    Reply(Value),
}

/// The seal's end of one connection.
#[derive(Debug, Default)]
pub struct SealEnd {
    gather: Gather,
    /// The turn of the last whole question, once there was one.
    asked: Option<bool>,
    /// Its answer is still to come.
    owed: bool,
    answer: Option<Message>,
}

impl SealEnd {
    /// A value was written.
    pub fn written(&mut self, value: &[u8]) -> Written<'_> {
        match value {
            [CONTROL, AGAIN, from] if self.answer.is_some() => return Written::Again(*from),
            // The question is here; its answer is notified when there is one.
            [CONTROL, AGAIN, _] if self.owed => return Written::Nothing,
            [CONTROL, AGAIN, _] => return Written::Reply(control(NOTHING, 0)),
            [header, ..] if header & NUMBER == CONTROL => return Written::Nothing,
            // Another question has begun, so the phone has given up the one before. Its answer would have the other turn, and
            // the phone would ask in vain for the one it lacks.
            [header, ..] if Some(header & TURN != 0) != self.asked => (self.answer, self.owed) = (None, false),
            _ => {}
        }
        match self.gather.take(value) {
            Step::More => Written::Nothing,
            // The phone hears nothing, asks again, is told that there is nothing, and writes its question again.
            Step::Gap => {
                self.gather.next = u8::MAX;
                Written::Nothing
            }
            Step::Whole if self.asked == Some(self.gather.turn) => match self.answer {
                // The same question once more: the same answer once more, or still none.
                Some(_) => Written::Again(0),
                None => Written::Nothing,
            },
            Step::Whole => {
                (self.asked, self.owed) = (Some(self.gather.turn), true);
                Written::Message(&self.gather.message)
            }
        }
    }

    /// The machine's answer: keep it, and notify its fragments; there are none if the phone has begun another question.
    pub fn answer(&mut self, message: Message) {
        if self.owed {
            (self.answer, self.owed) = (Some(message), false);
        }
    }

    /// Fragments of the answer, from number `from` on.
    pub fn fragments(&self, mtu: usize, from: u8) -> impl Iterator<Item = Value> + '_ {
        let turn = self.asked.unwrap_or(false);
        self.answer.iter().flat_map(move |answer| fragments(answer, turn, mtu, from))
    }
}

/// What the phone's end makes of a notified value.
#[allow(clippy::large_enum_variant)] // no heap; one at a time
#[derive(Debug, PartialEq, Eq)]
pub enum Notified<'a> {
    /// Nothing to do.
    Nothing,
    /// The seal's answer, for [`crate::phone::Phone::receive`].
    Message(&'a [u8]),
    /// A notification was lost: write this value.
    Write(Value),
    /// The seal never got the question whole: write all its fragments again.
    WriteQuestionAgain,
}

/// The phone's end of one connection.
#[derive(Debug, Default)]
pub struct PhoneEnd {
    gather: Gather,
    question: Message,
    turn: Option<bool>,
    /// The answer is here.
    whole: bool,
    /// What is missing was asked for, and has not come yet.
    asked_again: bool,
    /// Silences since the last piece of the answer.
    silences: u8,
}

impl PhoneEnd {
    /// A new question; write its [`PhoneEnd::fragments`].
    pub fn question(&mut self, message: Message) {
        let gather = Gather { next: u8::MAX, ..Gather::default() };
        *self = Self { gather, question: message, turn: Some(!self.turn.unwrap_or(true)), ..Self::default() };
    }

    /// All fragments of the question.
    pub fn fragments(&self, mtu: usize) -> impl Iterator<Item = Value> + '_ {
        fragments(&self.question, self.turn.unwrap_or(false), mtu, 0)
    }

    /// A value was notified.
    pub fn notified(&mut self, value: &[u8]) -> Notified<'_> {
        match value {
            [] => return Notified::Nothing,
            // Repetitions of an answer that is here, asked for once too often.
            _ if self.whole => return Notified::Nothing,
            [CONTROL, NOTHING, _] => return Notified::WriteQuestionAgain,
            [header, ..] if header & NUMBER == CONTROL => return Notified::Nothing,
            // An answer to the question before, asked for once too often.
            [header, ..] if Some(header & TURN != 0) != self.turn => return Notified::Nothing,
            // Already there: a repetition.
            [header, ..] if self.gather.next != u8::MAX && header & NUMBER < self.gather.next => {
                return Notified::Nothing;
            }
            _ => {}
        }
        match self.gather.take(value) {
            Step::More => {
                (self.asked_again, self.silences) = (false, 0);
                Notified::Nothing
            }
            // Asked for once: what still comes of the run before is of no use, and must not multiply.
            Step::Gap if self.asked_again => Notified::Nothing,
            Step::Gap => {
                self.asked_again = true;
                Notified::Write(self.missing())
            }
            Step::Whole => {
                self.whole = true;
                Notified::Message(&self.gather.message)
            }
        }
    }

    /// No piece of the answer came for [`PATIENCE_S`] ([`MOTOR_PATIENCE_S`] at first after arming and disarming): what to do.
    /// By turns it asks for what is missing, and writes the question again, of which the seal may not have a single piece.
    /// `None` after [`ATTEMPTS`]: hang up, and find out in a new connection what became of a command.
    pub fn silent(&mut self) -> Option<Notified<'static>> {
        let silences = self.silences;
        self.silences = silences.saturating_add(1);
        self.asked_again = true;
        match silences {
            ATTEMPTS.. => None,
            even if even % 2 == 0 => Some(Notified::Write(self.missing())),
            _ => Some(Notified::WriteQuestionAgain),
        }
    }

    /// Asks for what is missing.
    #[must_use]
    fn missing(&self) -> Value {
        again(if self.gather.next == u8::MAX { 0 } else { self.gather.next })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(len: usize) -> Message {
        (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect()
    }

    /// Carries a question and its answer; `lost(n)` says whether the n-th notification is lost. Returns what came out on both
    /// sides and how often the seal was asked to act.
    fn exchange(question: &Message, answer: &Message, mtu: usize, lost: impl Fn(usize) -> bool) -> (Message, usize) {
        let (mut phone, mut seal) = (PhoneEnd::default(), SealEnd::default());
        phone.question(question.clone());
        let mut acted = 0;
        let mut notified = 0;
        let mut writes: Vec<Value> = phone.fragments(mtu).collect();
        for _ in 0..1_000 {
            let mut air = Vec::new();
            for value in writes.drain(..) {
                match seal.written(&value) {
                    Written::Nothing => {}
                    Written::Message(message) => {
                        assert_eq!(message, question.as_slice());
                        acted += 1;
                        seal.answer(answer.clone());
                        air.extend(seal.fragments(mtu, 0));
                    }
                    Written::Again(from) => air.extend(seal.fragments(mtu, from)),
                    Written::Reply(value) => air.push(value),
                }
            }
            for value in air {
                notified += 1;
                if lost(notified) {
                    continue;
                }
                match phone.notified(&value) {
                    Notified::Nothing => {}
                    Notified::Message(message) => return (message.iter().copied().collect(), acted),
                    Notified::Write(value) => {
                        writes = vec![value];
                        break;
                    }
                    Notified::WriteQuestionAgain => {
                        writes = phone.fragments(mtu).collect();
                        break;
                    }
                }
            }
            if writes.is_empty() {
                writes.push(phone.missing());
            }
        }
        panic!("never came through");
    }

    #[test]
    fn every_length_fits_at_every_mtu() {
        for mtu in MIN_MTU..=MAX_MTU {
            for len in [0, 1, mtu - 4, mtu - 3, MAX_MESSAGE] {
                let (got, acted) = exchange(&message(len), &message(MAX_MESSAGE - len), mtu, |_| false);
                assert_eq!((got, acted), (message(MAX_MESSAGE - len), 1));
            }
        }
    }

    #[test]
    fn a_spoiled_question_is_written_again_and_acted_on_once() {
        let mut seal = SealEnd::default();
        let parts: Vec<Value> = fragments(&message(100), false, MIN_MTU, 0).collect();
        assert_eq!(seal.written(&parts[0]), Written::Nothing);
        assert_eq!(seal.written(&parts[2]), Written::Nothing);
        assert_eq!(seal.written(&parts[1]), Written::Nothing, "a broken message stays broken");
        assert_eq!(seal.written(&again(0)), Written::Reply(control(NOTHING, 0)));
        let mut phone = PhoneEnd::default();
        phone.question(message(100));
        assert_eq!(phone.notified(&control(NOTHING, 0)), Notified::WriteQuestionAgain);
        let acted = parts.iter().filter(|part| matches!(seal.written(part), Written::Message(_))).count();
        assert_eq!(acted, 1);
        assert_eq!(seal.written(parts.last().unwrap()), Written::Nothing);
    }

    #[test]
    fn an_answer_to_the_question_before_is_not_taken_for_this_one() {
        let mut phone = PhoneEnd::default();
        phone.question(message(5));
        let stale: Value = fragments(&message(9), false, 60, 0).next().unwrap();
        phone.question(message(6));
        assert_eq!(phone.notified(&stale), Notified::Nothing);
    }

    #[test]
    fn half_a_question_ends_the_answer_before_it() {
        let first: Vec<Value> = fragments(&message(30), false, MIN_MTU, 0).collect();
        let second: Vec<Value> = fragments(&message(40), true, MIN_MTU, 0).collect();
        // Whichever piece of the second question comes first, the answer to the first one is of no use any more.
        for come in [&second[..1], &second[1..2], &second[2..]] {
            for answered in [true, false] {
                let mut seal = SealEnd::default();
                assert!(first.iter().any(|value| matches!(seal.written(value), Written::Message(_))));
                if answered {
                    seal.answer(message(50));
                    assert_eq!(seal.written(&again(1)), Written::Again(1));
                } else {
                    assert_eq!(seal.written(&again(0)), Written::Nothing, "its answer is still to come");
                }
                for value in come {
                    assert_eq!(seal.written(value), Written::Nothing);
                }
                seal.answer(message(50));
                assert_eq!(seal.fragments(MIN_MTU, 0).count(), 0, "no answer of the other turn");
                assert_eq!(seal.written(&again(0)), Written::Reply(control(NOTHING, 0)));
                let acted = second.iter().filter(|value| matches!(seal.written(value), Written::Message(_))).count();
                assert_eq!(acted, 1);
                seal.answer(message(60));
                let headers: Vec<u8> = seal.fragments(MIN_MTU, 0).map(|value| value[0]).collect();
                assert_eq!(headers, [0x40, 0x41, 0x42, 0xC3]);
            }
        }
    }

    #[test]
    fn a_connection_may_begin_with_either_turn() {
        for turn in [false, true] {
            let mut seal = SealEnd::default();
            let value = fragments(&message(5), turn, MIN_MTU, 0).next().unwrap();
            assert!(matches!(seal.written(&value), Written::Message(_)));
            assert_eq!(seal.written(&value), Written::Nothing, "once");
        }
    }

    #[test]
    fn a_whole_answer_is_not_gathered_twice() {
        let mut phone = PhoneEnd::default();
        phone.question(message(5));
        let answer: Vec<Value> = fragments(&message(50), false, MIN_MTU, 0).collect();
        let came = answer.iter().chain(&answer).filter(|value| matches!(phone.notified(value), Notified::Message(_)));
        assert_eq!(came.count(), 1);
        assert_eq!(phone.notified(&control(NOTHING, 0)), Notified::Nothing);
    }

    #[test]
    fn one_gap_is_asked_about_once() {
        let mut phone = PhoneEnd::default();
        phone.question(message(5));
        let answer: Vec<Value> = fragments(&message(100), false, MIN_MTU, 0).collect();
        assert_eq!(phone.notified(&answer[0]), Notified::Nothing);
        assert_eq!(phone.notified(&answer[2]), Notified::Write(again(1)));
        assert_eq!(phone.notified(&answer[3]), Notified::Nothing);
        assert_eq!(phone.notified(&answer[1]), Notified::Nothing);
        assert_eq!(phone.notified(&answer[3]), Notified::Write(again(2)));
    }

    #[test]
    fn silence_asks_by_turns_and_ends() {
        let mut phone = PhoneEnd::default();
        phone.question(message(5));
        let asked: Vec<_> = std::iter::from_fn(|| phone.silent()).collect();
        let (missing, question) = (Notified::Write(again(0)), Notified::WriteQuestionAgain);
        assert_eq!(
            asked,
            [&missing, &question, &missing, &question, &missing].map(|what| match what {
                Notified::Write(value) => Notified::Write(value.clone()),
                _ => Notified::WriteQuestionAgain,
            })
        );
        phone.question(message(5));
        assert!(phone.silent().is_some(), "counted anew for each question");
    }

    proptest! {
        #[test]
        fn lost_notifications_are_asked_for_again_and_nothing_is_executed_twice(
            len in 0..=MAX_MESSAGE,
            mtu in MIN_MTU..=MAX_MTU,
            lost in proptest::collection::vec(any::<bool>(), 0..60),
        ) {
            let dropped = |n: usize| lost.get(n - 1).copied().unwrap_or(false);
            let (got, acted) = exchange(&message(40), &message(len), mtu, dropped);
            prop_assert_eq!(got, message(len));
            prop_assert_eq!(acted, 1);
        }

        #[test]
        fn any_values_in_any_order_never_panic(values in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..MAX_VALUE), 0..200)
        ) {
            let (mut phone, mut seal) = (PhoneEnd::default(), SealEnd::default());
            phone.question(message(3));
            for value in &values {
                seal.written(value);
                phone.notified(value);
            }
        }
    }
}
