//! Pictures made byte by byte, with everything in them that must go.

use okiagari_exchange::{ExchangeError, ImageKind, strip_image_metadata};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Words that stand for what must not get through.
const SECRETS: [&str; 7] =
    ["GPS-35.68", "XMP-author", "comment!", "ICC-device", "thumb", "video", "text!"];

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn assert_clean(bytes: &[u8]) {
    for secret in SECRETS {
        assert!(!contains(bytes, secret.as_bytes()), "{secret} got through");
    }
}

/// EXIF as a phone writes it: orientation, then a place.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend_from_slice(&[0x0f, 0x01, 2, 0, 9, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    tiff.extend_from_slice(b"\0\0\0\0GPS-35.68\0thumb");
    tiff
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], payload].concat()
}

const SOF: &[u8] = &[8, 0, 1, 0, 1, 1, 1, 0x11, 0];
const SCAN: &[u8] = &[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56];

fn jpeg(orientation: u8) -> Vec<u8> {
    [
        vec![0xff, 0xd8],
        segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01thumb"),
        segment(0xe0, b"JFXX\0thumb"),
        segment(0xe1, &[&b"Exif\0\0"[..], &exif(orientation)].concat()),
        segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0XMP-author"),
        segment(0xe2, b"ICC_PROFILE\0ICC-device"),
        segment(0xee, b"Adobe\0\x64\0\0\0\0\x01text!"),
        segment(0xfe, b"comment!"),
        segment(0xdb, &[0; 65]),
        vec![0xff],
        segment(0xc2, SOF),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        SCAN.to_vec(),
        segment(0xfe, b"comment!"),
        segment(0xc4, &[0; 17]),
        segment(0xda, &[1, 1, 0, 0, 63, 1]),
        SCAN.to_vec(),
        vec![0xff, 0xd9],
        b"video".to_vec(),
    ]
    .concat()
}

fn stripped_jpeg(exif: &[u8]) -> Vec<u8> {
    [
        vec![0xff, 0xd8],
        segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
        exif.to_vec(),
        segment(0xee, b"Adobe\0\x64\0\0\0\0\x01"),
        segment(0xdb, &[0; 65]),
        segment(0xc2, SOF),
        segment(0xda, &[1, 1, 0, 0, 63, 0]),
        SCAN.to_vec(),
        segment(0xc4, &[0; 17]),
        segment(0xda, &[1, 1, 0, 0, 63, 1]),
        SCAN.to_vec(),
        vec![0xff, 0xd9],
    ]
    .concat()
}

#[test]
fn jpeg_keeps_the_picture_only() {
    let (bytes, kind) = strip_image_metadata(&jpeg(1)).unwrap();
    assert_eq!((kind, kind.media_type(), kind.extension()), (ImageKind::Jpeg, "image/jpeg", "jpg"));
    assert_eq!(bytes, stripped_jpeg(&[]));
    assert_clean(&bytes);
}

#[test]
fn jpeg_stays_upright() {
    let (bytes, _) = strip_image_metadata(&jpeg(6)).unwrap();
    let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let exif = segment(0xe1, &[&b"Exif\0\0"[..], tiff].concat());
    assert_eq!(bytes, stripped_jpeg(&exif));
    assert_clean(&bytes);
    // Stripping twice changes nothing more.
    assert_eq!(strip_image_metadata(&bytes).unwrap().0, bytes);
}

#[test]
fn a_jpeg_cut_in_its_picture_is_closed_and_one_cut_before_is_refused() {
    let whole = jpeg(1);
    let end = whole.len() - b"video".len() - 2;
    let (bytes, _) = strip_image_metadata(&whole[..end]).unwrap();
    assert_eq!(bytes, stripped_jpeg(&[]));
    let error = strip_image_metadata(&whole[..60]).unwrap_err();
    assert!(matches!(error, ExchangeError::BrokenImage { kind: "JPEG", .. }), "{error:?}");
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    // The sum is copied, never checked, so any will do here.
    [&(data.len() as u32).to_be_bytes(), &kind[..], data, b"csum"].concat()
}

