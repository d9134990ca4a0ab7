//! Press and hold: rain on the glass makes false taps, so locking and removing a seal need a held second.
use std::time::Duration;

use dioxus::prelude::*;

use super::{Button, ButtonKind, Dialog, Icon, button::button_class, next_id};

/// How long the button is held.
pub const HOLD: Duration = Duration::from_secs(1);

/// Where a press stands. `press` numbers the presses, so that the timer of an earlier one is not taken for this one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    Idle {
        press: u32,
    },
    Held {
        press: u32,
    },
    /// Done; nothing more until the pointer is lifted.
    Fired {
        press: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HoldEvent {
    Down,
    /// Lifted, left the button, or taken by the system.
    Up,
    /// The second of this press is over.
    Elapsed(u32),
}

/// What to do after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HoldEffect {
    None,
    StartTimer(u32),
    Fire,
}

fn step(state: Hold, event: HoldEvent) -> (Hold, HoldEffect) {
    use {Hold::*, HoldEvent::*};
    match (state, event) {
        (Idle { press }, Down) => {
            let press = press.wrapping_add(1);
            (Held { press }, HoldEffect::StartTimer(press))
        }
        (Held { press }, Elapsed(p)) if p == press => (Fired { press }, HoldEffect::Fire),
        (Held { press } | Fired { press }, Up) => (Idle { press }, HoldEffect::None),
        (state, _) => (state, HoldEffect::None),
    }
}

/// A button that acts after one held second. By keyboard, switch or screen reader (a click that no pointer began)
/// it asks in a dialog instead. `onfire` runs once a press.
#[component]
pub fn HoldButton(
    text: String,
    icon: String,
    /// "Giữ 1 giây · chống chạm nhầm khi ướt"
    how: String,
    /// Question of the dialog ("Khóa seal 8318 1001?").
    confirm_title: String,
    /// What will happen.
    #[props(default)]
    confirm_text: String,
    /// The act, as the dialog's button names it ("Khóa seal").
    confirm_act: String,
    /// The way out ("Thôi").
    confirm_cancel: String,
    /// Red: the act cannot be undone.
    #[props(default)]
    bad: bool,
    #[props(default)] disabled: bool,
    onfire: EventHandler<()>,
) -> Element {
    let mut state = use_signal(|| Hold::Idle { press: 0 });
    // A click follows each lifted pointer; only a click without one comes from a keyboard or a screen reader.
    let mut pointer = use_signal(|| false);
    let mut asking = use_signal(|| false);
    let how_id = use_hook(|| next_id("hold"));

    let send = move |event: HoldEvent| {
        let (next, effect) = step(*state.peek(), event);
        if next != *state.peek() {
            state.set(next);
        }
        effect
    };
    let mut up = {
        let mut send = send;
        move || {
            send(HoldEvent::Up);
        }
    };
    let down = {
        let mut send = send;
        move || {
            if let HoldEffect::StartTimer(press) = send(HoldEvent::Down) {
                let mut send = send;
                spawn(async move {
                    tokio::time::sleep(HOLD).await;
                    if send(HoldEvent::Elapsed(press)) == HoldEffect::Fire {
                        onfire.call(());
                    }
                });
            }
        }
    };
    let mut down = down;
    let held = matches!(state(), Hold::Held { .. } | Hold::Fired { .. });
    let kind = if bad { ButtonKind::Bad } else { ButtonKind::Go };
    rsx! {
        button {
            class: "{button_class(kind, true, false)} btn--hold",
            r#type: "button",
            "aria-describedby": "{how_id}",
            "aria-disabled": if disabled { "true" },
            "data-held": if held { "" },
            // A long press must not open the system's menu.
            "oncontextmenu": "return false",
            onkeydown: move |_| pointer.set(false),
            onpointerdown: move |_| {
                pointer.set(true);
                if !disabled {
                    down();
                }
            },
            onpointerup: move |_| up(),
            onpointerleave: move |_| {
                // A finger leaves after it was lifted, and its click comes yet; one that slides off gives no click.
                if !matches!(*state.peek(), Hold::Idle { .. }) {
                    pointer.set(false);
                }
                up();
            },
            onpointercancel: move |_| {
                pointer.set(false);
                up();
            },
            onclick: move |_| {
                let by_pointer = *pointer.peek();
                pointer.set(false);
                if !by_pointer && !disabled {
                    asking.set(true);
                }
            },
            span { class: "btn-line",
                Icon { name: icon.clone() }
                span { "{text}" }
            }
            small { id: "{how_id}", "{how}" }
        }
        if asking() {
            Dialog {
                title: confirm_title,
                text: confirm_text,
                onclose: move |_| asking.set(false),
                Button { kind: ButtonKind::Go, big: true, text: confirm_cancel, onclick: move |_| asking.set(false) }
                Button {
                    icon,
                    text: confirm_act,
                    onclick: move |_| {
                        // The dialog may get a second click before it is gone.
                        if *asking.peek() {
                            asking.set(false);
                            onfire.call(());
                        }
                    },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HoldEffect::*, HoldEvent::*, *};

    #[test]
    fn fires_once_after_the_held_second() {
        let s = Hold::Idle { press: 0 };
        let (s, e) = step(s, Down);
        assert_eq!(e, StartTimer(1));
        let (s, e) = step(s, Elapsed(1));
        assert_eq!(e, Fire);
        for event in [Elapsed(1), Down, Elapsed(1), Up, Elapsed(1)] {
            assert_ne!(step(s, event).1, Fire);
        }
    }

    #[test]
    fn an_early_lift_never_fires_even_when_pressed_again_at_once() {
        let (s, _) = step(Hold::Idle { press: 0 }, Down);
        let (s, _) = step(s, Up);
        assert_eq!(step(s, Elapsed(1)).1, None);
        let (s, e) = step(s, Down);
        assert_eq!(e, StartTimer(2));
        assert_eq!(step(s, Elapsed(1)), (s, None), "the first press's timer");
        assert_eq!(step(s, Elapsed(2)).1, Fire);
    }
}
