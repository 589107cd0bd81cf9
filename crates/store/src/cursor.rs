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