fn png(orientation: u8) -> Vec<u8> {
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]),
        png_chunk(b"iCCP", b"ICC-device\0\0x"),
        png_chunk(b"gAMA", &[0, 0, 0xb1, 0x8f]),
        png_chunk(b"tEXt", b"Author\0text!"),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\0XMP-author"),
        png_chunk(b"eXIf", &exif(orientation)),
        png_chunk(b"prVt", b"text!"),
        png_chunk(b"IDAT", b"pixels"),
        png_chunk(b"IEND", b""),
        b"video".to_vec(),
    ]
    .concat()
}

#[test]
fn png_keeps_the_picture_only() {
    let (bytes, kind) = strip_image_metadata(&png(1)).unwrap();
    assert_eq!(kind, ImageKind::Png);
    let expected = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]),
        png_chunk(b"gAMA", &[0, 0, 0xb1, 0x8f]),
        png_chunk(b"IDAT", b"pixels"),
        png_chunk(b"IEND", b""),
    ]
    .concat();
    assert_eq!(bytes, expected);
    assert_clean(&bytes);
}

#[test]
fn png_stays_upright_and_unknown_critical_chunks_are_refused() {
    let (bytes, _) = strip_image_metadata(&png(8)).unwrap();
    assert_eq!(&bytes[33..41], b"\0\0\0\x1aeXIf");
    assert_clean(&bytes);
    assert_eq!(strip_image_metadata(&bytes).unwrap().0, bytes);
    let mut odd = png(1);
    let at = odd.windows(4).position(|w| w == b"prVt").unwrap();
    odd[at] = b'P';
    assert!(strip_image_metadata(&odd).is_err());
}

fn riff_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let pad: &[u8] = if data.len() % 2 == 1 { &[0] } else { &[] };
    [&kind[..], &(data.len() as u32).to_le_bytes(), data, pad].concat()
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = chunks.concat();
    [b"RIFF", &(body.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &body].concat()
}

fn vp8x(flags: u8) -> Vec<u8> {
    riff_chunk(b"VP8X", &[flags, 0, 0, 0, 0, 0, 0, 0, 0, 0])
}

#[test]
fn webp_keeps_the_picture_only() {
    let mut frame = vec![0; 16];
    frame.extend(riff_chunk(b"VP8L", b"pixel"));
    let clean_frame = frame.clone();
    frame.extend(riff_chunk(b"PRIV", b"text!"));
    let dirty = |orientation| {
        let mut bytes = webp(&[
            vp8x(0x20 | 0x10 | 0x08 | 0x04 | 0x02),
            riff_chunk(b"ICCP", b"ICC-device"),
            riff_chunk(b"ANIM", &[0; 6]),
            riff_chunk(b"ANMF", &frame),
            riff_chunk(b"EXIF", &exif(orientation)),
            riff_chunk(b"XMP ", b"XMP-author"),
            riff_chunk(b"PRIV", b"text!"),
        ]);
        bytes.extend_from_slice(b"video");
        bytes
    };
    let (bytes, kind) = strip_image_metadata(&dirty(1)).unwrap();
    assert_eq!(kind, ImageKind::WebP);
    let animation = [riff_chunk(b"ANIM", &[0; 6]), riff_chunk(b"ANMF", &clean_frame)];
    let [anim, anmf] = animation.clone();
    assert_eq!(bytes, webp(&[vp8x(0x10 | 0x02), anim, anmf]));
    assert_clean(&bytes);

    let (bytes, _) = strip_image_metadata(&dirty(3)).unwrap();
    let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0";
    let [anim, anmf] = animation;
    assert_eq!(bytes, webp(&[vp8x(0x10 | 0x08 | 0x02), anim, anmf, riff_chunk(b"EXIF", tiff)]));
    assert_clean(&bytes);
    assert_eq!(strip_image_metadata(&bytes).unwrap().0, bytes);
}

#[test]
fn a_simple_webp_passes_and_a_cut_one_does_not() {
    let simple = webp(&[riff_chunk(b"VP8 ", b"pixels")]);
    assert_eq!(strip_image_metadata(&simple), Ok((simple.clone(), ImageKind::WebP)));
    assert!(strip_image_metadata(&simple[..simple.len() - 2]).is_err());
    assert!(strip_image_metadata(&webp(&[])).is_err());
}

