//! JPEG: markers and segments (ITU-T T.81 annex B).

use super::{Broken, orientation};

/// Keeps tables, frames and scans, the bare JFIF head and Adobe's colour note.
pub(super) fn strip(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    let mut head: Vec<u8> = vec![0xff, 0xd8];
    let mut body: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut turn = None;
    let (mut frames, mut scans) = (0, 0);
    let mut at = 2;
    loop {
        let (marker, after) = match next_marker(bytes, at) {
            Some(found) => found,
            // Cameras that lost power leave off the end; viewers show such files.
            None if scans > 0 => break,
            None => return Err(Broken(at)),
        };
        at = after;
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd7 => continue,
            0x00..=0xbf | 0xd8 | 0xf0..=0xfd => return Err(Broken(at)),
            _ => {}
        }
        let (payload, end) = segment(bytes, at).ok_or(Broken(at))?;
        match marker {
            0xe0 if payload.starts_with(b"JFIF\0") && payload.len() >= 14 && head.len() == 2 => {
                head.extend_from_slice(&[0xff, 0xe0, 0, 16]);
                head.extend_from_slice(&payload[..12]);
                // No thumbnail: width and height zero.
                head.extend_from_slice(&[0, 0]);
            }
            0xe1 if payload.starts_with(b"Exif\0\0") => {
                turn = turn.or_else(|| orientation::find(&payload[6..]));
            }
            0xee if payload.starts_with(b"Adobe") && payload.len() >= 12 => {
                body.extend_from_slice(&[0xff, 0xee, 0, 14]);
                body.extend_from_slice(&payload[..12]);
            }
            0xe0..=0xef | 0xfe => {}
            _ => {
                frames += usize::from(
                    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc),
                );
                body.extend_from_slice(&[0xff, marker]);
                body.extend_from_slice(&bytes[at..end]);
            }
        }
        at = end;
        if marker == 0xda {
            if frames == 0 {
                return Err(Broken(at));
            }
            scans += 1;
            let stop = scan_end(bytes, at);
            body.extend_from_slice(&bytes[at..stop]);
            at = stop;
        }
    }
    if scans == 0 {
        return Err(Broken(at));
    }
    if let Some(turn) = orientation::matters(turn) {
        let block = orientation::block(turn);
        head.extend_from_slice(&[0xff, 0xe1, 0, 2 + 6 + block.len() as u8]);
        head.extend_from_slice(b"Exif\0\0");
        head.extend_from_slice(&block);
    }
    head.extend_from_slice(&body);
    head.extend_from_slice(&[0xff, 0xd9]);
    Ok(head)
}

/// The next marker and where its segment begins; fill bytes are passed over.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    if *bytes.get(at)? != 0xff {
        return None;
    }
    while *bytes.get(at)? == 0xff {
        at += 1;
    }
    Some((*bytes.get(at)?, at + 1))
}

/// Payload of a segment and where it ends; `at` is at its length.
fn segment(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let length = usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let end = at.checked_add(length)?;
    Some((bytes.get(at + 2..end)?, end))
}

/// Where the coded data of a scan ends: before the first marker that is neither a
/// stuffed byte nor a restart.
fn scan_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(pair) = bytes.get(at..at + 2) {
        if pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff) {
            return at;
        }
        at += 1;
    }
    bytes.len()
}
