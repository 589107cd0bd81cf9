//! A form over fields: labels, help, marks, errors, controls; with what it needs to survive.

use super::widget::{Control, Slot};
use crate::html::{Html, esc};
use crate::put;
use okiagari_model::{FieldDef, FieldKind, FieldProblem};

/// A field that is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// The field.
    pub field: &'static FieldDef,
    /// Whether it must be given here.
    pub required: bool,
}

/// What stands around the fields.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Where it is sent.
    pub action: String,
    /// `asset:new`, `asset:<id>`: under which name the draft is kept on the device.
    pub draft: String,
    /// Whose draft it is; opaque.
    pub owner: String,
    /// The revision that was seen.
    pub rev: Option<u32>,
    /// Further hidden fields.
    pub hidden: Vec<(&'static str, String)>,
    /// The button.
    pub submit: String,
    /// Where to go instead.
    pub cancel: String,
    /// Whether files go with it.
    pub files: bool,
    /// Whether a reason is asked for, and whether it must be given.
    pub reason: Option<bool>,
    /// A button that cannot be taken back.
    pub danger: bool,
}

/// The fields that a person types when a record is made or changed.
pub fn typed_fields(def: &'static okiagari_model::RegisterDef) -> Vec<&'static FieldDef> {
    def.fields.iter().filter(|f| !f.system && !f.deprecated && f.auto_number.is_none()).collect()
}

/// The whole form.
pub fn form(
    control: &Control<'_>,
    asks: &[Ask],
    around: &Around,
    problems: &[FieldProblem],
    above: &Html,
) -> Html {
    let view = control.view;
    let mut out = Html::new();
    put!(
        out,
        "<form class=\"form\" id=\"form\" method=\"post\" action=\"{}\" data-draft=\"{}\" data-draft-owner=\"{}\" data-draft-rev=\"{}\" data-draft-probe=\"/healthz\"{} novalidate>",
        esc(&around.action),
        esc(&around.draft),
        esc(&around.owner),
        around.rev.map_or_else(String::new, |r| r.to_string()),
        if around.files { " enctype=\"multipart/form-data\"" } else { "" }
    );
    // The first button is what Enter presses: it must be the one that saves.
    put!(
        out,
        "<button class=\"sr\" tabindex=\"-1\" aria-hidden=\"true\">{}</button>",
        esc(&around.submit)
    );
    if let Some(rev) = around.rev {
        put!(out, "<input type=\"hidden\" name=\"_rev\" value=\"{rev}\">");
    }
    let names: Vec<&str> = asks.iter().map(|a| a.field.id).collect();
    put!(out, "<input type=\"hidden\" name=\"_fields\" value=\"{}\">", esc(&names.join(",")));
    for (name, value) in &around.hidden {
        put!(out, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", esc(value));
    }
    out.raw(&summary(control, asks, problems).0);
    out.raw(&above.0);
    for ask in asks {
        out.raw(&one(control, ask, problems).0);
    }
    if let Some(required) = around.reason {
        out.raw(&reason(control, required, problems).0);
    }
    put!(
        out,
        "<div class=\"form-end\"><button class=\"btn {}\">{}</button>",
        if around.danger { "btn-danger" } else { "btn-primary" },
        esc(&around.submit)
    );
    if !around.cancel.is_empty() {
        put!(
            out,
            "<a class=\"btn btn-quiet\" href=\"{}\">{}</a>",
            esc(&around.cancel),
            view.t("やめる", "Cancel")
        );
    }
    out.raw("<p class=\"form-note\" data-draft-state></p></div></form>");
    out
}

/// Everything that is wrong, with a link to each place.
pub fn summary(control: &Control<'_>, asks: &[Ask], problems: &[FieldProblem]) -> Html {
    let mut out = Html::new();
    if problems.is_empty() {
        return out;
    }
    let title = control
        .view
        .t("{}か所を直すと保存できます", "Mend {} and it can be saved")
        .replace("{}", &problems.len().to_string());
    put!(
        out,
        "<div class=\"notice error-summary\" data-tone=\"danger\" role=\"alert\" tabindex=\"-1\" data-focus><p class=\"notice-title\">{title}</p><ul>"
    );
    for p in problems {
        let outer = p.field.split('[').next().unwrap_or_default();
        let here = asks.iter().any(|a| a.field.id == outer) || outer == "_reason";
        let text = esc(p.message.get(control.view.lang));
        if here {
            put!(out, "<li><a href=\"#f-{}\">{text}</a></li>", esc(outer));
        } else if outer.is_empty() {
            put!(out, "<li>{text}</li>");
        } else {
            put!(out, "<li><code>{}</code>: {text}</li>", esc(&p.field));
        }
    }
    out.raw("</ul></div>");
    out
}

fn reason(control: &Control<'_>, required: bool, problems: &[FieldProblem]) -> Html {
    let view = control.view;
    let wrong = problems.iter().find(|p| p.field == "_reason");
    let mut out = Html::new();
    put!(
        out,
        "<div class=\"field{}\" id=\"f-_reason\"><label for=\"_reason\">{} {}</label><p class=\"hint\" id=\"_reason-hint\">{}</p>",
        if wrong.is_some() { " is-wrong" } else { "" },
        view.t("理由", "Reason"),
        mark(control, required),
        view.t(
            "後から見た人に、なぜそうしたかが伝わります。",
            "It tells those who look later why this was done."
        )
    );
    if let Some(p) = wrong {
        put!(out, "<p class=\"error\" id=\"_reason-error\">{}</p>", esc(p.message.get(view.lang)));
    }
    put!(
        out,
        "<textarea class=\"input\" id=\"_reason\" name=\"_reason\" rows=\"2\" aria-describedby=\"_reason-hint\"{}>\n{}</textarea></div>",
        if required { " required" } else { "" },
        esc(control.first("_reason"))
    );
    out
}

fn mark(control: &Control<'_>, required: bool) -> String {
    let view = control.view;
    if required {
        format!("<span class=\"must\">{}</span>", view.t("必須", "required"))
    } else {
        format!("<span class=\"may\">{}</span>", view.t("任意", "optional"))
    }
}

/// What a control is told of its help and errors.
fn attrs(field: &FieldDef, required: bool, help: &str, wrong: bool) -> String {
    let mut described = Vec::new();
    if !help.is_empty() {
        described.push(format!("{}-hint", field.id));
    }
    if wrong {
        described.push(format!("{}-error", field.id));
    }
    let mut attrs = String::new();
    if required {
        attrs.push_str(" required");
    }
    if !described.is_empty() {
        attrs.push_str(&format!(" aria-describedby=\"{}\"", described.join(" ")));
    }
    if wrong {
        attrs.push_str(" aria-invalid=\"true\"");
    }
    attrs
}

/// What is wrong with a field, each row of a small table by its number.
fn errors(control: &Control<'_>, field: &FieldDef, mine: &[&FieldProblem], out: &mut Html) {
    if mine.is_empty() {
        return;
    }
    let view = control.view;
    put!(out, "<div class=\"error\" id=\"{}-error\">", field.id);
    for p in mine {
        let row = p.field.split_once('[').and_then(|(_, r)| r.split_once(']'));
        let place = row.and_then(|(n, _)| n.parse::<usize>().ok()).map_or_else(String::new, |n| {
            view.t("{}行目：", "Row {}: ").replace("{}", &(n + 1).to_string())
        });
        put!(out, "<p>{place}{}</p>", esc(p.message.get(view.lang)));
    }
    out.raw("</div>");
}

/// One field with its label, help, error and control.
pub fn one(control: &Control<'_>, ask: &Ask, problems: &[FieldProblem]) -> Html {
    let (view, field) = (control.view, ask.field);
    let rows = format!("{}[", field.id);
    let mine: Vec<&FieldProblem> =
        problems.iter().filter(|p| p.field == field.id || p.field.starts_with(&rows)).collect();
    let help = field.help.get(view.lang);
    let attrs = attrs(field, ask.required, help, !mine.is_empty());
    let slot = Slot { name: field.id, id: field.id, attrs: &attrs, required: ask.required };
    let set = match field.kind {
        FieldKind::Choice(set) if set.options.len() <= 5 => Some(set),
        _ => None,
    };
    let group = set.is_some()
        || matches!(field.kind, FieldKind::Choices(_) | FieldKind::Rows(_) | FieldKind::Bool);
    let class = if mine.is_empty() { "field" } else { "field is-wrong" };
    let label = esc(field.label.get(view.lang));
    let mark = match field.kind {
        FieldKind::Bool => String::new(),
        _ => mark(control, ask.required),
    };
    let id = field.id;
    let mut out = Html::new();
    if group {
        put!(out, "<fieldset class=\"{class}\" id=\"f-{id}\"><legend>{label} {mark}</legend>");
    } else {
        put!(
            out,
            "<div class=\"{class}\" id=\"f-{id}\"><label for=\"{id}\">{label} {mark}</label>"
        );
    }
    if !help.is_empty() {
        put!(out, "<p class=\"hint\" id=\"{id}-hint\">{}</p>", esc(help));
    }
    if matches!(field.kind, FieldKind::Texts) {
        put!(out, "<p class=\"hint\">{}</p>", view.t("1行に1つずつ書きます。", "One to a line."));
    }
    errors(control, field, &mine, &mut out);
    let drawn = match set {
        Some(set) => control.radios(slot, set),
        None => control.draw(field, slot),
    };
    out.raw(&drawn.0).raw(if group { "</fieldset>" } else { "</div>" });
    out
}