#[test]
fn other_formats_are_refused_by_name() {
    let of = |bytes: &[u8]| strip_image_metadata(bytes).unwrap_err();
    assert_eq!(of(b"\0\0\0\x18ftypheic"), ExchangeError::Heic);
    assert!(of(b"\0\0\0\x18ftypmif1").message(true).contains("互換性優先"));
    let seems = |bytes: &[u8]| match of(bytes) {
        ExchangeError::UnsupportedImage { seems } => seems,
        other => panic!("{other:?}"),
    };
    assert_eq!(seems(b"\0\0\0\x18ftypavif"), "AVIF");
    assert_eq!(seems(b"GIF89a"), "GIF");
    assert_eq!(seems(b"<svg onload=x>"), "SVG / HTML");
    assert_eq!(seems(b"plain"), "?");
    assert_eq!(of(b""), ExchangeError::Empty);
}

fn picture() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(jpeg(6)),
        Just(png(6)),
        Just(webp(&[vp8x(0x08), riff_chunk(b"VP8 ", b"pixels"), riff_chunk(b"EXIF", &exif(6))])),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for magic in [&b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBP"] {
            let _ = strip_image_metadata(&[magic, &bytes].concat());
        }
    }

    #[test]
    fn altered_pictures_are_answered_and_stay_clean_of_what_follows(
        mut bytes in picture(),
        at in any::<proptest::sample::Index>(),
        byte: u8,
        cut in any::<proptest::sample::Index>(),
    ) {
        let index = at.index(bytes.len());
        bytes[index] = byte;
        if let Ok((clean, _)) = strip_image_metadata(&bytes) {
            // Whatever was taken is taken again without change.
            prop_assert_eq!(&strip_image_metadata(&clean).unwrap().0, &clean);
        }
        bytes.truncate(cut.index(bytes.len()));
        let _ = strip_image_metadata(&bytes);
    }
}

/// Pieces of a picture in any order, with lengths that may lie.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let payload = || {
        prop_oneof![
            Just(exif(6)),
            Just(exif(255)),
            Just(b"http://ns.adobe.com/xap/1.0/\0<x/>".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..24),
        ]
    };
    let marker = prop_oneof![
        Just(0xe1u8),
        Just(0xda),
        Just(0xd9),
        Just(0xd8),
        Just(0xd0),
        Just(0xff),
        Just(0x00),
        any::<u8>(),
    ];
    let jpeg = (marker, payload(), proptest::option::of(any::<u16>()));
    let jpeg = proptest::collection::vec(jpeg, 0..8).prop_map(|list| {
        let mut bytes = b"\xff\xd8".to_vec();
        for (marker, payload, lie) in list {
            let mut piece = segment(marker, &payload);
            if let (Some(lie), true) = (lie, piece.len() >= 4) {
                piece[2..4].copy_from_slice(&lie.to_be_bytes());
            }
            bytes.extend(piece);
        }
        bytes
    });
    let kind = prop_oneof![
        Just(*b"IHDR"),
        Just(*b"IDAT"),
        Just(*b"IEND"),
        Just(*b"eXIf"),
        Just(*b"tEXt"),
        any::<[u8; 4]>(),
    ];
    let png = (kind, payload(), proptest::option::of(any::<u32>()));
    let png = proptest::collection::vec(png, 0..8).prop_map(|list| {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, payload, lie) in list {
            let mut piece = png_chunk(&kind, &payload);
            if let Some(lie) = lie {
                piece[..4].copy_from_slice(&lie.to_be_bytes());
            }
            bytes.extend(piece);
        }
        bytes
    });
    prop_oneof![jpeg, png]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        rng_seed: RngSeed::Fixed(6),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn pieces_in_any_order_are_answered_and_what_is_taken_stays(bytes in pieces()) {
        match strip_image_metadata(&bytes) {
            Ok((clean, _)) => {
                prop_assert_eq!(&strip_image_metadata(&clean).unwrap().0, &clean);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
