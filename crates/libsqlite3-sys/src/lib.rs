//! libsqlite3-sys 0.38.2 of rusqlite, over SQLite3 Multiple Ciphers. See README.md.
#![allow(non_snake_case, non_camel_case_types, missing_docs)]
#![no_std]

pub use self::error::*;

use core::mem;

mod error;

#[must_use]
pub fn SQLITE_STATIC() -> sqlite3_destructor_type {
    None
}

#[must_use]
pub fn SQLITE_TRANSIENT() -> sqlite3_destructor_type {
    // SAFETY: SQLite's own sentinel, -1, which it never calls.
    Some(unsafe { mem::transmute::<isize, unsafe extern "C" fn(*mut core::ffi::c_void)>(-1_isize) })
}

#[allow(dead_code, clippy::all)]
mod bindings {
    include!("../vendor/bindings.rs");
}
pub use bindings::*;

impl Default for sqlite3_vtab {
    fn default() -> Self {
        // SAFETY: a C struct of pointers and numbers; all zeroes is how SQLite asks it to begin.
        unsafe { mem::zeroed() }
    }
}

impl Default for sqlite3_vtab_cursor {
    fn default() -> Self {
        // SAFETY: as above.
        unsafe { mem::zeroed() }
    }
}
