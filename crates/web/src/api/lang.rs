//! The language of an answer, from `Accept-Language`. Japanese where nothing else is asked for.

use axum::http::{HeaderMap, header};
use okiagari_model::Lang;

/// The language that a program asks for: English only where it is preferred to Japanese.
pub fn of(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let weight = |lang: &str| {
        wanted
            .split(',')
            .filter_map(|part| {
                let mut pieces = part.split(';').map(str::trim);
                let tag = pieces.next()?;
                let primary = tag.split('-').next()?;
                if !primary.eq_ignore_ascii_case(lang) {
                    return None;
                }
                let quality = pieces.find_map(|p| p.strip_prefix("q=")).unwrap_or("1");
                quality.parse::<f32>().ok()
            })
            .fold(0.0_f32, f32::max)
    };
    if weight("en") > weight("ja") { Lang::En } else { Lang::Ja }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_wins_and_japanese_is_the_default() {
        let of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            super::of(&headers)
        };
        assert_eq!(super::of(&HeaderMap::new()), Lang::Ja);
        assert_eq!(of("en"), Lang::En);
        assert_eq!(of("en-GB,en;q=0.9,ja;q=0.8"), Lang::En);
        assert_eq!(of("ja,en;q=0.9"), Lang::Ja);
        assert_eq!(of("fr, de;q=0.5"), Lang::Ja);
        assert_eq!(of("en;q=nonsense"), Lang::Ja);
    }
}
