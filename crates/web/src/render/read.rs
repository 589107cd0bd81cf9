//! From typed text to a body, and back into the fields of a form.

use crate::input::Pairs;
use okiagari_model::{
    Body, FieldDef, FieldKind, FieldProblem, Message, Time, Value, Zone, validate,
};
use std::collections::BTreeSet;

/// Fields of a stored body as a form holds them, so that one renderer serves what is stored and
/// what was typed.
pub fn pairs_of(fields: &[&'static FieldDef], body: &Body, zone: &Zone) -> Pairs {
    let mut pairs = Pairs::new();
    for field in fields {
        if let Some(value) = body.get(field.id) {
            write(field, field.id, value, zone, &mut pairs);
        }
    }
    pairs
}

fn write(field: &FieldDef, name: &str, value: &Value, zone: &Zone, pairs: &mut Pairs) {
    let mut put = |text: String| pairs.push((name.to_owned(), text));
    match &field.kind {
        FieldKind::Time => {
            if let Some(ms) = value.as_i64() {
                put(Time::from_millis(ms).input_value(zone));
            }
        }
        FieldKind::Bool => put(if value.as_bool() == Some(true) { "1" } else { "0" }.to_owned()),
        FieldKind::Int | FieldKind::Yen | FieldKind::Minutes => {
            if let Some(n) = value.as_i64() {
                put(n.to_string());
            }
        }
        FieldKind::Choices(_) | FieldKind::Refs(_) => {
            for entry in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
                put(entry.to_owned());
            }
        }
        FieldKind::Texts => {
            let all: Vec<&str> =
                value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            put(all.join("\n"));
        }
        FieldKind::Rows(columns) => {
            for (i, row) in value.as_array().into_iter().flatten().enumerate() {
                for column in *columns {
                    if let Some(cell) = row.get(column.id) {
                        write(column, &format!("{name}[{i}].{}", column.id), cell, zone, pairs);
                    }
                }
            }
        }
        _ => put(value.as_str().unwrap_or_default().to_owned()),
    }
}

/// Puts the rows of small tables in order: numbered from 0 without gaps, wholly empty ones left
/// out, so that what is wrong with a row is named by the number it is shown under.
pub fn tidy(fields: &[&'static FieldDef], pairs: &[(String, String)]) -> Pairs {
    let mut out = Pairs::new();
    for (name, value) in pairs {
        if !fields.iter().any(|f| row_of(f, name).is_some()) {
            out.push((name.clone(), value.clone()));
        }
    }
    for field in fields {
        let FieldKind::Rows(_) = field.kind else { continue };
        let mut next = 0;
        for index in row_numbers(field, pairs) {
            let cells: Vec<(&str, &str)> = pairs
                .iter()
                .filter_map(|(n, v)| {
                    row_of(field, n).filter(|(i, _)| *i == index).map(|(_, c)| (c, v.as_str()))
                })
                .collect();
            if cells.iter().all(|(_, v)| v.trim().is_empty() || *v == "0") {
                continue;
            }
            for (column, value) in cells {
                out.push((format!("{}[{next}].{column}", field.id), value.to_owned()));
            }
            next += 1;
        }
    }
    out
}

/// The row numbers of a small table that a form holds, in order.
pub fn row_numbers(field: &FieldDef, pairs: &[(String, String)]) -> BTreeSet<usize> {
    pairs.iter().filter_map(|(n, _)| row_of(field, n).map(|(i, _)| i)).collect()
}

fn row_of<'a>(field: &FieldDef, name: &'a str) -> Option<(usize, &'a str)> {
    if !matches!(field.kind, FieldKind::Rows(_)) {
        return None;
    }
    let (number, column) = name.strip_prefix(field.id)?.strip_prefix('[')?.split_once("].")?;
    Some((number.parse().ok()?, column))
}

