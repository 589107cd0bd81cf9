//! A register as a table.

use super::{View, value};
use crate::frame::record_href;
use crate::html::{Html, esc, sev};
use crate::put;
use okiagari_app::ListPage;
use okiagari_model::{FieldDef, FieldKind, Record, RegisterDef};

/// What a table is made from.
pub struct Table<'a> {
    /// Register.
    pub def: &'static RegisterDef,
    /// Columns in order; the one that names the record comes first whatever stands here.
    pub columns: &'a [&'static FieldDef],
    /// Records, names, findings.
    pub page: &'a ListPage,
    /// Present order: field, and whether downwards.
    pub sort: (&'a str, bool),
    /// The address that sorts by `field` or `-field`.
    pub sort_href: &'a dyn Fn(&str) -> String,
    /// Whether rows can be chosen.
    pub choose: bool,
}

impl Table<'_> {
    /// The table.
    pub fn draw(&self, view: &View<'_>) -> Html {
        let columns: Vec<&'static FieldDef> =
            self.columns.iter().copied().filter(|f| !f.title && f.auto_number.is_none()).collect();
        let mut out = Html::new();
        put!(
            out,
            "<div class=\"table-wrap{}\"><table class=\"table is-cards\" data-rowkeys><thead><tr>",
            if columns.len() > 7 { " is-wide" } else { "" }
        );
        if self.choose {
            put!(
                out,
                "<th class=\"cell-check\"><input type=\"checkbox\" data-bulk-all aria-label=\"{}\"></th>",
                view.t("すべて選ぶ", "Choose all")
            );
        }
        let name = self.def.title_field();
        match name {
            Some(field) => self.head(view, field, &mut out),
            None => put!(out, "<th scope=\"col\">{}</th>", esc(self.def.label.get(view.lang))),
        }
        for field in &columns {
            self.head(view, field, &mut out);
        }
        out.raw("</tr></thead><tbody>");
        for record in &self.page.records {
            self.row(view, record, &columns, &mut out);
        }
        out.raw("</tbody></table></div>");
        out
    }

    fn head(&self, view: &View<'_>, field: &'static FieldDef, out: &mut Html) {
        let label = esc(field.label.get(view.lang));
        let class = if number(field) { " class=\"num\"" } else { "" };
        if !sortable(field) {
            put!(out, "<th scope=\"col\"{class}>{label}</th>");
            return;
        }
        let (by, down) = self.sort;
        let (aria, next) = match (by == field.id, down) {
            (true, false) => (" aria-sort=\"ascending\"", format!("-{}", field.id)),
            (true, true) => (" aria-sort=\"descending\"", field.id.to_owned()),
            (false, _) => ("", field.id.to_owned()),
        };
        put!(
            out,
            "<th scope=\"col\"{class}{aria}><a href=\"{}\" data-fragment=\"#list\">{label}</a></th>",
            esc(&(self.sort_href)(&next))
        );
    }

    fn row(&self, view: &View<'_>, record: &Record, columns: &[&'static FieldDef], out: &mut Html) {
        let title = record.title();
        out.raw(if record.ended() { "<tr class=\"is-past\">" } else { "<tr>" });
        if self.choose {
            put!(
                out,
                "<td class=\"cell-check\"><input type=\"checkbox\" name=\"id\" value=\"{}\" data-bulk-item aria-label=\"{}\"></td>",
                esc(record.id.as_str()),
                esc(&view.t("「{}」を選ぶ", "Choose \"{}\"").replace("{}", &title))
            );
        }
        put!(
            out,
            "<td class=\"cell-main\" data-label=\"{}\"><a href=\"{}\" data-row-link>{}</a>",
            esc(self.def.title_field().map_or("", |f| f.label.get(view.lang))),
            record_href(self.def.id, record.id.as_str()),
            esc(&title)
        );
        if let Some((n, worst)) = self.page.findings.get(&record.id) {
            put!(
                out,
                " <span class=\"chip\" data-sev=\"{}\">{}</span>",
                sev(*worst),
                view.t("不備 {}", if *n == 1 { "{} finding" } else { "{} findings" })
                    .replace("{}", &n.to_string())
            );
        }
        if record.ended() {
            put!(
                out,
                " <span class=\"chip\" data-state=\"ended\">{}</span>",
                view.t("終了", "Ended")
            );
        }
        out.raw("</td>");
        for field in columns {
            put!(
                out,
                "<td{} data-label=\"{}\">{}</td>",
                if number(field) { " class=\"num\"" } else { "" },
                esc(field.label.get(view.lang)),
                cell(view, field, record)
            );
        }
        out.raw("</tr>");
    }
}

fn cell(view: &View<'_>, field: &'static FieldDef, record: &Record) -> Html {
    let Some(v) = record.body.get(field.id) else {
        let mut out = Html::new();
        match field.kind {
            FieldKind::Bool => put!(out, "{}", view.t("いいえ", "No")),
            _ => put!(out, "<span class=\"blank\">{}</span>", view.t("空", "empty")),
        }
        return out;
    };
    match field.kind {
        FieldKind::LongText => {
            let text = v.as_str().unwrap_or_default();
            let short: String = text.chars().take(80).collect();
            let more = if text.chars().count() > 80 { "…" } else { "" };
            crate::markup!("{}{more}", esc(&short))
        }
        FieldKind::Time => match v.as_i64().map(okiagari_model::Time::from_millis) {
            Some(at) => crate::markup!(
                "<time datetime=\"{}\">{}</time>",
                at.rfc3339(),
                esc(&view.short(at))
            ),
            None => Html::new(),
        },
        FieldKind::Rows(_) | FieldKind::Texts => {
            let n = v.as_array().map_or(0, Vec::len);
            crate::markup!("{}", view.t("{}件", "{}").replace("{}", &n.to_string()))
        }
        _ => value::show(view, field, v),
    }
}

fn number(field: &FieldDef) -> bool {
    matches!(field.kind, FieldKind::Int | FieldKind::Yen | FieldKind::Minutes)
}

/// Fields with one value that has an order.
pub fn sortable(field: &FieldDef) -> bool {
    matches!(
        field.kind,
        FieldKind::Text
            | FieldKind::Int
            | FieldKind::Yen
            | FieldKind::Minutes
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::Bool
            | FieldKind::Choice(_)
    )
}
