//! A body as its fields, without copying any of it.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::FieldError;

/// The fields of a body with the exact text of their values, in byte order of the ids.
///
/// Refuses any body whose top level is not in canonical form, so that every byte of a stored
/// body counts: a space added between two members must not go unseen.
pub(super) fn fields(body: &str) -> Result<Vec<(&str, &str)>, FieldError> {
    let mut json = serde_json::Deserializer::from_str(body);
    let mut fields = json.deserialize_map(Members)?;
    json.end()?;
    if let Some((field, _)) = fields.iter().find(|(field, _)| !is_field_id(field)) {
        return Err(FieldError::FieldId((*field).to_owned()));
    }
    // The parts in order with one comma, colon and two quotes each fill the body exactly only
    // when there is nothing else in it.
    let parts: usize = fields.iter().map(|(field, value)| field.len() + value.len() + 4).sum();
    let ordered =
        fields.is_sorted_by(|(one, _), (next, _)| one.encode_utf16().lt(next.encode_utf16()));
    if body.len() != parts.max(1) + 1 || !ordered {
        return Err(FieldError::NotCanonical);
    }
    // Canonical JSON orders by UTF-16, commitments by bytes; these differ only beyond U+FFFF.
    if !fields.is_sorted_by(|(one, _), (next, _)| one < next) {
        fields.sort_unstable_by_key(|(field, _)| *field);
    }
    Ok(fields)
}

/// Ids that need no escape in JSON: one spelling, which can be compared byte by byte.
pub(super) fn is_field_id(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\'))
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(&'de str, &'de str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose member names have no escapes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::with_capacity(32);
        while let Some((field, value)) = map.next_entry::<&str, &RawValue>()? {
            members.push((field, value.get()));
        }
        Ok(members)
    }
}
