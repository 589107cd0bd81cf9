//! A stored value as people see it.

use super::View;
use crate::frame::record_href;
use crate::html::{Html, chip, esc, state_of_tone};
use crate::{markup, put};
use okiagari_model::{AnyRef, ChoiceDef, FieldDef, FieldKind, Time, Tone, Value, validate};

/// A value with links and chips, for facts and tables.
pub fn show(view: &View<'_>, field: &FieldDef, value: &Value) -> Html {
    match &field.kind {
        FieldKind::Choice(set) => option(view, set, value),
        FieldKind::Choices(set) => join(value, " ", |v| option(view, set, v)),
        FieldKind::Ref(register) => reference(view, register, value),
        FieldKind::Refs(register) => {
            join(value, view.t("、", ", "), |v| reference(view, register, v))
        }
        FieldKind::AnyRef => match value.as_str().and_then(AnyRef::parse) {
            Some(any) => reference(view, &any.register, &Value::from(any.id.as_str())),
            None => Html::new(),
        },
        FieldKind::LongText => lines(value.as_str().unwrap_or_default()),
        FieldKind::Time => match value.as_i64().map(Time::from_millis) {
            Some(at) => markup!(
                "<time datetime=\"{}\">{}</time>",
                at.rfc3339(),
                esc(&at.show(view.lang, view.zone))
            ),
            None => Html::new(),
        },
        FieldKind::Texts => list(value),
        FieldKind::Rows(columns) => rows(view, columns, value),
        _ => text(view, field, value),
    }
}

/// A value in one line without links, for differences and selections.
pub fn plain(view: &View<'_>, field: &FieldDef, value: &Value) -> String {
    let title = |register: &str, v: &Value| {
        let id = v.as_str().unwrap_or_default();
        view.titles
            .title(register, id)
            .unwrap_or_else(|| view.t("（見られない記録）", "(a record you cannot see)").to_owned())
    };
    match &field.kind {
        FieldKind::Ref(register) => title(register, value),
        FieldKind::Refs(register) => {
            let all: Vec<String> =
                value.as_array().into_iter().flatten().map(|v| title(register, v)).collect();
            all.join(view.t("、", ", "))
        }
        FieldKind::AnyRef => match value.as_str().and_then(AnyRef::parse) {
            Some(any) => title(&any.register, &Value::from(any.id.as_str())),
            None => String::new(),
        },
        FieldKind::Rows(columns) => {
            let cells = |row: &Value| -> String {
                let all: Vec<String> = columns
                    .iter()
                    .filter_map(|c| Some(plain(view, c, row.get(c.id)?)))
                    .filter(|t| !t.is_empty())
                    .collect();
                all.join(" / ")
            };
            let rows: Vec<String> = value.as_array().into_iter().flatten().map(cells).collect();
            rows.join(view.t("、", ", "))
        }
        _ => validate::show(field, value, view.lang, view.zone),
    }
}

fn text(view: &View<'_>, field: &FieldDef, value: &Value) -> Html {
    markup!("{}", esc(&validate::show(field, value, view.lang, view.zone)))
}

fn option(view: &View<'_>, set: &ChoiceDef, value: &Value) -> Html {
    let id = value.as_str().unwrap_or_default();
    match set.option(id) {
        Some(o) if o.tone == Tone::Plain => markup!("{}", esc(o.label.get(view.lang))),
        Some(o) => chip(state_of_tone(o.tone), o.label.get(view.lang)),
        None => markup!("{}", esc(id)),
    }
}

fn reference(view: &View<'_>, register: &str, value: &Value) -> Html {
    let id = value.as_str().unwrap_or_default();
    match view.titles.title(register, id) {
        Some(title) => {
            markup!("<a href=\"{}\">{}</a>", record_href(register, id), esc(&title))
        }
        None => markup!(
            "<span class=\"quiet\">{}</span>",
            view.t("見られない記録", "a record you cannot see")
        ),
    }
}

fn join(value: &Value, with: &str, one: impl Fn(&Value) -> Html) -> Html {
    let all: Vec<String> = value.as_array().into_iter().flatten().map(|v| one(v).0).collect();
    Html(all.join(with))
}

/// Text of several lines as paragraphs.
pub fn lines(text: &str) -> Html {
    let mut out = Html::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        put!(out, "<p>{}</p>", esc(line));
    }
    out
}

fn list(value: &Value) -> Html {
    let mut out = Html::new();
    out.raw("<ul>");
    for entry in value.as_array().into_iter().flatten().filter_map(Value::as_str) {
        put!(out, "<li>{}</li>", esc(entry));
    }
    out.raw("</ul>");
    out
}

fn rows(view: &View<'_>, columns: &[FieldDef], value: &Value) -> Html {
    let mut out = Html::new();
    out.raw("<div class=\"table-wrap\"><table class=\"table is-dense\"><thead><tr>");
    for column in columns {
        put!(out, "<th scope=\"col\">{}</th>", esc(column.label.get(view.lang)));
    }
    out.raw("</tr></thead><tbody>");
    for row in value.as_array().into_iter().flatten().filter_map(Value::as_object) {
        out.raw("<tr>");
        for column in columns {
            let cell = row.get(column.id).map(|v| show(view, column, v)).unwrap_or_default();
            put!(out, "<td data-label=\"{}\">{cell}</td>", esc(column.label.get(view.lang)));
        }
        out.raw("</tr>");
    }
    out.raw("</tbody></table></div>");
    out
}
