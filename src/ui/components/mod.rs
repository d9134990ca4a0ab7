//! The components every screen is built from: stateless, no domain types, no language of their own.
//!
//! Rules for all of them:
//! - **Text** properties are `String`; empty means "not there". They may hold `**bold**`, `` `number` `` and `\n`
//!   ([`Rich`]). Text from outside (scanned codes, server replies) goes into [`Num`] or [`Raw`], which interpret nothing.
//! - **Icons** are names of `assets/icons/icons.svg` (`"lock"`); a wrong name panics in debug builds.
//! - **Acts** are `EventHandler<()>` or `EventHandler<String>` (the id chosen): `onclick: move |_| …`.
//! - A `style` that becomes empty keeps its last value in browsers: write the neutral value (`transform:none`).
//! - Class names and roles are those of `assets/styles/components.css`; what it lacked is in `extra.css`.
//!
//! | Component | Properties (`?` = may be left out) |
//! |---|---|
//! | [`AppShell`] | practice?, children |
//! | [`AppBar`] | title, sub?, back_label?, onback?, action_icon?, action_label?, onaction?, focus? |
//! | [`IconButton`] | icon, label, onclick |
//! | [`Banner`] | kind: [`BannerKind`] Offline, Outage, Practice; text |
//! | [`Main`] | tight?, children |
//! | [`Dock`] | kind?: [`DockKind`] Stack, Even, Split, AboveNav; children |
//! | [`Even`] | children (two equal buttons inside a dock or sheet) |
//! | [`DockNote`] | icon, text |
//! | [`Nav`] | label, items: `Vec<NavItem>`, active?, onselect(id) |
//! | [`Steps`] | n, of, name, word, label, next? |
//! | [`Card`] | kind?: [`CardKind`] Plain, Hero, Warn, Bad, Unsure; live?; children |
//! | [`CardHead`] | eyebrow, children |
//! | [`Decision`] | text, id? |
//! | [`Instruction`] | icon, title, sub? |
//! | [`SectionHead`] | title, note? |
//! | [`Cite`] | text, icon? |
//! | [`Note`] | text, icon? |
//! | [`Stats`] | items: `Vec<Stat>`, onselect?(id) |
//! | [`KeyValue`] | items: `Vec<(String, String)>` |
//! | [`Chip`] | kind?: [`Tone`] Idle, Ok, Warn, Bad, Unsure, Info; text; icon? |
//! | [`Chips`] | children |
//! | [`Glyph`] | icon, kind?: Tone, large? |
//! | [`List`] | kind?: [`ListKind`] Rows, Items, Ordered; label?; children |
//! | [`Row`] | title, sub?, alert?, icon?, kind?: Tone, value?, end?: Element, start?: Element, onclick? |
//! | [`Check`] | state: [`CheckState`] Todo, Now, Busy, Ok, Warn, Bad; word, title, sub?, value? |
//! | [`Todo`] | items: `Vec<TodoItem>` |
//! | [`ContainerNumber`] | number, size?: [`NumberSize`] Text, M, L, Xl; check_label?, marks?: `Vec<usize>` |
//! | [`Num`] | text, strong? |
//! | [`Button`] | text, kind?: [`ButtonKind`] Plain, Go, Bad, AnswerBad, AnswerOk; icon?, big?, inline?, disabled?, onclick |
//! | [`HoldButton`] | text, icon, how, confirm_title, confirm_text?, confirm_act, confirm_cancel, bad?, disabled?, onfire |
//! | [`ResultBlock`] | kind: [`ResultKind`] Ok, Bad, Unsure, Busy; word, say?, icon? |
//! | [`Options`], [`Cards`], [`Segmented`] | items: `Vec<Choice>`, selected?, label?, labelled_by?, onselect(id) |
//! | [`RadioGroup`] + [`Candidate`] | class, label?, labelled_by?, children · checked, onclick, children |
//! | [`Way`] | title, sub?, icon?, kind?, end_icon?, onclick |
//! | [`Switch`] | title, sub?, icon?, on, onclick |
//! | [`Tick`] | title, sub?, checked, onclick |
//! | [`TextField`] | label, initial?, help?, help_kind?: Tone, placeholder?, kind?, inputmode?, capitals?, words?, oninput(text), onenter? |
//! | [`TextArea`] | label, initial?, help?, help_kind?, oninput(text) |
//! | [`Cells`] | label, value, initial?, groups?, bad?: `Vec<usize>`, help?, help_kind?, inputmode?, oninput(text), onenter? |
//! | [`Finder`] | label, hint, close_label, onclose, outline?: [`CodeOutline`], aim?, tools?: Element, children (the video) |
//! | [`FinderTool`] | icon, text, pressed?: bool, onclick |
//! | [`Sheet`] | label, children |
//! | [`Why`] | text, unknown? |
//! | [`Raw`] | label, text, note? |
//! | [`Photos`] + [`PhotoTile`] | children · state?: [`PhotoState`] Good, Bad, Todo, Now; title, sub?, src?, alt?, badge?, onclick |
//! | [`Compare`] | then, now: [`CompareSide`] |
//! | [`Timeline`] | label?, items: `Vec<TimelineItem>` |
//! | [`Ring`] | left, value, unit?, state?: [`ClockState`] Calm, Warn, Late |
//! | [`Days`] | label, items: `Vec<Day>`, first? |
//! | [`Countdown`] | parts: `Vec<(String, String)>`, lead?, label? |
//! | [`Bars`] | label, items: `Vec<Bar>`, of? |
//! | [`BarPicture`] | parts: `Vec<Stretch>` with [`Fill`] Solid, Lines, Dots, Alert; of, wide? |
//! | [`Legend`] | items: `Vec<(Fill, String)>` |
//! | [`Meter`] | left, label, warn? |
//! | [`Progress`] | done, of, label |
//! | [`QueueItem`] | title, icon, kind?, state, state_kind?, state_icon?, meta?, why?, children? (buttons) |
//! | [`Dialog`] | title, text?, onclose, children (buttons, safe act first) |
//! | [`Empty`] | icon, kind?, title, text?, children? |
//! | [`Loading`] | label, rows? |
//! | [`PinDots`], [`PinPad`] | typed, of, label · label, delete_label, onkey([`PinKey`]) |
//! | [`SignaturePad`] | label, clear_label, onchange(svg path) |
//! | [`SlipCodes`] | codes: `Vec<String>`, label, word, hold_label, resume_label |
//! | [`Icon`] | name, size?: [`IconSize`], class? |
//! | [`Rich`] | text |

