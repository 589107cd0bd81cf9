//! The states of a record, drawn, and the steps out of the present one.

use super::View;
use crate::frame::role_names;
use crate::html::{Html, enc, esc};
use crate::put;
use okiagari_app::read::StepView;
use okiagari_model::{ChoiceDef, FieldKind, Record, RegisterDef, Time, Workflow, state_of};

fn states(def: &'static RegisterDef, flow: &Workflow) -> Option<&'static ChoiceDef> {
    match def.field(flow.field)?.kind {
        FieldKind::Choice(set) => Some(set),
        _ => None,
    }
}

/// When a state was first reached, from the stamps of the steps that lead to it.
fn reached(flow: &Workflow, record: &Record, state: &str) -> Option<Time> {
    flow.transitions
        .iter()
        .filter(|t| t.to == state)
        .filter_map(|t| t.stamps.last())
        .filter_map(|stamp| record.time(stamp))
        .min()
}

/// The states in order, each done, current, next, blocked or later.
pub fn strip(view: &View<'_>, record: &Record, steps: &[StepView]) -> Html {
    let mut out = Html::new();
    let Some(flow) = record.def.flow else { return out };
    let Some(set) = states(record.def, flow) else { return out };
    let now = state_of(flow, record);
    let at = set.options.iter().position(|o| o.id == now).unwrap_or(0);
    put!(out, "<ol class=\"flow\" aria-label=\"{}\">", view.t("状態の流れ", "States"));
    for (i, option) in set.options.iter().enumerate() {
        let leads = steps.iter().find(|s| s.step.to == option.id);
        let when = reached(flow, record, option.id);
        let kind = if option.id == now {
            "current"
        } else if let Some(step) = leads {
            if step.closed.is_empty() { "next" } else { "blocked" }
        } else if when.is_some() && i < at {
            "done"
        } else {
            "later"
        };
        let current = if kind == "current" { " aria-current=\"step\"" } else { "" };
        put!(
            out,
            "<li class=\"flow-step\" data-step=\"{kind}\"{current}><span class=\"flow-name\">{}</span>",
            esc(option.label.get(view.lang))
        );
        match (kind, when, leads) {
            ("blocked", _, Some(step)) => {
                let why: Vec<String> =
                    step.closed.iter().map(|g| esc(g.label.get(view.lang)).to_string()).collect();
                put!(
                    out,
                    "<span class=\"flow-note\">{}: {}</span>",
                    view.t("まだ", "Not yet"),
                    why.join(view.t("、", "; "))
                );
            }
            ("done" | "current", Some(when), _) => {
                put!(out, "<span class=\"flow-note\">{}</span>", esc(&view.short(when)));
            }
            _ => {}
        }
        out.raw("</li>");
    }
    out.raw("</ol>");
    out
}

/// The steps that lead on: a button, or why it is not open, and what follows.
pub fn steps(view: &View<'_>, record: &Record, list: &[StepView]) -> Html {
    let mut out = Html::new();
    out.raw("<ul class=\"steps findings\">");
    for (i, s) in list.iter().enumerate() {
        put!(
            out,
            "<li class=\"finding\" data-sev=\"{}\"><div><p class=\"finding-title\"><b>{}</b> → {}</p>",
            if s.open { "none" } else { "low" },
            esc(s.step.label.get(view.lang)),
            esc(state_label(view, record.def, s.step.to))
        );
        let mut line = |lead: &str, text: &str| {
            put!(out, "<p class=\"finding-why\">{lead} {}</p>", esc(text));
        };
        for g in &s.closed {
            let text = format!("{} — {}", g.label.get(view.lang), g.mend.get(view.lang));
            line(view.t("先に：", "First:"), &text);
        }
        if !s.role_ok {
            line(view.t("行える役割：", "Taken by:"), &role_names(s.step.who, view.lang));
        }
        for text in &s.follows {
            line(view.t("続けて：", "Then:"), text.get(view.lang));
        }
        put!(out, "</div><div class=\"actions\">{}</div></li>", button(view, record, s, i == 0));
    }
    out.raw("</ul>");
    out
}

/// A step that asks for nothing is taken at once; any other leads to its form.
fn button(view: &View<'_>, record: &Record, s: &StepView, first: bool) -> Html {
    let label = esc(s.step.label.get(view.lang));
    let href = format!("/r/{}/{}/step/{}", record.def.id, enc(record.id.as_str()), enc(s.step.id));
    let class = if first { "btn btn-small btn-primary" } else { "btn btn-small" };
    let mut out = Html::new();
    if !s.open {
        let text = view.t("まだ進めません", "Not open yet");
        put!(out, "<span class=\"chip\" data-state=\"stopped\">{text}</span>");
    } else if s.step.asks.is_empty() && !s.step.reason {
        put!(
            out,
            "<form method=\"post\" action=\"{href}\"><input type=\"hidden\" name=\"_rev\" value=\"{}\"><input type=\"hidden\" name=\"_fields\" value=\"\"><button class=\"{class}\">{label}</button></form>",
            record.rev
        );
    } else {
        put!(out, "<a class=\"{class}\" href=\"{href}\">{label}…</a>");
    }
    out
}

/// The name of a state.
pub fn state_label(view: &View<'_>, def: &'static RegisterDef, state: &str) -> &'static str {
    def.flow
        .and_then(|f| states(def, f))
        .and_then(|set| set.option(state))
        .map_or("", |o| o.label.get(view.lang))
}

/// The whole workflow as a table: from, step, to, who, what must hold, what follows.
pub fn table(view: &View<'_>, def: &'static RegisterDef) -> Html {
    let mut out = Html::new();
    let Some(flow) = def.flow else { return out };
    put!(
        out,
        "<details class=\"part\"><summary>{}</summary><div class=\"table-wrap\"><table class=\"table is-dense\"><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        view.t("進み方の全体を見る", "See the whole workflow"),
        view.t("いまの状態", "From"),
        view.t("すること", "Step"),
        view.t("次の状態", "To"),
        view.t("行える役割", "Who"),
        view.t("先に必要なこと", "Needed first"),
        view.t("続けて起きること", "Then")
    );
    for t in flow.transitions {
        let from: Vec<&str> = t.from.iter().map(|s| state_label(view, def, s)).collect();
        let gates: Vec<&str> = t.gates.iter().map(|g| g.label.get(view.lang)).collect();
        let follows: Vec<&str> = t.follows.iter().map(|f| f.label.get(view.lang)).collect();
        let comma = view.t("、", ", ");
        put!(
            out,
            "<tr><td>{}</td><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            esc(&from.join(comma)),
            esc(t.label.get(view.lang)),
            esc(state_label(view, def, t.to)),
            esc(&role_names(t.who, view.lang)),
            esc(&gates.join(comma)),
            esc(&follows.join(comma))
        );
    }
    out.raw("</tbody></table></div></details>");
    out
}
