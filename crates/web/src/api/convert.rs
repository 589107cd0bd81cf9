//! Between stored bodies and the JSON of the API, in one place.
//!
//! Instants travel as RFC 3339 (`2026-11-21T05:03:00Z`) and are stored as epoch milliseconds; all
//! other kinds travel as they are stored.

use okiagari_model::{
    AnyRef, Body, Date, FieldDef, FieldKind, FieldProblem, Message, RecordId, RegisterDef, Time,
    Value, Zone, validate,
};

/// Reads an instant: RFC 3339 with an offset, nothing looser.
pub fn instant(text: &str) -> Option<Time> {
    let bytes = text.as_bytes();
    let shape = b"0000-00-00T00:00:00";
    let head = bytes.get(..shape.len())?;
    let fits = head.iter().zip(shape).all(|(b, s)| match s {
        b'0' => b.is_ascii_digit(),
        b'T' => matches!(b, b'T' | b't'),
        other => b == other,
    });
    let rest = text.get(shape.len()..)?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = fraction.len() - offset.len();
            if !(1..=9).contains(&digits) {
                return None;
            }
            offset
        }
        None => rest,
    };
    let offset_fits = match offset.as_bytes() {
        b"Z" | b"z" => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    };
    // The zone is never used: an offset is there.
    if fits && offset_fits { Time::parse(&text.to_uppercase(), &Zone::tokyo()) } else { None }
}

/// A stored body as the API shows it: declared fields only.
pub fn outgoing(fields: &[FieldDef], body: &Body) -> Body {
    fields
        .iter()
        .filter_map(|field| Some((field.id.to_owned(), shown(field, body.get(field.id)?))))
        .collect()
}

/// One stored value as the API shows it.
pub fn shown(field: &FieldDef, value: &Value) -> Value {
    match (&field.kind, value) {
        (FieldKind::Time, Value::Number(ms)) => {
            ms.as_i64().map_or(Value::Null, |ms| Time::from_millis(ms).rfc3339().into())
        }
        (FieldKind::Rows(columns), Value::Array(rows)) => rows
            .iter()
            .map(|row| match row {
                Value::Object(row) => Value::Object(outgoing(columns, row)),
                other => other.clone(),
            })
            .collect(),
        _ => value.clone(),
    }
}

/// Fields of a request as a body to be stored, with everything that does not fit. `null` stays:
/// it unsets a field.
///
/// What only the whole record can tell (a missing field, a check across fields) is left to the
/// decision.
pub fn incoming(def: &RegisterDef, typed: &Body) -> Result<Body, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let body = fields(def.fields, typed, "", &mut problems);
    if problems.is_empty() {
        return Ok(body);
    }
    // So that all mistakes are named at once, what could be read is checked too.
    let readable: Body = body.into_iter().filter(|(_, v)| !v.is_null()).collect();
    problems.extend(validate::check(def, &readable, false));
    Err(problems)
}

fn fields(
    known: &[FieldDef],
    typed: &Body,
    prefix: &str,
    problems: &mut Vec<FieldProblem>,
) -> Body {
    let mut body = Body::new();
    for (name, value) in typed {
        let path = format!("{prefix}{}", name.chars().take(60).collect::<String>());
        let Some(field) = known.iter().find(|f| f.id == name) else {
            problems.push(unknown(path, known));
            continue;
        };
        if value.is_null() {
            if prefix.is_empty() {
                body.insert(name.clone(), Value::Null);
            }
            continue;
        }
        if let Some(value) = stored(field, value, &path, problems) {
            body.insert(name.clone(), value);
        }
    }
    body
}

fn stored(
    field: &FieldDef,
    value: &Value,
    path: &str,
    problems: &mut Vec<FieldProblem>,
) -> Option<Value> {
    match &field.kind {
        FieldKind::Time => match value.as_str().and_then(instant) {
            Some(time) => Some(time.millis().into()),
            None => {
                problems.push(wrong(field, path));
                None
            }
        },
        FieldKind::Rows(columns) => {
            let Some(rows) = value.as_array() else {
                problems.push(wrong(field, path));
                return None;
            };
            let mut stored = Vec::with_capacity(rows.len());
            for (i, row) in rows.iter().enumerate() {
                match row.as_object() {
                    Some(row) => {
                        let prefix = format!("{path}[{i}].");
                        stored.push(Value::Object(fields(columns, row, &prefix, problems)));
                    }
                    None => problems.push(wrong(field, &format!("{path}[{i}]"))),
                }
            }
            Some(Value::Array(stored))
        }
        _ => Some(value.clone()),
    }
}

/// What a field takes in the API, in words.
pub fn takes(field: &FieldDef) -> Message {
    match field.kind {
        FieldKind::Time => Message::new(
            "時差のついた日時（RFC 3339。例: 2026-11-21T14:03:00+09:00）",
            "a time with its offset (RFC 3339, such as 2026-11-21T14:03:00+09:00)",
        ),
        FieldKind::Bool => Message::new("true または false", "true or false"),
        _ => {
            let (ja, en) = validate::expected(&field.kind);
            Message::new(ja, en)
        }
    }
}

