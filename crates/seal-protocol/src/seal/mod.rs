//! The seal's end: a state machine that firmware, or a simulated seal, steps with what happened.
//!
//! The caller owns radio, motor, sensors and the tick; it performs the [`Effects`] of each step before the next step. Flash
//! is the one thing that the machine calls itself, because the order of writing and acting is what makes it safe.

mod clock;
mod journal;
mod machine;
mod tickets;

pub use journal::{Flash, FlashFault, RECORD, SNAPSHOT};
pub use machine::Seal;

use crate::Message;
use crate::entry::{Happening, Place};
use crate::keys::SealKeys;

/// Seconds after which a silent phone is dropped.
pub const IDLE_S: u32 = 60;
/// Seconds that the bolt may take.
pub const MOTOR_S: u32 = 10;
/// Seconds for which a press of the button counts.
pub const PRESENCE_S: u32 = 30;
/// Seconds for which an officer's approval counts.
pub const APPROVAL_S: u32 = 300;
/// Seconds after which a new nonce is shown; the one before stays good for as long again.
pub const NONCE_S: u32 = 600;
/// Seconds between two savings of the time floor.
pub const SAVE_S: u32 = 900;

/// What a seal is told when it is made or commissioned.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its keys.
    pub keys: SealKeys,
    /// When it was commissioned: it is never earlier than this. Seconds since 1970 UTC.
    pub commissioned: u32,
    /// Firmware version.
    pub firmware: [u8; 3],
    /// It has a button.
    pub has_button: bool,
    /// Arming below this battery is refused, per cent.
    pub arm_battery: u8,
    /// Moving the bolt below this battery is refused, per cent.
    pub move_battery: u8,
}

/// How the seal comes to life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Without power for an unknown time.
    PowerLost,
    /// Restarted (watchdog), and a clock with its own power says how many seconds passed since the last saving of the floor.
    ClockKept(u32),
}

/// The bolt, from its end switches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bolt {
    /// Fully open.
    Open,
    /// Fully closed.
    Closed,
    /// Neither.
    Between,
}

/// What the sensors say now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensors {
    /// The bolt.
    pub bolt: Bolt,
    /// Rope in its socket.
    pub rope_inserted: bool,
    /// The rope conducts.
    pub rope_whole: bool,
    /// Housing closed.
    pub shell_closed: bool,
    /// Battery, per cent; 255 = not known, which stops nothing.
    pub battery: u8,
    /// Last place, while there is a fix.
    pub place: Option<Place>,
    /// Mobile signal, 0 to 4.
    pub mobile_bars: u8,
    /// Parts that fail: 1 shell, 2 motor, 4 satellite receiver, 8 memory.
    pub faults: u8,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A phone connected; one at a time.
    Connected,
    /// It is gone.
    Disconnected,
    /// It sent a whole message.
    Received(&'a [u8]),
    /// The motor stopped, by its end switch, its current or its fuse.
    MotorStopped,
    /// The button was pressed.
    Pressed,
    /// Something to be logged; rope, bolt and housing are watched by the machine itself.
    Happened {
        /// What.
        what: Happening,
        /// More about it.
        detail: u8,
    },
    /// At least once a second while connected or moving, once a minute otherwise.
    Tick,
}

/// Which way the motor turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drive {
    /// Toward closed.
    Close,
    /// Toward open.
    Open,
    /// Stop: it took too long.
    Stop,
}

/// What the caller does now, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// Turn the motor.
    pub drive: Option<Drive>,
    /// Send this.
    pub send: Option<Message>,
    /// Then hang up.
    pub hang_up: bool,
}
