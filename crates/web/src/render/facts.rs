//! The facts of a record, its findings and its links.

use super::{View, value};
use crate::frame::record_href;
use crate::html::{Html, enc, esc, sev, sev_chip};
use crate::put;
use okiagari_app::read::{FindingView, LINKS_SHOWN, LinkView};
use okiagari_model::{
    DerivedDef, FieldDef, FieldKind, Record, RegisterDef, RuleDef, Unit, validate,
};

/// What is known of a record: every field that is set, and which are not.
pub fn facts(view: &View<'_>, record: &Record, edit: Option<&str>) -> Html {
    let mut out = Html::new();
    let mut unset: Vec<&FieldDef> = Vec::new();
    out.raw("<dl class=\"facts\">");
    for field in record.def.fields {
        match record.body.get(field.id) {
            Some(v) => fact(view, field, v, edit, &mut out),
            None if !field.deprecated
                && !field.system
                && !matches!(field.kind, FieldKind::Bool) =>
            {
                unset.push(field);
            }
            None => {}
        }
    }
    out.raw("</dl>");
    if !unset.is_empty() {
        put!(out, "<p class=\"quiet\">{} ", view.t("まだ空の項目：", "Still empty:"));
        let names: Vec<String> = unset
            .iter()
            .map(|f| match edit {
                Some(href) => format!(
                    "<a href=\"{}#f-{}\">{}</a>",
                    esc(href),
                    f.id,
                    esc(f.label.get(view.lang))
                ),
                None => esc(f.label.get(view.lang)).to_string(),
            })
            .collect();
        put!(out, "{}</p>", names.join(view.t("、", ", ")));
    }
    out
}

fn fact(
    view: &View<'_>,
    field: &FieldDef,
    v: &okiagari_model::Value,
    edit: Option<&str>,
    out: &mut Html,
) {
    let full = matches!(field.kind, FieldKind::LongText | FieldKind::Rows(_) | FieldKind::Texts);
    put!(
        out,
        "<div{}><dt>{}</dt><dd>{}",
        if full { " class=\"is-full\"" } else { "" },
        esc(field.label.get(view.lang)),
        value::show(view, field, v)
    );
    if let Some(href) = edit.filter(|_| !field.system) {
        put!(
            out,
            " <a class=\"fact-edit screen-only\" href=\"{}#f-{}\">{}<span class=\"sr\">: {}</span></a>",
            esc(href),
            field.id,
            view.t("直す", "Edit"),
            esc(field.label.get(view.lang))
        );
    }
    out.raw("</dd></div>");
}

/// Values that are worked out, with how.
pub fn derived(view: &View<'_>, values: &[(&'static DerivedDef, i64)]) -> Html {
    let mut out = Html::new();
    if values.is_empty() {
        return out;
    }
    out.raw("<dl class=\"facts\">");
    for (def, n) in values {
        let shown = match def.unit {
            Unit::Minutes => validate::minutes(*n, view.lang),
            Unit::Percent => format!("{n}%"),
            Unit::Count => n.to_string(),
        };
        put!(
            out,
            "<div><dt>{}</dt><dd>{} <small class=\"quiet\">{}</small></dd></div>",
            esc(def.label.get(view.lang)),
            esc(&shown),
            esc(def.formula.get(view.lang))
        );
    }
    out.raw("</dl>");
    out
}

/// What is missing or wrong, each with why, the source and how to mend.
pub fn findings(view: &View<'_>, list: &[FindingView], may_switch_off: bool) -> Html {
    let mut out = Html::new();
    out.raw("<ul class=\"findings\">");
    for f in list {
        begin(view, f, &mut out);
        put!(
            out,
            "{}</p><p class=\"finding-why\">{} {} {}",
            esc(f.message.get(view.lang)),
            esc(f.rule.why.get(view.lang)),
            esc(f.rule.mend.get(view.lang)),
            sources(f.rule)
        );
        let off = may_switch_off.then_some(f.rule.id);
        end(view, f, off, &mut out);
    }
    out.raw("</ul>");
    out
}

/// The same under a heading that already says why and how: record by record.
pub fn findings_of_rule(view: &View<'_>, list: &[FindingView]) -> Html {
    let mut out = Html::new();
    out.raw("<ul class=\"findings\">");
    for f in list {
        begin(view, f, &mut out);
        let href = record_href(f.register.id, f.id.as_str());
        put!(
            out,
            "<a href=\"{}\">{}</a></p><p class=\"finding-why\">{}",
            esc(&href),
            esc(&f.title),
            esc(f.message.get(view.lang))
        );
        end(view, f, None, &mut out);
    }
    out.raw("</ul>");
    out
}

fn begin(view: &View<'_>, f: &FindingView, out: &mut Html) {
    put!(
        out,
        "<li class=\"finding\" data-sev=\"{}\"><div><p class=\"finding-title\">{} ",
        sev(f.severity),
        sev_chip(f.severity, view.lang)
    );
}

