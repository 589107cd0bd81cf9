//! Reading what browsers send: addresses and forms, strictly.

use crate::error;
use crate::web::Web;
use crate::who::Prefs;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;

/// Names and values in the order they came; a name may come several times.
pub type Pairs = Vec<(String, String)>;

/// The most fields a form may have: beyond any page of ours.
const MOST_FIELDS: usize = 5_000;

/// The fields of a posted form.
#[derive(Debug, Clone, Default)]
pub struct Posted(pub Pairs);

impl FromRequest<Web> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Web) -> Result<Self, Response> {
        let lang = Prefs::of(request.headers()).lang;
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let form = kind.is_some_and(|k| k.starts_with("application/x-www-form-urlencoded"));
        let empty = kind.is_none();
        if !form && !empty {
            return Err(error::plain(lang, StatusCode::UNSUPPORTED_MEDIA_TYPE, false));
        }
        let bytes = match Bytes::from_request(request, web).await {
            Ok(bytes) => bytes,
            Err(e) => return Err(error::plain(lang, e.status(), false)),
        };
        strict(&bytes).map(Self).ok_or_else(|| error::plain(lang, StatusCode::BAD_REQUEST, false))
    }
}

impl Posted {
    /// The first value of a field; empty where it did not come.
    pub fn get(&self, name: &str) -> &str {
        get(&self.0, name)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// The first value of a name; empty where it did not come.
pub fn get<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
}

/// Fields of a body in `application/x-www-form-urlencoded`; `None` where it is broken or its text
/// is no UTF-8.
pub fn strict(bytes: &[u8]) -> Option<Pairs> {
    let mut pairs = Vec::new();
    for pair in bytes.split(|b| *b == b'&').filter(|p| !p.is_empty()) {
        let (name, value) = match pair.iter().position(|b| *b == b'=') {
            Some(i) => (&pair[..i], &pair[i + 1..]),
            None => (pair, &[][..]),
        };
        pairs.push((decode(name)?, decode(value)?));
        if pairs.len() > MOST_FIELDS {
            return None;
        }
    }
    Some(pairs)
}

/// The query of an address; what cannot be read is left out.
pub fn query(text: &str) -> Pairs {
    text.split('&')
        .filter(|p| !p.is_empty())
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name.as_bytes())?, decode(value.as_bytes())?))
        })
        .take(500)
        .collect()
}

fn decode(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(b) = bytes.get(i) {
        match b {
            b'+' => out.push(b' '),
            b'%' => {
                let hex = |b: u8| char::from(b).to_digit(16);
                let (high, low) = (hex(*bytes.get(i + 1)?)?, hex(*bytes.get(i + 2)?)?);
                out.push(u8::try_from(high * 16 + low).ok()?);
                i += 2;
            }
            other => out.push(*other),
        }
        i += 1;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(3),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        /// Whatever a browser typed comes back as it was; whatever else is sent is refused or text.
        #[test]
        fn any_form_is_read_back_and_any_bytes_are_answered(
            pairs in proptest::collection::vec((any::<String>(), any::<String>()), 0..8),
            bytes in proptest::collection::vec(prop_oneof![
                any::<u8>(), Just(b'%'), Just(b'&'), Just(b'='), Just(b'+'), b'0'..=b'9',
            ], 0..60),
        ) {
            let sent: Vec<String> = pairs
                .iter()
                .map(|(n, v)| format!("{}={}", crate::html::enc(n), crate::html::enc(v)))
                .collect();
            let sent = sent.join("&");
            prop_assert_eq!(&query(&sent), &pairs);
            prop_assert_eq!(strict(sent.as_bytes()), Some(pairs));
            let _ = (strict(&bytes), query(&String::from_utf8_lossy(&bytes)));
        }
    }

    #[test]
    fn a_form_is_read_as_browsers_send_it() {
        let got = strict("name=%E8%B5%B7%E3%81%8D+a&ids=1&ids=2&empty=".as_bytes()).unwrap();
        let want = [("name", "起き a"), ("ids", "1"), ("ids", "2"), ("empty", "")];
        assert_eq!(got, want.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn broken_escapes_and_broken_text_are_refused_not_repaired() {
        for bad in ["a=%ff", "a=%e3%81", "a=%zz", "a=%4"] {
            assert_eq!(strict(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(strict(b"a=\xff"), None);
        assert_eq!(strict("a=1&".repeat(6_000).as_bytes()), None);
    }
}
