//! Reading JSON strictly: what one reader would take one way and another reader another way is
//! refused and named (duplicate members, text that is no UTF-8, NUL), and so is what is only meant
//! to hurt (deep nesting).

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// How deep arrays and objects may be nested. A record needs five levels.
pub const MAX_DEPTH: usize = 12;

/// Why bytes are not taken as JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not UTF-8; where the first bad byte stands.
    #[error("the text is not UTF-8 at byte {0}")]
    Utf8(usize),
    /// Not JSON.
    #[error("not JSON: {0}")]
    Syntax(String),
    /// A member stands twice in one object.
    #[error("the member {0:?} stands twice")]
    Duplicate(String),
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested too deeply at {0:?}")]
    TooDeep(String),
    /// Text or a member's name holds U+0000.
    #[error("{0:?} holds the character U+0000")]
    Nul(String),
}

/// Reads one JSON value.
///
/// # Errors
/// The first [`Fault`], with the path of the member concerned (`body.name`).
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|e| Fault::Utf8(e.valid_up_to()))?;
    let fault = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_str(text);
    let root = Seed { path: Path::Root, depth: 0, fault: &fault };
    let read = serde::de::DeserializeSeed::deserialize(root, &mut reader)
        .and_then(|value| reader.end().map(|()| value));
    match read {
        Ok(value) => Ok(value),
        Err(error) => Err(fault.into_inner().unwrap_or_else(|| Fault::Syntax(error.to_string()))),
    }
}

#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Member(&'a Path<'a>, &'a str),
    Entry(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member(Path::Root, name) => f.write_str(&short(name)),
            Path::Member(parent, name) => write!(f, "{parent}.{}", short(name)),
            Path::Entry(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// A member's name as far as it is worth repeating.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

struct Seed<'a> {
    path: Path<'a>,
    depth: usize,
    fault: &'a RefCell<Option<Fault>>,
}

impl Seed<'_> {
    fn stop<E: serde::de::Error>(&self, fault: Fault) -> E {
        let error = E::custom(&fault);
        *self.fault.borrow_mut() = Some(fault);
        error
    }

    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth < MAX_DEPTH {
            Ok(self.depth + 1)
        } else {
            Err(self.stop(Fault::TooDeep(self.path.to_string())))
        }
    }

    fn text<E: serde::de::Error>(&self, text: &str) -> Result<Value, E> {
        if text.contains('\0') {
            return Err(self.stop(Fault::Nul(self.path.to_string())));
        }
        Ok(Value::from(text))
    }
}

impl<'de> serde::de::DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut list = Vec::new();
        loop {
            let path = Path::Entry(&self.path, list.len());
            match entries.next_element_seed(Seed { path, depth, fault: self.fault })? {
                Some(value) => list.push(value),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let depth = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let path = Path::Member(&self.path, &name);
            if name.contains('\0') {
                return Err(self.stop(Fault::Nul(path.to_string())));
            }
            if map.contains_key(&name) {
                return Err(self.stop(Fault::Duplicate(path.to_string())));
            }
            let value = members.next_value_seed(Seed { path, depth, fault: self.fault })?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;
    use serde_json::json;

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: RngSeed::Fixed(2),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        /// Bytes are refused, or they are what any other reader of JSON takes them for.
        #[test]
        fn any_bytes_are_refused_or_read_as_others_read_them(
            parts in proptest::collection::vec(prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\"a\""),
                Just("\"\\u0061\""), Just("\"\\ud800\""), Just("\"\\u0000\""), Just("-0"),
                Just("1e999"), Just("18446744073709551616"), Just("true"), Just("null"),
                Just("\u{feff}"), Just(" "), Just("/*"), Just("\"起き\""), Just("\""), Just("[[[[[["),
            ], 0..24),
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            let text = parts.concat();
            for bytes in [text.as_bytes(), &bytes, &[text.as_bytes(), &bytes].concat()] {
                if let Ok(value) = parse(bytes) {
                    prop_assert_eq!(&serde_json::from_slice::<Value>(bytes).unwrap(), &value);
                    // Once read, it is written and read again without a change.
                    prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
                }
            }
        }
    }

    fn fault(text: &str) -> Fault {
        parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn ordinary_json_is_read() {
        let value = parse(r#"{"body":{"a":[1,-2,true,null,"あ"],"b":1.5}}"#.as_bytes()).unwrap();
        assert_eq!(value, json!({"body": {"a": [1, -2, true, null, "あ"], "b": 1.5}}));
    }

    #[test]
    fn a_duplicate_is_named_with_its_path() {
        assert_eq!(fault(r#"{"a":1,"a":2}"#), Fault::Duplicate("a".into()));
        assert_eq!(
            fault(r#"{"body":{"rows":[{"x":1},{"x":1,"x":1}]}}"#),
            Fault::Duplicate("body.rows[1].x".into())
        );
        assert_eq!(fault(r#"{"a":1,"\u0061":2}"#), Fault::Duplicate("a".into()));
    }

    #[test]
    fn broken_text_is_named() {
        assert_eq!(parse(b"{\"a\":\"\xff\"}"), Err(Fault::Utf8(6)));
        assert_eq!(fault(r#"{"a":"x\u0000"}"#), Fault::Nul("a".into()));
        assert!(matches!(fault(r#"{"a":"\ud800"}"#), Fault::Syntax(_)));
        assert!(matches!(fault(""), Fault::Syntax(_)));
        assert!(matches!(fault("{} {}"), Fault::Syntax(_)));
    }

    #[test]
    fn depth_and_size_of_numbers_are_bounded() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert!(matches!(fault(&deep(MAX_DEPTH + 1)), Fault::TooDeep(_)));
        assert!(matches!(fault(&deep(100_000)), Fault::TooDeep(_)));
        assert!(matches!(fault("1e999"), Fault::Syntax(_)));
        assert!(parse(b"123456789012345678901234567890").unwrap().as_i64().is_none());
    }
}
