//! PNG: chunks (ISO/IEC 15948, third edition).

use super::{Broken, orientation};

/// First bytes of every PNG.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Chunks that draw the picture. Text, times, profiles and anything unknown go.
const KEPT: [&[u8; 4]; 15] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"sBIT",
    b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// Keeps the chunks that draw the picture.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(SIGNATURE);
    let mut turn = None;
    let mut pixels = false;
    let mut at = SIGNATURE.len();
    loop {
        let chunk = chunk(bytes, at).ok_or(Broken(at))?;
        if (at == SIGNATURE.len()) != (chunk.kind == b"IHDR") {
            return Err(Broken(at));
        }
        if KEPT.contains(&chunk.kind) {
            out.extend_from_slice(&bytes[at..chunk.end]);
        } else if chunk.kind == b"eXIf" {
            turn = turn.or_else(|| orientation::find(chunk.data));
        } else if chunk.kind[0].is_ascii_uppercase() {
            // A critical chunk that nobody knows: without it the picture is another.
            return Err(Broken(at));
        }
        pixels |= chunk.kind == b"IDAT";
        at = chunk.end;
        if chunk.kind == b"IEND" {
            break;
        }
    }
    if !pixels {
        return Err(Broken(at));
    }
    if let Some(turn) = orientation::matters(turn) {
        // Right after the header, whose size is fixed.
        let position = SIGNATURE.len() + 25;
        out.splice(position..position, exif_chunk(turn));
    }
    Ok(out)
}

struct Chunk<'a> {
    kind: &'a [u8; 4],
    data: &'a [u8],
    end: usize,
}

fn chunk(bytes: &[u8], at: usize) -> Option<Chunk<'_>> {
    let (length, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let data = rest.get(..length)?;
    rest.get(length..length.checked_add(4)?)?;
    if kind == b"IHDR" && length != 13 {
        return None;
    }
    Some(Chunk { kind, data, end: at + 12 + length })
}

fn exif_chunk(turn: u8) -> Vec<u8> {
    let block = orientation::block(turn);
    let mut body = b"eXIf".to_vec();
    body.extend_from_slice(&block);
    let mut out = (block.len() as u32).to_be_bytes().to_vec();
    out.extend_from_slice(&body);
    out.extend_from_slice(&crc(&body).to_be_bytes());
    out
}

/// CRC-32 as PNG uses it (ISO 3309), bit by bit: only thirty bytes ever.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_of_an_empty_end_chunk_is_the_known_one() {
        assert_eq!(super::crc(b"IEND"), 0xae42_6082);
    }
}
