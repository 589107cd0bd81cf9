//! The one number of EXIF worth keeping: how to turn the picture.

/// Finds the orientation (1 to 8) in a TIFF block as EXIF has it.
pub(super) fn find(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.get(..4)? {
        b"MM\0*" => true,
        b"II*\0" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let long = |at: usize| -> Option<usize> {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let value = if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
        usize::try_from(value).ok()
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    for index in 0..entries {
        let entry = directory.checked_add(2 + index * 12)?;
        if short(entry)? == 0x0112 {
            let value = short(entry.checked_add(8)?)?;
            return u8::try_from(value).ok().filter(|v| (1..=8).contains(v));
        }
    }
    None
}

/// A TIFF block that holds the orientation and nothing else.
pub(super) fn block(orientation: u8) -> [u8; 26] {
    let mut block = *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    block[19] = orientation;
    block
}

/// Whether the picture must be turned at all.
pub(super) fn matters(orientation: Option<u8>) -> Option<u8> {
    orientation.filter(|o| *o != 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_found() {
        for orientation in 1..=8 {
            assert_eq!(find(&block(orientation)), Some(orientation));
        }
        assert_eq!(find(&block(9)), None);
        assert_eq!(find(b"II*\0\xff\xff\xff\xff"), None);
        assert_eq!(find(b""), None);
    }
}
