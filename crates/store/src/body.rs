//! Bodies between memory and their stored text.

use crate::error::StoreError;
use okiagari_model::{Body, RegisterDef, Value};

/// Field of a stored body that holds the version of its shape; absent for version 1. It is part
/// of what is committed to, and never seen outside the store.
pub(crate) const SHAPE: &str = "_shape";

/// The largest whole number that canonical JSON (RFC 8785, section 3.2.2.3) keeps exact.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The exact text that is stored and committed to: canonical JSON (RFC 8785) of texts, whole
/// numbers, yes/no, lists and objects.
///
/// # Errors
/// [`StoreError::BadValue`] for a fraction, a null, or a number that RFC 8785 would round.
pub(crate) fn encode(def: &RegisterDef, body: &Body) -> Result<String, StoreError> {
    let mut out = String::with_capacity(512);
    out.push('{');
    let mut first = true;
    let mut shape = (def.version > 1).then_some(def.version);
    for (field, value) in body {
        if field == SHAPE {
            return Err(bad(field, "the name is the store's own"));
        }
        if let Some(version) = shape
            && field.as_str() > SHAPE
        {
            member(&mut out, &mut first, SHAPE)?;
            out.push_str(&version.to_string());
            shape = None;
        }
        member(&mut out, &mut first, field)?;
        write(&mut out, field, value)?;
    }
    if let Some(version) = shape {
        member(&mut out, &mut first, SHAPE)?;
        out.push_str(&version.to_string());
    }
    out.push('}');
    Ok(out)
}

fn bad(field: &str, why: &'static str) -> StoreError {
    StoreError::BadValue { field: field.to_owned(), why }
}

fn member(out: &mut String, first: &mut bool, name: &str) -> Result<(), StoreError> {
    // Plain ASCII names sort the same by bytes and by UTF-16, as RFC 8785 wants.
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
        return Err(bad(name, "names of fields are plain ASCII"));
    }
    if !std::mem::take(first) {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
    Ok(())
}

fn write(out: &mut String, field: &str, value: &Value) -> Result<(), StoreError> {
    match value {
        Value::Null => Err(bad(field, "null is not a value; leave the field out")),
        Value::Bool(yes) => {
            out.push_str(if *yes { "true" } else { "false" });
            Ok(())
        }
        Value::Number(n) => {
            let n = n.as_i64().filter(|n| n.unsigned_abs() <= MAX_SAFE);
            let n = n.ok_or_else(|| bad(field, "a whole number of at most 2^53 - 1 is needed"))?;
            use std::fmt::Write as _;
            write!(out, "{n}").map_err(StoreError::internal)
        }
        // PostgreSQL cannot keep it in a column.
        Value::String(text) if text.contains('\0') => {
            Err(bad(field, "the character U+0000 cannot be kept"))
        }
        Value::String(text) => {
            string(out, text);
            Ok(())
        }
        Value::Array(list) => {
            out.push('[');
            for (at, item) in list.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, field, item)?;
            }
            out.push(']');
            Ok(())
        }
        Value::Object(map) => {
            out.push('{');
            let mut first = true;
            for (name, item) in map {
                member(out, &mut first, name)?;
                write(out, field, item)?;
            }
            out.push('}');
            Ok(())
        }
    }
}

/// A text as canonical JSON writes it (RFC 8785, section 3.2.2.2).
pub(crate) fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0c => "\\f",
            b'\r' => "\\r",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        from = at + 1;
        if escaped.is_empty() {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.push_str("\\u00");
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        } else {
            out.push_str(escaped);
        }
    }
    out.push_str(&text[from..]);
    out.push('"');
}

/// A value alone, for a column of nested JSON.
pub(crate) fn encode_value(field: &str, value: &Value) -> Result<String, StoreError> {
    let mut out = String::new();
    write(&mut out, field, value)?;
    Ok(out)
}

/// Reads a stored body and brings it to the present shape.
///
/// # Errors
/// [`StoreError::Corrupt`] where the text is no JSON object.
pub(crate) fn decode(def: &RegisterDef, text: &str) -> Result<Body, StoreError> {
    let mut body: Body = serde_json::from_str(text)
        .map_err(|error| StoreError::corrupt(format!("a body of {}: {error}", def.id)))?;
    let version = match body.remove(SHAPE) {
        None => 1,
        Some(version) => version
            .as_u64()
            .and_then(|v| u32::try_from(v).ok())
            .ok_or_else(|| StoreError::corrupt(format!("a body of {} has no shape", def.id)))?,
    };
    match def.upgrade {
        Some(upgrade) if version < def.version => Ok(upgrade(version, body)),
        _ => Ok(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_model::Register;
    use proptest::prelude::*;

    /// A register.
    #[derive(Register)]
    #[register(
        id = "t", wing = Govern, ja = "試験", en = "Test", question_ja = "何", question_en = "What?",
        about_ja = "試験。", about_en = "Tests.", purpose_ja = "試験", purpose_en = "Tests",
        sort = "name"
    )]
    struct Plain {
        /// Name.
        #[field(ja = "名", en = "Name")]
        name: Option<String>,
    }

    static PLAIN: RegisterDef = RegisterDef { version: 1, ..*Plain::DEF };
    static GROWN: RegisterDef = RegisterDef { version: 2, upgrade: Some(rename), ..*Plain::DEF };

    fn rename(_: u32, mut body: Body) -> Body {
        if let Some(value) = body.remove("old") {
            body.insert("new".to_owned(), value);
        }
        body
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            (-(1i64 << 53) + 1..1i64 << 53).prop_map(Value::from),
            any::<String>().prop_map(|s| Value::from(s.replace('\0', ""))),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-zA-Z0-9_.-]{1,8}", inner, 0..4)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_text_is_that_of_rfc_8785(
            body in prop::collection::btree_map("[a-z][a-zA-Z0-9_]{0,8}", value(), 0..6)
        ) {
            let body: Body = body.into_iter().collect();
            let text = encode(&PLAIN, &body).unwrap();
            prop_assert_eq!(&text, &serde_json_canonicalizer::to_string(&body).unwrap());
            prop_assert_eq!(decode(&PLAIN, &text).unwrap(), body);
        }
    }

    #[test]
    fn what_cannot_be_exact_is_refused() {
        for value in [
            Value::Null,
            Value::from("a\0"),
            Value::from(1.5),
            Value::from(1i64 << 53),
            Value::from(u64::MAX),
        ] {
            let body: Body = [("x".to_owned(), Value::Array(vec![value]))].into_iter().collect();
            let error = encode(&PLAIN, &body).unwrap_err();
            assert!(matches!(error, StoreError::BadValue { field, .. } if field == "x"));
        }
        let body: Body = [("資産".to_owned(), Value::from(1))].into_iter().collect();
        assert!(encode(&PLAIN, &body).is_err());
        let body: Body = [(SHAPE.to_owned(), Value::from(1))].into_iter().collect();
        assert!(encode(&PLAIN, &body).is_err());
    }

    #[test]
    fn an_old_body_comes_in_its_new_shape() {
        let body: Body = [("old".to_owned(), Value::from("x"))].into_iter().collect();
        let old = encode(&PLAIN, &body).unwrap();
        let read = decode(&GROWN, &old).unwrap();
        assert_eq!(read.get("new"), Some(&Value::from("x")));
        let text = encode(&GROWN, &read).unwrap();
        assert_eq!(text, r#"{"_shape":2,"new":"x"}"#);
        assert_eq!(decode(&GROWN, &text).unwrap(), read);
    }
}
