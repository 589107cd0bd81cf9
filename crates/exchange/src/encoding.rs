//! From bytes to text, never guessing silently.

use encoding_rs::{DecoderResult, SHIFT_JIS, UTF_16BE, UTF_16LE};

use crate::error::ExchangeError;

/// How a text file was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without byte-order mark.
    Utf8,
    /// UTF-8 with byte-order mark, as Excel writes "CSV UTF-8".
    Utf8Bom,
    /// UTF-16, low byte first, with byte-order mark.
    Utf16Le,
    /// UTF-16, high byte first, with byte-order mark.
    Utf16Be,
    /// Shift_JIS as Windows has it (CP932), as Japanese Excel writes "CSV".
    ShiftJis,
}

impl Encoding {
    /// Usual name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 | Encoding::Utf8Bom => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::ShiftJis => "Shift_JIS",
        }
    }
}

/// Decodes a text file, or says where it is broken.
pub(crate) fn decode(bytes: &[u8]) -> Result<(String, Encoding), ExchangeError> {
    if let Some(rest) = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]) {
        return match std::str::from_utf8(rest) {
            Ok(text) => Ok((text.to_owned(), Encoding::Utf8Bom)),
            Err(error) => Err(broken(bytes, 3 + error.valid_up_to(), Encoding::Utf8Bom)),
        };
    }
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return utf16(rest, UTF_16LE, Encoding::Utf16Le);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return utf16(rest, UTF_16BE, Encoding::Utf16Be);
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((text.to_owned(), Encoding::Utf8)),
        Err(error) => error,
    };
    // UTF-8 with one broken byte often is valid Shift_JIS, and reads as rubbish.
    if mostly_utf8(bytes) {
        return Err(broken(bytes, error.valid_up_to(), Encoding::Utf8));
    }
    match strictly(bytes, SHIFT_JIS) {
        Ok(text) => Ok((text, Encoding::ShiftJis)),
        Err((offset, _)) => Err(broken(bytes, offset, Encoding::ShiftJis)),
    }
}

fn utf16(
    bytes: &[u8],
    encoding: &'static encoding_rs::Encoding,
    name: Encoding,
) -> Result<(String, Encoding), ExchangeError> {
    match strictly(bytes, encoding) {
        Ok(text) => Ok((text, name)),
        Err((offset, before)) => Err(ExchangeError::BrokenEncoding {
            line: line_of(before.as_bytes()),
            byte: offset + 2,
            encoding: name,
        }),
    }
}

/// Decodes without replacing anything; on a broken byte gives its offset and the
/// text before it.
fn strictly(
    bytes: &[u8],
    encoding: &'static encoding_rs::Encoding,
) -> Result<String, (usize, String)> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let needed = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(needed.unwrap_or(bytes.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::OutputFull => Err((read, text)),
        DecoderResult::Malformed(length, after) => {
            Err((read.saturating_sub(usize::from(length) + usize::from(after)), text))
        }
    }
}

/// Whether good UTF-8 sequences outnumber broken ones by far.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad * 3
}

fn broken(bytes: &[u8], offset: usize, encoding: Encoding) -> ExchangeError {
    let before = bytes.get(..offset).unwrap_or(bytes);
    ExchangeError::BrokenEncoding { line: line_of(before), byte: offset, encoding }
}

/// Number of the line that follows these bytes. In every encoding used here a line
/// feed byte is a line feed.
fn line_of(before: &[u8]) -> u32 {
    let breaks = before.iter().filter(|b| **b == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX - 1) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "名称,数\r\n髙橋①ﾃｽﾄ,1\r\n";

    #[test]
    fn every_encoding_is_found() {
        let utf16 = |be: bool| -> Vec<u8> {
            let units = std::iter::once(0xfeff).chain(TEXT.encode_utf16());
            units.flat_map(|u| if be { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let bom = [&[0xef, 0xbb, 0xbf], TEXT.as_bytes()].concat();
        let (sjis, _, failed) = SHIFT_JIS.encode(TEXT);
        assert!(!failed, "CP932 holds the NEC and IBM signs");
        for (bytes, encoding) in [
            (TEXT.as_bytes().to_vec(), Encoding::Utf8),
            (bom, Encoding::Utf8Bom),
            (utf16(false), Encoding::Utf16Le),
            (utf16(true), Encoding::Utf16Be),
            (sjis.to_vec(), Encoding::ShiftJis),
        ] {
            assert_eq!(decode(&bytes), Ok((TEXT.to_owned(), encoding)));
        }
    }

    #[test]
    fn broken_bytes_are_named_by_line_and_byte() {
        let mut bytes = "名称,数\n資産台帳の行です,1\n".as_bytes().to_vec();
        let at = bytes.len() - 5;
        bytes[at] = 0xff;
        let error = decode(&bytes).unwrap_err();
        let expected =
            ExchangeError::BrokenEncoding { line: 2, byte: at - 1, encoding: Encoding::Utf8 };
        assert_eq!(error, expected);

        let error = decode(b"a,b\ncaf\xe9,1\n").unwrap_err();
        let expected =
            ExchangeError::BrokenEncoding { line: 2, byte: 7, encoding: Encoding::ShiftJis };
        assert_eq!(error, expected);

        let error = decode(b"\xff\xfea\0\n\0b").unwrap_err();
        let expected =
            ExchangeError::BrokenEncoding { line: 2, byte: 6, encoding: Encoding::Utf16Le };
        assert_eq!(error, expected);
    }
}
