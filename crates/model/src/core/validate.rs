//! Checks a body against its register, and reads typed text from forms, CSV and the API.

use super::def::{FieldDef, FieldKind, RegisterDef};
use super::ids::RecordId;
use super::text::Message;
use super::time::{Date, Time, Zone};
use super::value::{AnyRef, Body, FieldProblem};
use serde_json::Value;

/// Largest whole number that canonical JSON carries exactly (2^53 - 1).
const LARGEST: u64 = 9_007_199_254_740_991;

/// Checks every field of a body: known, of its kind, within bounds. `complete` also asks for the
/// required ones. Fields beginning with `_` are the program's own.
pub fn check(def: &RegisterDef, body: &Body, complete: bool) -> Vec<FieldProblem> {
    let mut problems = check_fields(def.fields, body, complete, "");
    for name in body.keys().filter(|k| !k.starts_with('_')) {
        if def.field(name).is_none() {
            problems.push(unknown(name, def.fields));
        }
    }
    if let Some(more) = def.check.filter(|_| problems.is_empty()) {
        problems.extend(more(body));
    }
    problems
}

fn check_fields(
    fields: &'static [FieldDef],
    body: &Body,
    complete: bool,
    prefix: &str,
) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for field in fields {
        let name = format!("{prefix}{}", field.id);
        match body.get(field.id) {
            None if complete && field.required && !erased(body, field.id) => {
                problems.push(FieldProblem::new(
                    name,
                    "required",
                    Message::new(
                        format!("「{}」を入れてください。", field.label.ja),
                        format!("Please give \"{}\".", field.label.en),
                    ),
                ))
            }
            None => {}
            Some(value) => check_value(field, value, &name, complete, &mut problems),
        }
    }
    problems
}

fn erased(body: &Body, field: &str) -> bool {
    body.get(super::record::ERASED)
        .and_then(Value::as_array)
        .is_some_and(|list| list.iter().any(|f| f.as_str() == Some(field)))
}

fn unknown(name: &str, fields: &[FieldDef]) -> FieldProblem {
    let known: Vec<&str> = fields.iter().filter(|f| !f.system).map(|f| f.id).collect();
    let shown: String = name.chars().take(60).collect();
    FieldProblem::new(
        shown.clone(),
        "unknown_field",
        Message::new(
            format!("「{shown}」という項目はありません。使える項目: {}", known.join(", ")),
            format!("There is no field \"{shown}\". Known fields: {}", known.join(", ")),
        ),
    )
}

fn check_value(
    field: &FieldDef,
    value: &Value,
    name: &str,
    complete: bool,
    out: &mut Vec<FieldProblem>,
) {
    let wrong = |out: &mut Vec<FieldProblem>| {
        let (ja, en) = expected(&field.kind);
        out.push(FieldProblem::new(
            name,
            "wrong_type",
            Message::new(
                format!("「{}」には{ja}を入れてください。", field.label.ja),
                format!("\"{}\" takes {en}.", field.label.en),
            ),
        ));
    };
    let ok = match &field.kind {
        FieldKind::Text | FieldKind::LongText => match value.as_str() {
            Some(text) => {
                check_text(field, text, name, out);
                true
            }
            None => false,
        },
        FieldKind::Int | FieldKind::Yen | FieldKind::Time => {
            value.as_i64().is_some_and(|n| n.unsigned_abs() <= LARGEST)
        }
        FieldKind::Minutes => value.as_i64().is_some_and(|m| (0..=52_560_000).contains(&m)),
        FieldKind::Bool => value.is_boolean(),
        FieldKind::Date => value.as_str().and_then(Date::parse).is_some(),
        FieldKind::Choice(set) => value.as_str().is_some_and(|v| set.option(v).is_some()),
        FieldKind::Ref(_) => value.as_str().and_then(RecordId::parse).is_some(),
        FieldKind::AnyRef => value.as_str().and_then(AnyRef::parse).is_some(),
        FieldKind::Choices(set) => {
            list(field, value, name, out, |v| v.as_str().is_some_and(|v| set.option(v).is_some()))
        }
        FieldKind::Refs(_) => {
            list(field, value, name, out, |v| v.as_str().and_then(RecordId::parse).is_some())
        }
        FieldKind::Texts => list(field, value, name, out, |v| {
            v.as_str().is_some_and(|t| t.chars().count() <= 2_000)
        }),
        FieldKind::Rows(columns) => rows(field, columns, value, name, complete, out),
    };
    if !ok {
        wrong(out);
    }
}