mod banner;
mod button;
mod card;
mod cells;
mod chart;
mod check;
mod chip;
mod choice;
mod clock;
mod dialog;
mod field;
mod finder;
mod hold;
mod icon;
mod number;
mod photo;
mod pin;
mod queue_item;
mod result;
mod rich;
mod row;
mod shell;
mod signature;
mod slip;
mod states;
mod steps;
mod timeline;

pub use banner::*;
pub use button::*;
pub use card::*;
pub use cells::*;
pub use chart::*;
pub use check::*;
pub use chip::*;
pub use choice::*;
pub use clock::*;
pub use dialog::*;
pub use field::*;
pub use finder::*;
pub use hold::*;
pub use icon::*;
pub use number::*;
pub use photo::*;
pub use pin::*;
pub use queue_item::*;
pub use result::*;
pub use rich::*;
pub use row::*;
pub use shell::*;
pub use signature::*;
pub use slip::*;
pub use states::*;
pub use steps::*;
pub use timeline::*;

use std::sync::atomic::{AtomicU32, Ordering};

use dioxus::prelude::*;

/// An element id that no other element of this process has.
pub(crate) fn next_id(prefix: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Moves the focus to a heading that has just appeared, so that screen readers start there.
pub(crate) fn focus_when_shown(wanted: bool, e: Event<MountedData>) {
    if wanted {
        spawn(async move {
            // A renderer without focus (the tests') is no error.
            _ = e.set_focus(true).await;
        });
    }
}
