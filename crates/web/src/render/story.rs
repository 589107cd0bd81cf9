//! The history of a record as a readable story.

use super::{View, value};
use crate::frame::role_names;
use crate::html::{Html, enc, esc};
use crate::put;
use okiagari_app::history::{FieldChange, HistoryEntry};
use okiagari_model::{Record, RegisterDef};

/// The entries, newest first, under the days they happened. `brief` leaves out what the first
/// revision held: the facts beside it say it.
pub fn story(view: &View<'_>, record: &Record, entries: &[HistoryEntry], brief: bool) -> Html {
    let mut out = Html::new();
    let mut day = None;
    out.raw("<ol class=\"story\">");
    for entry in entries {
        let today = entry.at.date(view.zone);
        if today != day {
            day = today;
            if let Some(d) = today {
                put!(out, "<li class=\"story-day\">{}</li>", esc(&d.show(view.lang)));
            }
        }
        let roles: Vec<&str> = entry.role.split('+').filter(|r| !r.is_empty()).collect();
        put!(
            out,
            "<li class=\"story-item\"><p class=\"story-head\"><time datetime=\"{}\">{}</time> <b>{}</b> <span class=\"story-role\">{}</span></p><p class=\"story-what\">{}",
            entry.at.rfc3339(),
            entry.at.show_clock(view.zone),
            esc(&entry.actor),
            esc(&shown_roles(view, &roles)),
            esc(&what(view, record.def, &entry.action))
        );
        if let Some(reason) = &entry.reason {
            put!(out, "{}<q>{}</q>", view.t("：", ": "), esc(reason));
        }
        out.raw("</p>");
        if !(brief && entry.rev == 1) {
            out.raw(&differences(view, &entry.changes, entry.rev == 1).0);
        }
        put!(
            out,
            "<a class=\"story-proof\" href=\"/r/{}/{}/proof?rev={}\">{} #{}</a></li>",
            record.def.id,
            enc(record.id.as_str()),
            entry.rev,
            view.t("第{}版・証跡", "Revision {}, leaf").replace("{}", &entry.rev.to_string()),
            entry.leaf
        );
    }
    out.raw("</ol>");
    out
}

fn shown_roles(view: &View<'_>, roles: &[&str]) -> String {
    match roles {
        ["system"] => view.t("仕組み", "the program").to_owned(),
        ["public"] => view.t("アカウントなし", "without an account").to_owned(),
        roles => role_names(roles, view.lang),
    }
}

/// An action of the log in words.
///
/// A record may be written by a step of another register's record (a report becomes an incident),
/// so the register is the one that the action names.
pub fn what(view: &View<'_>, def: &'static RegisterDef, action: &str) -> String {
    let (register, verb) = action.split_once('.').unwrap_or(("", action));
    let def = okiagari_model::register(register).unwrap_or(def);
    if let Some(step) = verb.strip_prefix("step.") {
        let label =
            def.flow.and_then(|f| f.transition(step)).map_or(step, |t| t.label.get(view.lang));
        return view.t("「{}」を行いました", "Took the step \"{}\"").replace("{}", label);
    }
    match verb {
        "create" => view.t("登録しました", "Registered"),
        "edit" => view.t("変えました", "Changed"),
        "end" => view.t("終了しました", "Ended"),
        "erase" => view.t("個人情報を消去しました", "Erased personal data"),
        other => other,
    }
    .to_owned()
}

/// What was and what is, field by field.
pub fn differences(view: &View<'_>, changes: &[FieldChange], first: bool) -> Html {
    let mut out = Html::new();
    if changes.is_empty() {
        return out;
    }
    out.raw("<dl class=\"diff\">");
    for c in changes {
        put!(out, "<div><dt>{}</dt><dd>", esc(c.field.label.get(view.lang)));
        if c.erased {
            put!(
                out,
                "<span class=\"chip\" data-state=\"ended\">{}</span>",
                view.t("消去済み", "Erased")
            );
        } else {
            match &c.old {
                Some(old) => put!(out, "<del>{}</del> ", esc(&value::plain(view, c.field, old))),
                None if !first => {
                    put!(out, "<del class=\"blank\">{}</del> ", view.t("空", "empty"))
                }
                None => {}
            }
            match &c.new {
                Some(new) => put!(out, "<ins>{}</ins>", esc(&value::plain(view, c.field, new))),
                None => put!(out, "<ins class=\"blank\">{}</ins>", view.t("空", "empty")),
            }
        }
        out.raw("</dd></div>");
    }
    out.raw("</dl>");
    out
}
