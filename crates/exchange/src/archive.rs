//! Measures an XLSX archive before anything in it is parsed.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;

use crate::error::ExchangeError;
use crate::table::Limits;

/// Below this size no ratio is judged: empty workbooks pack very well.
const SMALL: u64 = 1024 * 1024;

/// Refuses archives with too many parts, or that grow too much. First by what the
/// central directory claims, then by what comes out, because a directory can lie.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<(), ExchangeError> {
    let broken = |error: zip::result::ZipError| ExchangeError::BrokenWorkbook {
        detail: format!("archive: {error}"),
    };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let parts = archive.len() as u64;
    if parts > limits.parts {
        return Err(ExchangeError::TooManyParts { found: parts, limit: limits.parts });
    }
    kind(&archive)?;
    let mut claimed = 0u64;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(broken)?;
        claimed = claimed.saturating_add(part.size());
        judge(claimed, bytes, limits)?;
    }
    let mut total = 0u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(broken)?;
        let left = limits.unpacked_bytes.saturating_sub(total).saturating_add(1);
        let unpacked = io::copy(&mut part.take(left), &mut io::sink()).map_err(|error| {
            ExchangeError::BrokenWorkbook { detail: format!("archive part {index}: {error}") }
        })?;
        total = total.saturating_add(unpacked);
        judge(total, bytes, limits)?;
    }
    Ok(())
}

fn judge(unpacked: u64, bytes: &[u8], limits: &Limits) -> Result<(), ExchangeError> {
    if unpacked > limits.unpacked_bytes {
        return Err(ExchangeError::UnpacksTooLarge { limit: limits.unpacked_bytes });
    }
    let packed = bytes.len().max(1) as u64;
    if unpacked > SMALL && unpacked / packed > limits.ratio {
        return Err(ExchangeError::PackedTooTightly { limit: limits.ratio });
    }
    Ok(())
}

/// Tells a workbook from other archives by the names of its parts.
fn kind(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), ExchangeError> {
    let has =
        |name: &str| archive.file_names_raw().any(|n| n.eq_ignore_ascii_case(name.as_bytes()));
    let (ja, en) = if has("xl/workbook.bin") {
        ("Excel バイナリ形式(.xlsb)", "a binary Excel workbook (.xlsb)")
    } else if archive.file_names_raw().any(|name| name.starts_with(b"xl/")) {
        return Ok(());
    } else if has("word/document.xml") {
        ("Word 文書", "a Word document")
    } else if has("ppt/presentation.xml") {
        ("PowerPoint", "a PowerPoint file")
    } else if has("mimetype") {
        ("OpenDocument", "an OpenDocument file")
    } else {
        ("圧縮ファイル", "an archive")
    };
    Err(ExchangeError::UnknownFormat { ja, en })
}