fn check_text(field: &FieldDef, text: &str, name: &str, out: &mut Vec<FieldProblem>) {
    let length = text.chars().count();
    if length > field.max as usize {
        out.push(FieldProblem::new(
            name,
            "too_long",
            Message::new(
                format!("「{}」は{}文字までです（いま{length}文字）。", field.label.ja, field.max),
                format!(
                    "\"{}\" takes up to {} characters ({length} now).",
                    field.label.en, field.max
                ),
            ),
        ));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        out.push(FieldProblem::new(
            name,
            "control_character",
            Message::new(
                format!(
                    "「{}」に、表示できない制御文字が入っています。取り除いてください。",
                    field.label.ja
                ),
                format!("\"{}\" holds control characters; please remove them.", field.label.en),
            ),
        ));
    }
}

fn list(
    field: &FieldDef,
    value: &Value,
    name: &str,
    out: &mut Vec<FieldProblem>,
    one: impl Fn(&Value) -> bool,
) -> bool {
    let Some(entries) = value.as_array() else { return false };
    too_many(field, entries.len(), name, out);
    entries.iter().all(one)
}

fn too_many(field: &FieldDef, n: usize, name: &str, out: &mut Vec<FieldProblem>) {
    if n > field.max as usize {
        out.push(FieldProblem::new(
            name,
            "too_many",
            Message::new(
                format!("「{}」は{}件までです（いま{n}件）。", field.label.ja, field.max),
                format!("\"{}\" takes up to {} entries ({n} now).", field.label.en, field.max),
            ),
        ));
    }
}

fn rows(
    field: &FieldDef,
    columns: &'static [FieldDef],
    value: &Value,
    name: &str,
    complete: bool,
    out: &mut Vec<FieldProblem>,
) -> bool {
    let Some(entries) = value.as_array() else { return false };
    too_many(field, entries.len(), name, out);
    for (i, entry) in entries.iter().enumerate() {
        let Some(row) = entry.as_object() else { return false };
        let prefix = format!("{name}[{i}].");
        out.extend(check_fields(columns, row, complete, &prefix));
        for key in row.keys().filter(|k| !columns.iter().any(|c| c.id == k.as_str())) {
            out.push(unknown(&format!("{prefix}{key}"), columns));
        }
    }
    true
}

/// What a field takes, in words.
pub fn expected(kind: &FieldKind) -> (String, String) {
    let of = |set: &super::def::ChoiceDef| {
        let ja: Vec<&str> = set.options.iter().map(|o| o.label.ja).collect();
        let en: Vec<String> =
            set.options.iter().map(|o| format!("{} ({})", o.label.en, o.id)).collect();
        (format!("次のどれか（{}）", ja.join("、")), format!("one of: {}", en.join(", ")))
    };
    let text = |ja: &str, en: &str| (ja.to_owned(), en.to_owned());
    match kind {
        FieldKind::Text | FieldKind::LongText => text("文字", "text"),
        FieldKind::Int => text("整数", "a whole number"),
        FieldKind::Yen => text("円の金額（整数）", "an amount in whole yen"),
        FieldKind::Minutes => text("0以上の分数", "a number of minutes, 0 or more"),
        FieldKind::Bool => text("はい・いいえ", "yes or no"),
        FieldKind::Date => text("日付（例: 2026-11-21）", "a day such as 2026-11-21"),
        FieldKind::Time => text("日時（例: 2026-11-21 14:03）", "a time such as 2026-11-21 14:03"),
        FieldKind::Choice(set) | FieldKind::Choices(set) => of(set),
        FieldKind::Ref(_) | FieldKind::Refs(_) | FieldKind::AnyRef => {
            text("登録済みの記録", "an existing record")
        }
        FieldKind::Texts => text("文字の一覧", "a list of texts"),
        FieldKind::Rows(_) => text("行の一覧", "a list of rows"),
    }
}

