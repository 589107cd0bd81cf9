//! WebP: RIFF chunks (RFC 9649).

use super::{Broken, orientation};

/// Flags of the extended header: colour profile, EXIF, XMP.
const PROFILE: u8 = 0x20;
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

/// Keeps the chunks that draw the picture.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    let size = bytes.get(4..8).and_then(length).ok_or(Broken(4))?;
    // What follows the RIFF is not the picture.
    let end = size.checked_add(8).filter(|end| *end <= bytes.len()).ok_or(Broken(4))?;
    let riff = &bytes[..end];
    let mut body = Vec::with_capacity(end);
    let mut turn = None;
    let mut extended = None;
    let mut pixels = false;
    let mut at = 12;
    while at < end {
        let (kind, data, next) = chunk(riff, at).ok_or(Broken(at))?;
        match kind {
            b"VP8X" if data.len() >= 10 && extended.is_none() => {
                extended = Some(body.len() + 8);
                push(&mut body, kind, data);
            }
            b"VP8 " | b"VP8L" => {
                pixels = true;
                push(&mut body, kind, data);
            }
            b"ALPH" | b"ANIM" => push(&mut body, kind, data),
            b"ANMF" => {
                pixels = true;
                push(&mut body, kind, &frame(data).ok_or(Broken(at))?);
            }
            b"EXIF" => {
                let tiff = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
                turn = turn.or_else(|| orientation::find(tiff));
            }
            _ => {}
        }
        at = next;
    }
    if !pixels {
        return Err(Broken(at));
    }
    // EXIF is only allowed beside an extended header, and only there can it have been.
    let turn = orientation::matters(turn).filter(|_| extended.is_some());
    if let Some(flags) = extended.and_then(|at| body.get_mut(at)) {
        *flags &= !(PROFILE | EXIF | XMP);
        *flags |= if turn.is_some() { EXIF } else { 0 };
    }
    if let Some(turn) = turn {
        push(&mut body, b"EXIF", &orientation::block(turn));
    }
    let total = u32::try_from(body.len() + 4).map_err(|_| Broken(end))?;
    Ok([b"RIFF", &total.to_le_bytes()[..], b"WEBP", &body].concat())
}

/// A frame of an animation: its head and only the chunks that draw it.
fn frame(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = data.get(..16)?.to_vec();
    let mut at = 16;
    while at < data.len() {
        let (kind, inner, next) = chunk(data, at)?;
        if matches!(kind, b"ALPH" | b"VP8 " | b"VP8L") {
            push(&mut out, kind, inner);
        }
        at = next;
    }
    Some(out)
}

/// Kind and data of a chunk, and where the next begins.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8; 4], &[u8], usize)> {
    let (kind, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let length = length(rest.get(..4)?)?;
    let data = rest.get(4..length.checked_add(4)?)?;
    // The pad byte of an odd last chunk is sometimes left off.
    Some((kind, data, at + 8 + length + length % 2))
}

fn length(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

fn push(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(kind);
    // Data came out of a 32-bit length and only ever shrinks.
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}