/// The problem of a value that is not of its field's kind.
pub fn wrong(field: &FieldDef, path: &str) -> FieldProblem {
    let takes = takes(field);
    FieldProblem::new(
        path,
        "wrong_type",
        Message::new(
            format!("「{}」には{}を入れてください。", field.label.ja, takes.ja),
            format!("\"{}\" takes {}.", field.label.en, takes.en),
        ),
    )
}

fn unknown(path: String, known: &[FieldDef]) -> FieldProblem {
    let names: Vec<&str> = known.iter().map(|f| f.id).collect();
    let names = names.join(", ");
    let message = Message::new(
        format!("「{path}」という項目はありません。使える項目: {names}"),
        format!("There is no field \"{path}\". Known fields: {names}"),
    );
    FieldProblem::new(path, "unknown_field", message)
}

/// One value of a field from the text of an address: what an entry is compared with.
pub fn from_address(field: &FieldDef, text: &str) -> Result<Value, FieldProblem> {
    let value = match &field.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Texts => Some(text.into()),
        FieldKind::Int | FieldKind::Yen | FieldKind::Minutes => {
            text.parse::<i64>().ok().map(Value::from)
        }
        FieldKind::Bool => text.parse::<bool>().ok().map(Value::from),
        FieldKind::Date => Date::parse(text).map(|d| d.to_string().into()),
        // A `+` of an offset is a space once the address is decoded.
        FieldKind::Time => instant(&text.replace(' ', "+")).map(|t| t.millis().into()),
        FieldKind::Choice(set) | FieldKind::Choices(set) => {
            set.option(text).map(|o| Value::from(o.id))
        }
        FieldKind::Ref(_) | FieldKind::Refs(_) => {
            RecordId::parse(text).map(|id| id.as_str().into())
        }
        FieldKind::AnyRef => AnyRef::parse(text).map(|r| r.to_string().into()),
        FieldKind::Rows(_) => None,
    };
    value.ok_or_else(|| wrong(field, field.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use okiagari_model::{REGISTERS, register};
    use serde_json::json;

    fn object(value: Value) -> Body {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn instants_need_their_offset() {
        let noon = instant("2026-11-21T12:00:00Z").unwrap();
        assert_eq!(noon.rfc3339(), "2026-11-21T12:00:00.000Z");
        assert_eq!(instant("2026-11-21T21:00:00.000+09:00"), Some(noon));
        assert_eq!(instant("2026-11-21t12:00:00.000000001z"), Some(noon));
        for bad in [
            "2026-11-21T12:00:00",
            "2026-11-21 12:00:00Z",
            "2026-11-21T12:00Z",
            "2026-02-30T12:00:00Z",
            "2026-11-21T12:00:00.Z",
            "2026-11-21T12:00:00+0900",
            "2026-11-21T12:00:00Zあ",
            "1763726400000",
            "",
            "あ",
        ] {
            assert_eq!(instant(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn times_change_form_in_fields_and_in_rows() {
        let def = register("evidence").unwrap();
        let typed = object(json!({
            "name": "disk",
            "taken_at": "2026-11-21T12:00:00Z",
            "custody": [{"at": "2026-11-21T12:00:00+00:00", "from": "a", "to": "b", "why": null}],
            "note": null,
        }));
        let body = incoming(def, &typed).unwrap();
        let ms = 1_795_262_400_000_i64;
        assert_eq!(
            Value::Object(body.clone()),
            json!({
                "name": "disk",
                "taken_at": ms,
                "custody": [{"at": ms, "from": "a", "to": "b"}],
                "note": null,
            })
        );
        let back = outgoing(def.fields, &body);
        assert_eq!(back["custody"][0]["at"], "2026-11-21T12:00:00.000Z");
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let def = register("evidence").unwrap();
        let typed = object(json!({
            "nmae": "x",
            "_ended": 1,
            "taken_at": 1_795_262_400_000_i64,
            "kind": "nothing",
            "name": "x".repeat(500),
            "custody": [{"at": "noon"}, 3],
        }));
        let problems = incoming(def, &typed).unwrap_err();
        let found: Vec<(&str, &str)> =
            problems.iter().map(|p| (p.field.as_str(), p.code)).collect();
        for expected in [
            ("nmae", "unknown_field"),
            ("_ended", "unknown_field"),
            ("taken_at", "wrong_type"),
            ("kind", "wrong_type"),
            ("name", "too_long"),
            ("custody[0].at", "wrong_type"),
            ("custody[1]", "wrong_type"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
    }

    #[test]
    fn program_fields_never_leave_in_a_body() {
        for def in REGISTERS {
            let body = object(json!({"_reason": "x", "_ended": 5, "_origin": "demo"}));
            assert!(outgoing(def.fields, &body).is_empty(), "{}", def.id);
        }
    }

    #[test]
    fn an_address_gives_values_by_kind() {
        let def = register("evidence").unwrap();
        let field = |id: &str| def.field(id).unwrap();
        let read = |id: &str, text: &str| from_address(field(id), text).ok();
        assert_eq!(
            read("taken_at", "2026-11-21T21:00:00 09:00"),
            Some(json!(1_795_262_400_000_i64))
        );
        assert_eq!(read("kind", "log"), Some(json!("log")));
        assert_eq!(read("kind", "ログ"), None);
        assert_eq!(read("size", "12"), Some(json!(12)));
        assert_eq!(read("size", "1.5"), None);
        assert_eq!(read("custody", "x"), None);
        assert_eq!(read("incident", "../x"), None);
    }
}
