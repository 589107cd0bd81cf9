//! Places in a list: opaque texts that go out with a page and come back for the next.

use crate::args::Arg;
use crate::error::StoreError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// After which row a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cursor {
    /// Of which list: what it is sorted by and in which direction.
    #[serde(rename = "l")]
    pub list: String,
    /// The value that the list is sorted by; `None` where it is unset.
    #[serde(rename = "v")]
    pub value: Option<Sorted>,
    /// The id of the row.
    #[serde(rename = "i")]
    pub id: String,
}

/// A value that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Sorted {
    Int(i64),
    Text(String),
}

impl Sorted {
    pub(crate) fn arg(&self) -> Arg {
        match self {
            Self::Int(number) => Arg::Int(*number),
            Self::Text(text) => Arg::Text(text.clone()),
        }
    }
}

impl Cursor {
    pub(crate) fn encode(&self) -> Result<String, StoreError> {
        let json = serde_json::to_vec(self).map_err(StoreError::internal)?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads a cursor of the list that is sorted so.
    pub(crate) fn decode(text: &str, list: &str) -> Result<Self, StoreError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| StoreError::BadCursor)?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| StoreError::BadCursor)?;
        if cursor.list == list { Ok(cursor) } else { Err(StoreError::BadCursor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(1),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        /// A place that was altered, cut or made up is one of this list, or refused as none of it.
        #[test]
        fn any_text_is_a_cursor_of_its_list_or_refused(
            value in proptest::option::of(prop_oneof![
                any::<i64>().prop_map(Sorted::Int), "\\PC{0,12}".prop_map(Sorted::Text),
            ]),
            (list, id) in ("[a-z+-]{0,6}", "\\PC{0,12}"),
            (at, with, cut) in (any::<prop::sample::Index>(), "\\PC{0,2}", 0usize..3),
            made_up in "\\PC{0,60}",
            bytes in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let cursor = Cursor { list, value, id };
            let text = cursor.encode().unwrap();
            let back = Cursor::decode(&text, &cursor.list);
            prop_assert_eq!(back.as_ref(), Ok(&cursor));
            let chars: Vec<char> = text.chars().collect();
            let at = at.index(chars.len());
            let altered: String = chars[..at].iter().copied().chain(with.chars())
                .chain(chars[chars.len().min(at + cut)..].iter().copied()).collect();
            for text in [altered, made_up, URL_SAFE_NO_PAD.encode(&bytes)] {
                match Cursor::decode(&text, &cursor.list) {
                    Ok(read) => prop_assert_eq!(&read.list, &cursor.list),
                    Err(error) => prop_assert_eq!(error, StoreError::BadCursor),
                }
            }
        }
    }

    #[test]
    fn a_cursor_comes_back_for_its_own_list_only() {
        for value in [None, Some(Sorted::Int(-5)), Some(Sorted::Text("復旧".to_owned()))] {
            let cursor = Cursor { list: "name+".to_owned(), value, id: "x1".to_owned() };
            let text = cursor.encode().unwrap();
            assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
            assert_eq!(Cursor::decode(&text, "name+"), Ok(cursor));
            assert_eq!(Cursor::decode(&text, "name-"), Err(StoreError::BadCursor));
        }
        for bad in ["", "!", "e30", "bnVsbA"] {
            assert_eq!(Cursor::decode(bad, "name+"), Err(StoreError::BadCursor), "{bad}");
        }
    }
}
