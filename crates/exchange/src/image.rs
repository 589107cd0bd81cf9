//! Takes everything out of a picture but the picture.

use crate::error::ExchangeError;

mod jpeg;
mod orientation;
mod png;
mod webp;

/// Kind of picture, told by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageKind {
    /// JPEG.
    Jpeg,
    /// PNG, animated ones included.
    Png,
    /// WebP, animated ones included.
    WebP,
}

impl ImageKind {
    /// Media type to serve it with.
    pub fn media_type(self) -> &'static str {
        match self {
            ImageKind::Jpeg => "image/jpeg",
            ImageKind::Png => "image/png",
            ImageKind::WebP => "image/webp",
        }
    }

    /// Usual ending of the file name, without dot.
    pub fn extension(self) -> &'static str {
        match self {
            ImageKind::Jpeg => "jpg",
            ImageKind::Png => "png",
            ImageKind::WebP => "webp",
        }
    }
}

/// Removes EXIF with place and camera, XMP, comments, text, colour profiles,
/// thumbnails and trailing data. A turn noted in EXIF is kept, alone, so that the
/// picture stands upright. Sizes are for the caller to limit.
///
/// # Errors
/// Formats other than JPEG, PNG and WebP, and damaged pictures.
pub fn strip_image_metadata(bytes: &[u8]) -> Result<(Vec<u8>, ImageKind), ExchangeError> {
    let kind = recognise(bytes)?;
    let stripped = match kind {
        ImageKind::Jpeg => jpeg::strip(bytes),
        ImageKind::Png => png::strip(bytes),
        ImageKind::WebP => webp::strip(bytes),
    };
    let name = match kind {
        ImageKind::Jpeg => "JPEG",
        ImageKind::Png => "PNG",
        ImageKind::WebP => "WebP",
    };
    match stripped {
        Ok(clean) => Ok((clean, kind)),
        Err(Broken(byte)) => Err(ExchangeError::BrokenImage { kind: name, byte }),
    }
}

fn recognise(bytes: &[u8]) -> Result<ImageKind, ExchangeError> {
    if bytes.is_empty() {
        return Err(ExchangeError::Empty);
    }
    if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        return Ok(ImageKind::Jpeg);
    }
    if bytes.starts_with(png::SIGNATURE) {
        return Ok(ImageKind::Png);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(ImageKind::WebP);
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Err(match bytes.get(8..12) {
            Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => {
                ExchangeError::Heic
            }
            Some(b"avif" | b"avis") => ExchangeError::UnsupportedImage { seems: "AVIF" },
            _ => ExchangeError::UnsupportedImage { seems: "MP4" },
        });
    }
    let known: [(&[u8], &str); 8] = [
        (b"GIF8", "GIF"),
        (b"BM", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"%PDF", "PDF"),
        (b"PK", "ZIP"),
        (b"<", "SVG / HTML"),
        (b"MZ", "EXE"),
    ];
    let seems = known.iter().find(|(magic, _)| bytes.starts_with(magic)).map_or("?", |(_, s)| *s);
    Err(ExchangeError::UnsupportedImage { seems })
}

/// The byte at which a picture stopped making sense.
struct Broken(usize);
