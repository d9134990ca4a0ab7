//! The screens and what they are made of. Knows no renderer.
pub mod components;
pub mod desk;
#[cfg(feature = "live")]
pub mod gallery;
pub mod route;
pub mod screens;
pub mod theme;

/// Lets so many milliseconds pass. Every renderer runs the screens inside Tokio.
pub async fn wait(ms: u64) {
    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
}

/// The message `key` in the officer's language, with values for its variables:
/// `t!("back")`, `t!("step-of", n = 4, of = 6, name = step)`.
///
/// Only inside components (and their handlers) below [`theme::Root`]; the component re-renders when the language changes.
#[macro_export]
macro_rules! t {
    ($key:expr) => {
        $crate::ui::theme::words().t($key)
    };
    ($key:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::ui::theme::words().t_args($key, &[$((stringify!($name), $crate::i18n::Arg::from($value))),+])
    };
}
pub use crate::t;
