//! How a seal is found: advertising with its serial, because iOS shows no radio address. Nothing else is said in the open.

use crate::SealId;

/// The service, `7c5e0001-9d0b-4f6e-8a55-1f7e48585bc3`.
pub const SERVICE: [u8; 16] = uuid(0x0001);
/// The phone writes here, with response: `7c5e0002-…`.
pub const WRITE: [u8; 16] = uuid(0x0002);
/// The seal notifies here: `7c5e0003-…`.
pub const NOTIFY: [u8; 16] = uuid(0x0003);

const fn uuid(number: u16) -> [u8; 16] {
    let [high, low] = number.to_be_bytes();
    [0x7C, 0x5E, high, low, 0x9D, 0x0B, 0x4F, 0x6E, 0x8A, 0x55, 0x1F, 0x7E, 0x48, 0x58, 0x5B, 0xC3]
}

/// Legacy advertising data: flags and the service.
#[must_use]
pub fn advertising() -> [u8; 21] {
    let mut out = [0; 21];
    // Flags: general discoverable, no classic Bluetooth.
    out[..5].copy_from_slice(&[2, 0x01, 0x06, 17, 0x07]);
    // On the air a UUID is little-endian.
    for (place, byte) in out[5..].iter_mut().zip(SERVICE.iter().rev()) {
        *place = *byte;
    }
    out
}

/// Scan response: the serial as complete local name.
#[must_use]
pub fn scan_response(id: &SealId) -> arrayvec::ArrayVec<u8, 17> {
    let name = id.as_str().bytes();
    let len = u8::try_from(name.len() + 1).unwrap_or(u8::MAX);
    [len, 0x09].into_iter().chain(name).collect()
}

/// The serial in advertising structures (either packet, or both joined), if there is one.
#[must_use]
pub fn serial(mut data: &[u8]) -> Option<SealId> {
    while let [len, rest @ ..] = data {
        let (structure, after) = rest.split_at_checked(usize::from(*len))?;
        if let [0x09, name @ ..] = structure {
            return SealId::new(core::str::from_utf8(name).ok()?);
        }
        data = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_packets_fit_and_the_serial_comes_back() {
        for text in ["83181010", "A", "ABCDEFGHIJKLMN5"] {
            let id = SealId::new(text).unwrap();
            let scan = scan_response(&id);
            assert!(advertising().len() <= 31 && scan.len() <= 31);
            let joined: Vec<u8> = advertising().iter().chain(&scan).copied().collect();
            assert_eq!(serial(&joined), Some(id));
        }
        assert_eq!(serial(&advertising()), None);
        assert_eq!(serial(&[9, 9, 9]), None);
        assert_eq!(SealId::new(""), None);
        assert_eq!(SealId::new("ABCDEFGHIJKLMNO6"), None);
        assert_eq!(SealId::new("abc"), None);
    }
}
