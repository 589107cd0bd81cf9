//! Forms with files, read piece by piece: small fields in memory, files in a temporary file, each
//! within its bound.

use crate::error;
use crate::input::Pairs;
use axum::extract::Multipart;
use axum::extract::multipart::MultipartError;
use axum::http::StatusCode;
use axum::response::Response;
use okiagari_model::Lang;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

/// The most bytes of all small fields of such a form.
const FIELDS_MAX: usize = 256 << 10;
/// The most files of one form.
const FILES_MAX: usize = 20;

/// A file that came with a form.
#[derive(Debug)]
pub struct Upload {
    /// Name, without any folder.
    pub name: String,
    /// Media type as the browser says.
    pub media: String,
    file: File,
}

impl Upload {
    /// From its first byte.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn reader(&mut self) -> std::io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&mut self.file)
    }

    /// All of it, at most `most` bytes.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn read_all(&mut self, most: u64) -> std::io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.reader()?.take(most).read_to_end(&mut out)?;
        Ok(out)
    }
}

/// Fields and files of a form.
#[derive(Debug, Default)]
pub struct Uploaded {
    /// Small fields in the order they came.
    pub fields: Pairs,
    /// Files; empty ones are left out.
    pub files: Vec<Upload>,
}

/// Reads a form with files. `most`: bytes of one file.
///
/// # Errors
/// The page that says what is wrong: too large, too many, cut off.
pub async fn read(mut form: Multipart, lang: Lang, most: u64) -> Result<Uploaded, Response> {
    let mut got = Uploaded::default();
    let mut room = FIELDS_MAX;
    while let Some(mut field) = form.next_field().await.map_err(|e| broken(lang, &e))? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(file_name) = field.file_name().map(plain_name) else {
            let mut bytes = Vec::new();
            while let Some(chunk) = field.chunk().await.map_err(|e| broken(lang, &e))? {
                room = room.checked_sub(chunk.len()).ok_or_else(|| too_large(lang))?;
                bytes.extend_from_slice(&chunk);
            }
            let text = String::from_utf8(bytes)
                .map_err(|_| error::plain(lang, StatusCode::BAD_REQUEST, false))?;
            got.fields.push((name, text));
            continue;
        };
        let media = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let mut file = tempfile::tempfile().map_err(|e| error::internal(lang, &e.to_string()))?;
        let mut bytes = 0u64;
        while let Some(chunk) = field.chunk().await.map_err(|e| broken(lang, &e))? {
            bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if bytes > most {
                return Err(too_large(lang));
            }
            file.write_all(&chunk).map_err(|e| error::internal(lang, &e.to_string()))?;
        }
        if bytes == 0 && file_name.is_empty() {
            continue;
        }
        if got.files.len() >= FILES_MAX {
            return Err(too_large(lang));
        }
        got.files.push(Upload { name: file_name, media, file });
    }
    Ok(got)
}

fn too_large(lang: Lang) -> Response {
    error::plain(lang, StatusCode::PAYLOAD_TOO_LARGE, false)
}

fn broken(lang: Lang, e: &MultipartError) -> Response {
    error::plain(lang, e.status(), false)
}

/// The last part of a name, without signs that a file name cannot hold.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::plain_name;

    #[test]
    fn a_file_name_never_carries_a_folder_or_control_signs() {
        assert_eq!(plain_name("C:\\Users\\a\\通信.csv"), "通信.csv");
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("a\n\u{7}b"), "ab");
    }
}
