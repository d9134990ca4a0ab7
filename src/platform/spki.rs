//! Public keys as certificates carry them.

use p256::PublicKey;
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::pkcs8::DecodePublicKey as _;

/// The point of a P-256 key, SEC1 uncompressed, out of an X.509 SubjectPublicKeyInfo (RFC 5480), DER. `None` for any other.
pub fn point(spki: &[u8]) -> Option<Vec<u8>> {
    let key = PublicKey::from_public_key_der(spki).ok()?;
    Some(key.to_encoded_point(false).as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6979 A.2.5, as `openssl pkey -pubin -outform DER` writes it.
    const SPKI: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200\
                        0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                        7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

    #[test]
    fn a_certificates_key_is_its_point() {
        let spki: Vec<u8> =
            (0..SPKI.len()).step_by(2).map(|at| u8::from_str_radix(&SPKI[at..at + 2], 16).unwrap()).collect();
        assert_eq!(point(&spki).unwrap(), spki[26..]);
        for at in [5, 12, 20, 26, 60] {
            let mut other = spki.clone();
            other[at] ^= 1;
            assert_eq!(point(&other), None, "{at}");
        }
        assert_eq!(point(&spki[..90]), None);
    }
}
