//! The one form of zip in which packages travel.
//!
//! Every byte of the file follows from the names and contents in it: stored entries without
//! compression, one after another, no times, no extra fields, no comments. So whoever changes any
//! byte, packs it anew, or puts something before, between or after is noticed, and nothing is ever
//! expanded. Every unzip program reads it.

mod read;
mod write;

pub use read::{Archive, ArchiveError, Entry, Limits};
pub use write::Writer;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

const LOCAL_LEN: usize = 30;
const CENTRAL_LEN: usize = 46;
const END_LEN: usize = 22;

/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
/// 1980-01-01, the first day a zip can hold.
const DAY: u16 = 0x21;
/// Made by a Unix system, form 2.0.
const MADE_BY: u16 = 0x0314;
const NEEDS: u16 = 20;
/// A plain file that its owner writes and all read.
const MODE: u32 = 0o100_644 << 16;

/// More than a zip without its later extensions can number.
const MAX_ENTRIES: usize = 65_534;

/// What a header says about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
    name: String,
    crc: u32,
    size: u32,
    offset: u32,
}

impl Facts {
    fn shared(&self, out: &mut Vec<u8>) {
        for word in [NEEDS, FLAGS, 0, 0, DAY] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        for word in [self.crc, self.size, self.size] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        // Names are at most a few hundred bytes: checked before.
        out.extend_from_slice(&(self.name.len() as u16).to_le_bytes());
        out.extend_from_slice(&0_u16.to_le_bytes());
    }

    fn local(&self) -> Vec<u8> {
        let mut out = LOCAL.to_le_bytes().to_vec();
        self.shared(&mut out);
        out.extend_from_slice(self.name.as_bytes());
        out
    }

    fn central(&self) -> Vec<u8> {
        let mut out = CENTRAL.to_le_bytes().to_vec();
        out.extend_from_slice(&MADE_BY.to_le_bytes());
        self.shared(&mut out);
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&MODE.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.extend_from_slice(self.name.as_bytes());
        out
    }
}

fn end(entries: usize, size: u32, offset: u32) -> Vec<u8> {
    let mut out = END.to_le_bytes().to_vec();
    out.extend_from_slice(&[0; 4]);
    for _ in 0..2 {
        out.extend_from_slice(&(entries as u16).to_le_bytes());
    }
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(&offset.to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}
