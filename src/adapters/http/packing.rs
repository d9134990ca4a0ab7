//! Bodies made small for the way: zstd (RFC 8878) with a checksum, as a `Content-Encoding`.

use std::io::Read as _;

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use serde::Serialize;

use crate::ports::central::CentralTrouble;

/// The encoding's name in headers.
pub const ZSTD: &str = "zstd";
/// Smaller bodies gain nothing.
const WORTH_IT: usize = 512;
/// A batch is some tens of kilobytes: the dearer levels cost it single milliseconds, and a byte saved is a second of radio on
/// the worst networks.
const LEVEL: i32 = 12;
/// Largest window an answer may make us hold, as a power of two: 8 MiB.
const WINDOW_LOG: u32 = 23;

/// The request with a JSON body, packed where that is worth it.
pub fn with_json(request: RequestBuilder, body: &impl Serialize) -> RequestBuilder {
    let plain = match serde_json::to_vec(body) {
        Ok(plain) => plain,
        // The builder keeps what is wrong, and tells it when the request is sent.
        Err(_) => return request.json(body),
    };
    let request = request.header(CONTENT_TYPE, "application/json");
    match pack(&plain) {
        Some(packed) => request.header(CONTENT_ENCODING, ZSTD).body(packed),
        None => request.body(plain),
    }
}

/// `None` where it does not become smaller.
pub fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < WORTH_IT {
        return None;
    }
    let mut packer = zstd::bulk::Compressor::new(LEVEL).ok()?;
    packer.include_checksum(true).ok()?;
    packer.compress(plain).ok().filter(|packed| packed.len() < plain.len())
}

/// What was packed, at most `cap` bytes of it.
///
/// # Errors
/// [`CentralTrouble::Offline`] when it was cut off, is damaged or larger.
pub fn unpack(packed: &[u8], cap: usize) -> Result<Vec<u8>, CentralTrouble> {
    let broken = |_| CentralTrouble::Offline("the answer cannot be unpacked".to_owned());
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(broken)?;
    decoder.window_log_max(WINDOW_LOG).map_err(broken)?;
    let mut plain = Vec::new();
    decoder.take(cap as u64 + 1).read_to_end(&mut plain).map_err(broken)?;
    if plain.len() > cap {
        return Err(CentralTrouble::Offline("the answer is too large".to_owned()));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_nothing_else_does() {
        let plain = "Niêm phong ".repeat(400).into_bytes();
        let packed = pack(&plain).unwrap();
        assert!(packed.len() < plain.len() / 10);
        assert_eq!(unpack(&packed, plain.len()).unwrap(), plain);
        assert!(unpack(&packed, plain.len() - 1).is_err(), "larger than allowed");
        for cut in 0..packed.len() {
            assert!(cut == 0 || unpack(&packed[..cut], 1 << 20).is_err(), "cut off after {cut}");
        }
        assert!(unpack(&plain, 1 << 20).is_err());
        for at in 0..packed.len() {
            let mut changed = packed.clone();
            changed[at] ^= 0x11;
            assert!(unpack(&changed, 1 << 20).is_ok_and(|back| back == plain) || unpack(&changed, 1 << 20).is_err());
        }
        assert_eq!(pack(b"short"), None);
    }

    #[test]
    fn a_few_bytes_cannot_become_gigabytes() {
        let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 19).unwrap();
        assert!(bomb.len() < 16 << 10);
        assert!(unpack(&bomb, 8 << 20).is_err());
    }
}