fn end(view: &View<'_>, f: &FindingView, off: Option<&str>, out: &mut Html) {
    let mend = if f.field.is_empty() || f.register.append_only {
        record_href(f.register.id, f.id.as_str())
    } else {
        format!("/r/{}/{}/edit#f-{}", f.register.id, enc(f.id.as_str()), f.field)
    };
    put!(
        out,
        "</p></div><div class=\"actions\"><a class=\"btn btn-small btn-primary\" href=\"{}\">{}</a>",
        esc(&mend),
        view.t("直す", "Mend")
    );
    if let Some(rule) = off {
        put!(
            out,
            "<a class=\"btn btn-small btn-quiet\" href=\"/missing/off?rule={}\">{}</a>",
            enc(rule),
            view.t("うちには要らない", "Not for us")
        );
    }
    out.raw("</div></li>");
}

/// The requirements that a rule meets, as links.
pub fn sources(rule: &RuleDef) -> Html {
    let link = |id: &&str| {
        format!("<a class=\"source\" href=\"/requirements?q={0}#{0}\">{0}</a>", esc(id))
    };
    Html(rule.meets.iter().map(link).collect::<Vec<_>>().join(" "))
}

/// What the record points to and what points to it.
pub fn links(view: &View<'_>, record: &Record, incoming: &[LinkView]) -> Html {
    let mut out = Html::new();
    out.raw("<div class=\"links\">");
    for field in record.def.fields {
        let register = match field.kind {
            FieldKind::Ref(r) | FieldKind::Refs(r) => r,
            _ => continue,
        };
        let ids = record.ids(field.id);
        if ids.is_empty() {
            continue;
        }
        put!(
            out,
            "<section class=\"link-group\"><h3>{} <b class=\"count-badge\">{}</b></h3><ul>",
            esc(field.label.get(view.lang)),
            ids.len()
        );
        for id in ids {
            let v = okiagari_model::Value::from(id);
            let one = FieldDefRef { register };
            put!(out, "<li>{}</li>", one.show(view, &v));
        }
        out.raw("</ul></section>");
    }
    incoming_groups(view, incoming, &mut out);
    out.raw("</div>");
    out
}

/// Says of which registers more records point here than are shown, with the way to all of them.
pub fn links_more(view: &View<'_>, record: &Record, more: &[&'static RegisterDef]) -> Html {
    let mut out = Html::new();
    for register in more {
        let label = register.label.get(view.lang);
        put!(
            out,
            "<p class=\"notice\" data-tone=\"info\">{}",
            esc(&view
                .t(
                    "{}からのつながりは、はじめの{n}件だけを表示しています。",
                    "{}: only the first {n} links are shown."
                )
                .replace("{}", label)
                .replace("{n}", &LINKS_SHOWN.to_string()))
        );
        let pointing = register.fields.iter().find(
            |f| matches!(f.kind, FieldKind::Ref(r) | FieldKind::Refs(r) if r == record.def.id),
        );
        if let Some(field) = pointing {
            put!(
                out,
                " <a href=\"/r/{}?f.{}={}&ended=1\">{}</a>",
                register.id,
                enc(field.id),
                enc(record.id.as_str()),
                view.t("一覧ですべて見る", "See all in the list")
            );
        }
        out.raw("</p>");
    }
    out
}

struct FieldDefRef {
    register: &'static str,
}

impl FieldDefRef {
    fn show(&self, view: &View<'_>, v: &okiagari_model::Value) -> Html {
        let id = v.as_str().unwrap_or_default();
        let register =
            okiagari_model::register(self.register).map_or("", |d| d.label.get(view.lang));
        let mut out = Html::new();
        match view.titles.title(self.register, id) {
            Some(title) => put!(
                out,
                "<a href=\"{}\">{}</a> <span class=\"link-note\">{}</span>",
                record_href(self.register, id),
                esc(&title),
                esc(register)
            ),
            None => put!(
                out,
                "<span class=\"quiet\">{}</span>",
                view.t("見られない記録", "a record you cannot see")
            ),
        }
        out
    }
}

fn incoming_groups(view: &View<'_>, incoming: &[LinkView], out: &mut Html) {
    let mut groups: Vec<((&str, &str), Vec<&LinkView>)> = Vec::new();
    for link in incoming {
        let key = (link.register.id, link.field.id);
        match groups.iter_mut().find(|(k, _)| *k == key) {
            Some((_, list)) => list.push(link),
            None => groups.push((key, vec![link])),
        }
    }
    for (_, list) in groups {
        let Some(first) = list.first() else { continue };
        let more = list.len() > 6;
        put!(
            out,
            "<section class=\"link-group is-in\"><h3>{}{}{} <b class=\"count-badge\">{}</b></h3><ul>",
            esc(first.register.label.get(view.lang)),
            view.t("の", ": "),
            esc(first.field.label.get(view.lang)),
            list.len()
        );
        for (i, link) in list.iter().enumerate() {
            if more && i == 5 {
                put!(
                    out,
                    "</ul><details><summary>{}</summary><ul>",
                    view.t("ほか{}件", "{} more").replace("{}", &(list.len() - 5).to_string())
                );
            }
            put!(
                out,
                "<li><a href=\"{}\">{}</a></li>",
                record_href(link.register.id, link.id.as_str()),
                esc(&link.title)
            );
        }
        out.raw(if more { "</ul></details></section>" } else { "</ul></section>" });
    }
}