/// Reads the fields of a form. Names beginning with `_` are the form's own; any other name that
/// is no field of the form is a problem. All problems are told at once.
pub fn body_of(
    fields: &[&'static FieldDef],
    pairs: &[(String, String)],
    zone: &Zone,
) -> (Body, Vec<FieldProblem>) {
    let mut body = Body::new();
    let mut problems = Vec::new();
    for field in fields {
        match field_of(field, field.id, pairs, zone) {
            Ok(Some(value)) => {
                body.insert(field.id.to_owned(), value);
            }
            Ok(None) => {}
            Err(found) => problems.extend(found),
        }
    }
    let mut told: Vec<&str> = Vec::new();
    for (name, _) in pairs.iter().filter(|(n, _)| !n.starts_with('_') && n != "csrf") {
        let known = fields.iter().any(|f| match f.kind {
            FieldKind::Rows(columns) => {
                row_of(f, name).is_some_and(|(_, c)| columns.iter().any(|d| d.id == c))
            }
            _ => f.id == name,
        });
        if !known && !told.contains(&name.as_str()) {
            told.push(name);
            problems.push(unknown(name));
        }
    }
    (body, problems)
}

fn unknown(name: &str) -> FieldProblem {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    let text = Message::new(
        format!("「{shown}」という項目はこの画面にありません。画面を開き直してください。"),
        format!("This form has no field \"{shown}\". Open the page again."),
    );
    FieldProblem::new(shown, "unknown_field", text)
}

fn field_of(
    field: &'static FieldDef,
    name: &str,
    pairs: &[(String, String)],
    zone: &Zone,
) -> Result<Option<Value>, Vec<FieldProblem>> {
    let mut given = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let named = |mut p: FieldProblem| {
        p.field = name.to_owned();
        vec![p]
    };
    match &field.kind {
        FieldKind::Rows(columns) => rows_of(field, columns, pairs, zone),
        FieldKind::Choices(_) | FieldKind::Refs(_) => {
            let mut all: Vec<&str> = Vec::new();
            for value in given.filter(|v| !v.trim().is_empty()) {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
            validate::from_text(field, &all.join("\n"), zone).map_err(named)
        }
        // An unticked box does not come at all; a ticked one comes behind its hidden "0".
        FieldKind::Bool => match given.next_back() {
            None | Some("0" | "") => Ok(None),
            Some(text) => validate::from_text(field, text, zone).map_err(named),
        },
        FieldKind::Texts => texts(given.next().unwrap_or_default()),
        _ => validate::from_text(field, given.next().unwrap_or_default(), zone).map_err(named),
    }
}

/// One text a line: a `;` inside a line stays.
fn texts(text: &str) -> Result<Option<Value>, Vec<FieldProblem>> {
    let all: Vec<Value> =
        text.lines().map(str::trim).filter(|l| !l.is_empty()).map(Value::from).collect();
    Ok((!all.is_empty()).then_some(Value::Array(all)))
}

fn rows_of(
    field: &'static FieldDef,
    columns: &'static [FieldDef],
    pairs: &[(String, String)],
    zone: &Zone,
) -> Result<Option<Value>, Vec<FieldProblem>> {
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    for index in row_numbers(field, pairs) {
        let mut row = Body::new();
        for column in columns {
            let name = format!("{}[{index}].{}", field.id, column.id);
            match field_of(column, &name, pairs, zone) {
                Ok(Some(value)) => {
                    row.insert(column.id.to_owned(), value);
                }
                Ok(None) => {}
                Err(found) => problems.extend(found),
            }
        }
        rows.push(Value::Object(row));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok((!rows.is_empty()).then_some(Value::Array(rows)))
}

/// What a person changed: the fields of the form that differ from the record. A field that was
/// emptied is `null`.
pub fn patch_of(fields: &[&'static FieldDef], typed: &Body, before: &Body) -> Body {
    let mut patch = Body::new();
    for field in fields {
        let (new, old) = (typed.get(field.id), before.get(field.id));
        // An unticked box and one never asked for are the same.
        let same = match field.kind {
            FieldKind::Bool => truth(new) == truth(old),
            FieldKind::LongText => {
                new.and_then(Value::as_str).map(str::trim_end)
                    == old.and_then(Value::as_str).map(str::trim_end)
            }
            // The form knows minutes only: seconds that are stored are no change.
            FieldKind::Time => minute(new) == minute(old),
            _ => new == old,
        };
        if same {
            continue;
        }
        let value = match (new, &field.kind) {
            (Some(value), _) => value.clone(),
            (None, FieldKind::Bool) => Value::Bool(false),
            (None, _) => Value::Null,
        };
        patch.insert(field.id.to_owned(), value);
    }
    patch
}

fn truth(value: Option<&Value>) -> bool {
    value.and_then(Value::as_bool).unwrap_or_default()
}

fn minute(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64).map(|ms| ms.div_euclid(60_000))
}
