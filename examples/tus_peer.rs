//! The app's upload of photographs against somebody else's tus server: `tus_peer ADDRESS`. One line for each photograph.
//!
//! The server answers as tus 1.0 says, and with our marker and receipt in two headers (`tools/tus-peers`). Every photograph is
//! announced, sent in pieces, left off in the middle by one client and gone on with by another, and asked for once more at
//! its end.

use seal_core::ids::Sha256;
use seal_field::adapters::http::HttpCentral;
use seal_field::ports::central::{Central as _, CentralTrouble, PhotoAtCentral};

const PIECE: usize = 256 << 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("usage: tus_peer ADDRESS")?;
    for size in [1, PIECE - 1, PIECE, PIECE + 1, 3_000_000] {
        let photo: Vec<u8> = (0..size).map(|n| (n.wrapping_mul(31) >> 3) as u8).collect();
        let said = send(&address, &photo).await?;
        println!("ok {size} bytes: {said}");
    }
    println!("ok {}", foreign_offset(&address).await?);
    Ok(())
}

/// Sends it to its end, by a new client after every piece.
async fn send(address: &str, photo: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    let (id, length) = (Sha256::of(photo), photo.len() as u64);
    let mut pieces = 0;
    loop {
        let central = HttpCentral::new(address)?;
        let state = central.photo_state(&id, length, "image/jpeg").await?;
        let offset = match state {
            PhotoAtCentral::Complete(receipt) if pieces > 0 => {
                return Ok(format!("{pieces} pieces, receipt {}", receipt.code));
            }
            PhotoAtCentral::Complete(_) => return Err("it was never sent".into()),
            PhotoAtCentral::Partial { offset } => offset,
            PhotoAtCentral::Absent => return Err("announced, and absent".into()),
        };
        if offset != (pieces * PIECE) as u64 {
            return Err(format!("after {pieces} pieces it has {offset} bytes").into());
        }
        let from = usize::try_from(offset)?;
        let piece = photo[from..photo.len().min(from + PIECE)].to_vec();
        central.photo_append(&id, offset, piece).await?;
        pieces += 1;
    }
}

/// A piece at another place than the server's is not taken, and the true place is told.
async fn foreign_offset(address: &str) -> Result<String, Box<dyn std::error::Error>> {
    let photo = vec![9; 2 * PIECE];
    let id = Sha256::of(&photo);
    let central = HttpCentral::new(address)?;
    central.photo_state(&id, photo.len() as u64, "image/jpeg").await?;
    match central.photo_append(&id, PIECE as u64, photo[PIECE..].to_vec()).await {
        Ok(PhotoAtCentral::Partial { offset: 0 }) => {
            Ok("a piece at the wrong place is sent again from the right one".to_owned())
        }
        Err(CentralTrouble::Refused(problem)) => Err(format!("refused: {problem:?}").into()),
        other => Err(format!("{other:?}").into()),
    }
}