/// Reads one field from the text of a form, CSV cell or command line. Empty text is `None`.
/// Lists are split at line breaks or `;`. References are ids here; names are resolved before.
pub fn from_text(field: &FieldDef, text: &str, zone: &Zone) -> Result<Option<Value>, FieldProblem> {
    let text = match field.kind {
        FieldKind::LongText => text.trim_end(),
        _ => text.trim(),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let value = match &field.kind {
        FieldKind::Text => Some(Value::from(text)),
        FieldKind::LongText => Some(Value::from(text.replace("\r\n", "\n"))),
        FieldKind::Int | FieldKind::Yen | FieldKind::Minutes => number(text).map(Value::from),
        FieldKind::Bool => yes_no(text).map(Value::from),
        FieldKind::Date => Date::parse(&text.replace('/', "-")).map(|d| Value::from(d.to_string())),
        FieldKind::Time => {
            Time::parse(&text.replace('/', "-"), zone).map(|t| Value::from(t.millis()))
        }
        FieldKind::Choice(set) => option(set, text).map(Value::from),
        FieldKind::Choices(set) => split(text)
            .map(|t| option(set, t).map(Value::from))
            .collect::<Option<Vec<_>>>()
            .map(Value::from),
        FieldKind::Ref(_) => RecordId::parse(text).map(|id| Value::from(id.as_str())),
        FieldKind::AnyRef => AnyRef::parse(text).map(|r| Value::from(r.to_string())),
        FieldKind::Refs(_) => split(text)
            .map(|t| RecordId::parse(t).map(|id| Value::from(id.as_str())))
            .collect::<Option<Vec<_>>>()
            .map(Value::from),
        FieldKind::Texts => Some(Value::from(split(text).map(Value::from).collect::<Vec<_>>())),
        FieldKind::Rows(_) => serde_json::from_str::<Value>(text).ok().filter(Value::is_array),
    };
    value.map(Some).ok_or_else(|| {
        let (ja, en) = expected(&field.kind);
        FieldProblem::new(
            field.id,
            "wrong_type",
            Message::new(
                format!("「{}」には{ja}を入れてください。", field.label.ja),
                format!("\"{}\" takes {en}.", field.label.en),
            ),
        )
    })
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', ';']).map(str::trim).filter(|t| !t.is_empty())
}

fn number(text: &str) -> Option<i64> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | '円' | '分' | '¥' | '￥'))
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
            other => other,
        })
        .collect();
    plain.trim().parse().ok()
}

fn yes_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" | "はい" | "○" | "有" => Some(true),
        "0" | "false" | "no" | "off" | "いいえ" | "×" | "無" => Some(false),
        _ => None,
    }
}

fn option(set: &super::def::ChoiceDef, text: &str) -> Option<&'static str> {
    set.options
        .iter()
        .find(|o| o.id == text || o.label.ja == text || o.label.en.eq_ignore_ascii_case(text))
        .map(|o| o.id)
}

/// A value as people read it. References are shown as ids here; screens resolve them to names.
pub fn show(field: &FieldDef, value: &Value, lang: super::text::Lang, zone: &Zone) -> String {
    match &field.kind {
        FieldKind::Bool => match value.as_bool() {
            Some(true) => lang.t("はい", "Yes").to_owned(),
            _ => lang.t("いいえ", "No").to_owned(),
        },
        FieldKind::Date => {
            value.as_str().and_then(Date::parse).map_or_else(String::new, |d| d.show(lang))
        }
        FieldKind::Time => {
            value.as_i64().map_or_else(String::new, |ms| Time::from_millis(ms).show(lang, zone))
        }
        FieldKind::Minutes => value.as_i64().map_or_else(String::new, |m| minutes(m, lang)),
        FieldKind::Yen => value
            .as_i64()
            .map_or_else(String::new, |y| lang.t("{}円", "¥{}").replace("{}", &grouped(y))),
        FieldKind::Choice(set) => value.as_str().map_or_else(String::new, |v| {
            set.option(v).map_or(v, |o| o.label.get(lang)).to_owned()
        }),
        FieldKind::Choices(set) => join(value, lang, |v| {
            v.as_str().map_or_else(String::new, |v| {
                set.option(v).map_or(v, |o| o.label.get(lang)).to_owned()
            })
        }),
        FieldKind::Refs(_) | FieldKind::Texts => {
            join(value, lang, |v| v.as_str().unwrap_or_default().to_owned())
        }
        FieldKind::Rows(columns) => join(value, lang, |row| {
            columns
                .iter()
                .filter_map(|c| row.get(c.id).map(|v| show(c, v, lang, zone)))
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(" / ")
        }),
        FieldKind::Int => value.as_i64().map_or_else(String::new, |n| n.to_string()),
        FieldKind::Text | FieldKind::LongText | FieldKind::Ref(_) | FieldKind::AnyRef => {
            value.as_str().unwrap_or_default().to_owned()
        }
    }
}

fn join(value: &Value, lang: super::text::Lang, one: impl Fn(&Value) -> String) -> String {
    let parts: Vec<String> = value.as_array().into_iter().flatten().map(one).collect();
    parts.join(lang.t("、", ", "))
}

/// A duration as people say it: `1日4時間`, `90分`.
pub fn minutes(total: i64, lang: super::text::Lang) -> String {
    let (days, hours, rest) = (total / 1_440, total % 1_440 / 60, total % 60);
    let mut parts = Vec::new();
    for (n, ja, en) in [(days, "日", "d"), (hours, "時間", "h"), (rest, "分", "min")] {
        if n != 0 {
            parts.push(lang.t(&format!("{n}{ja}"), &format!("{n} {en}")).to_owned());
        }
    }
    if parts.is_empty() {
        return lang.t("0分", "0 min").to_owned();
    }
    parts.join(lang.t("", " "))
}

fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    if n < 0 { format!("-{out}") } else { out }
}
