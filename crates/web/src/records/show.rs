//! The page of a record: facts, where it stands, what is missing, links, history, proof.

use super::{own_href, record};
use crate::frame::Page;
use crate::html::{Html, chip, enc, esc, icon, state_of_tone};
use crate::input::{get, query};
use crate::put;
use crate::render::{View, facts, flow, story};
use crate::who::Signed;
use axum::extract::Path;
use axum::response::Response;
use okiagari_app::history::HistoryEntry;
use okiagari_app::{AppError, Names, RecordView};
use okiagari_model::{Action, FieldKind, Time};

pub async fn page(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let (as_of, at) = moment(me)?;
        let view = me.web.app.record(&me.ctx, def, &id, as_of)?;
        let history = me.web.app.history(&me.ctx, def, &id, None, 5)?;
        let names = super::names_of_story(me, &view.record, &history)?;
        let body = body(me, &view, (&history, &names), at);
        let number =
            def.fields.iter().find(|f| f.auto_number.is_some()).map(|f| view.record.text(f.id));
        let mut kind = Html::new();
        put!(kind, "{}", esc(def.label.get(me.lang())));
        if let Some(number) = number.filter(|n| !n.is_empty()) {
            put!(kind, " <code class=\"id\">{}</code>", esc(number));
        }
        let title = def.title_field().map(|f| view.record.text(f.id)).filter(|t| !t.is_empty());
        let title = title.map_or_else(|| view.record.title(), str::to_owned);
        Ok(Page::of(me, title.clone())
            .wing(def.wing)
            .crumb(def.label.get(me.lang()), format!("/r/{}", def.id))
            .crumb(title, "")
            .record(kind, chips(me, &view), view.record.rev)
            .actions(actions(me, &view))
            .show(&body))
    })
    .await
}

/// `?at=` (an instant) or `?as_of=` (a leaf).
fn moment(me: &Signed) -> Result<(Option<u64>, Option<Time>), AppError> {
    let asked = query(me.uri.query().unwrap_or_default());
    let at = get(&asked, "at");
    if !at.is_empty() {
        let at = Time::parse(at, &me.ctx.zone).ok_or_else(|| {
            AppError::field(
                "at",
                "wrong_type",
                "日時が読めません（例: 2026-11-21 14:03）。",
                "Not a time such as 2026-11-21 14:03.",
            )
        })?;
        return Ok((Some(me.web.app.leaf_at(&me.ctx, at)?.ok_or(AppError::NotFound)?), Some(at)));
    }
    let leaf = get(&asked, "as_of");
    if leaf.is_empty() {
        return Ok((None, None));
    }
    let leaf = leaf.parse().map_err(|_| {
        AppError::field(
            "as_of",
            "wrong_type",
            "証跡の番号を数字で入れてください。",
            "Give the leaf as a number.",
        )
    })?;
    Ok((Some(leaf), None))
}

fn chips(me: &Signed, view: &RecordView) -> Html {
    let mut out = Html::new();
    for field in view.record.def.fields.iter().filter(|f| f.list) {
        if let FieldKind::Choice(set) = field.kind
            && let Some(option) = set.option(view.record.text(field.id))
        {
            put!(
                out,
                "<span class=\"sr\">{}: </span>{} ",
                esc(field.label.get(me.lang())),
                chip(state_of_tone(option.tone), option.label.get(me.lang()))
            );
        }
    }
    if view.record.ended() {
        put!(out, "{} ", chip("ended", me.t("終了", "Ended")));
    }
    if view.record.text("_origin") == "demo" {
        put!(out, "{} ", chip("waiting", me.t("デモ", "Demo")));
    }
    if okiagari_model::core::metric::is_drill(&view.record) {
        put!(out, "{} ", chip("active", me.t("訓練", "Exercise")));
    }
    out
}

fn actions(me: &Signed, view: &RecordView) -> Html {
    let def = view.record.def;
    let href = own_href(def, &view.record.id);
    let mut out = Html::new();
    if view.as_of.is_some() {
        return out;
    }
    let open = !view.record.ended();
    if def.id == "incident" {
        put!(
            out,
            "<a class=\"btn btn-primary\" href=\"/room/{}\">{}</a>",
            enc(view.record.id.as_str()),
            me.t("対応ルームを開く", "Open the response room")
        );
    }
    if def.id == "report" {
        report_actions(me, view, &mut out);
    }
    let own_page = match def.id {
        "playbook" => Some(format!("/playbooks/{}", enc(view.record.id.as_str()))),
        "exercise" => Some(format!("/documents/exercise/{}", enc(view.record.id.as_str()))),
        "written_plan" => Some(format!("/plans/{}", enc(view.record.id.as_str()))),
        "play" => Some(format!(
            "/room/{}/plays/{}",
            enc(view.record.text("incident")),
            enc(view.record.id.as_str())
        )),
        "reconnection" => Some(format!("/reconnect/{}", enc(view.record.id.as_str()))),
        "status_update" => {
            Some(format!("/documents/status-update/{}", enc(view.record.id.as_str())))
        }
        "outside_page" => Some(format!("/reconnect/pages/{}", enc(view.record.id.as_str()))),
        "loss_account" => Some(format!("/documents/account/{}", enc(view.record.id.as_str()))),
        _ => None,
    };
    if let Some(place) = own_page {
        let text = match def.id {
            "loss_account" => me.t("書面を印刷する", "Print the paper"),
            "reconnection" => me.t("段階と関門を見る", "See phases and gateways"),
            "written_plan" => me.t("読む・書く", "Read and write"),
            "status_update" => me.t("読む・印刷する", "Read or print"),
            "outside_page" => me.t("渡すリンクを作る", "Make links to give out"),
            "exercise" => me.t("評価表を印刷する", "Print the evaluation sheet"),
            _ => me.t("図と手順を見る", "See the picture and the steps"),
        };
        put!(out, "<a class=\"btn btn-primary\" href=\"{place}\">{text}</a>");
    }
    if def.id == "exercise" && open {
        put!(
            out,
            "<a class=\"btn\" href=\"/exercises/{}/directory\">{}</a>",
            enc(view.record.id.as_str()),
            me.t("社内名簿と照合する", "Match with the directory")
        );
        put!(
            out,
            "<a class=\"btn\" href=\"/r/incident/new?drill=1&amp;exercise={}\">{}</a>",
            enc(view.record.id.as_str()),
            me.t("訓練のインシデントを始める", "Begin a drill incident")
        );
    }
    if open && view.may.contains(&Action::Write) && !def.append_only {
        let class = if def.id == "incident" { "btn" } else { "btn btn-primary" };
        put!(out, "<a class=\"{class}\" href=\"{href}/edit\">{}</a>", me.t("直す", "Edit"));
    }
    if def.id == "evidence" && !view.record.text("sha256").is_empty() {
        put!(
            out,
            "<a class=\"btn\" href=\"{href}/file\">{}{}</a>",
            icon("download"),
            me.t("ファイルを取り出す", "Download the file")
        );
    }
    if open && view.may.contains(&Action::End) {
        put!(
            out,
            "<a class=\"btn btn-quiet\" href=\"{href}/end\">{}</a>",
            me.t("終了・取り下げ", "End or withdraw")
        );
    }
    if view.may.contains(&Action::Erase)
        && def.fields.iter().any(|f| f.personal && view.record.body.contains_key(f.id))
    {
        put!(
            out,
            "<a class=\"btn btn-quiet\" href=\"{href}/erase\">{}</a>",
            me.t("個人情報を消去", "Erase personal data")
        );
    }
    put!(
        out,
        "<button class=\"btn btn-quiet\" type=\"button\" data-print>{}</button>",
        me.t("印刷", "Print")
    );
    out
}

/// Triage, and the files that came with a report.
fn report_actions(me: &Signed, view: &RecordView, out: &mut Html) {
    let id = enc(view.record.id.as_str());
    let open = matches!(view.record.text("state"), "received" | "taken" | "watching");
    if open && !view.record.ended() && me.web.app.may_triage(&me.ctx) {
        put!(
            out,
            "<a class=\"btn btn-primary\" href=\"/reports/{id}/triage\">{}</a>",
            me.t("見極める（トリアージ）", "Triage")
        );
    }
    for (n, file) in view.record.ids("files").into_iter().enumerate() {
        let name = file.split_once(' ').map_or(file, |(_, name)| name);
        put!(
            out,
            "<a class=\"btn\" href=\"/reports/{id}/files/{n}\">{}{}</a>",
            icon("download"),
            esc(name)
        );
    }
}

fn body(
    me: &Signed,
    view: &RecordView,
    (history, names): (&[HistoryEntry], &Names),
    at: Option<Time>,
) -> Html {
    let v =
        View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &view.names };
    let record = &view.record;
    let href = own_href(record.def, &record.id);
    let mut out = Html::new();
    if view.as_of.is_some() {
        as_of_bar(&v, view, &href, at, &mut out);
    }
    out.raw(&flow::strip(&v, record, &view.steps).0);
    out.raw("<div class=\"cols\"><div class=\"cols-main\">");
    if !view.steps.is_empty() {
        part(&mut out, v.t("次に進む", "Next steps"), "", &flow::steps(&v, record, &view.steps));
    }
    if !view.findings.is_empty() {
        let may_off = okiagari_model::policy::may(
            &me.ctx.subject,
            okiagari_model::register("setting").unwrap_or(record.def),
            Action::Create,
        );
        let list = facts::findings(&v, &view.findings, may_off);
        part(&mut out, v.t("不備", "What is missing"), "", &list);
    }
    let edit = (view.as_of.is_none()
        && !record.ended()
        && !record.def.append_only
        && view.may.contains(&Action::Write))
    .then(|| format!("{href}/edit"));
    let mut known = facts::derived(&v, &view.derived);
    known.raw(&facts::facts(&v, record, edit.as_deref()).0);
    part(&mut out, v.t("分かっていること", "Facts"), "", &known);
    out.raw(&flow::table(&v, record.def).0);
    out.raw("</div><aside class=\"cols-side\">");
    let mut linked = facts::links(&v, record, &view.links_in);
    linked.raw(&facts::links_more(&v, record, &view.links_more).0);
    part(&mut out, v.t("つながり", "Links"), "", &linked);
    related(me, view, &mut out);
    let more = format!("<a href=\"{href}/history\">{}</a>", v.t("すべて見る", "See all"));
    let told = View { titles: names, ..v };
    part(&mut out, v.t("経緯", "History"), &more, &story::story(&told, record, history, true));
    put!(
        out,
        "<p><a class=\"btn btn-small btn-quiet\" href=\"{href}/proof?rev={}\">{}{} #{}</a></p>",
        record.rev,
        icon("proof"),
        v.t("この版の証明", "Proof of this revision"),
        record.leaf
    );
    if view.as_of.is_none() {
        as_of_bar(&v, view, &href, at, &mut out);
    }
    out.raw("</aside></div>");
    out
}

fn part(out: &mut Html, title: &str, more: &str, body: &Html) {
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2>{more}</header>{body}</section>",
        esc(title)
    );
}

/// Records that can be made from here: those whose form has a field for this one.
fn related(me: &Signed, view: &RecordView, out: &mut Html) {
    if view.as_of.is_some() || view.record.ended() {
        return;
    }
    let def = view.record.def;
    let mut links: Vec<String> = Vec::new();
    for other in okiagari_model::REGISTERS {
        if !super::may(me, other, Action::Create) {
            continue;
        }
        let field = other.fields.iter().find(|f| {
            !f.system && matches!(f.kind, FieldKind::Ref(r) | FieldKind::Refs(r) if r == def.id)
        });
        if let Some(field) = field {
            links.push(format!(
                "<li><a href=\"/r/{}/new?{}={}\">{}</a></li>",
                other.id,
                field.id,
                enc(view.record.id.as_str()),
                esc(&me.t("{}を足す", "Add: {}").replace("{}", other.label.get(me.lang())))
            ));
        }
    }
    if !links.is_empty() {
        put!(
            out,
            "<details class=\"menu screen-only\"><summary class=\"btn btn-small\">{}</summary><div class=\"menu-panel\"><ul>{}</ul></div></details>",
            me.t("関係する記録を足す", "Add a related record"),
            links.join("")
        );
    }
}

fn as_of_bar(v: &View<'_>, view: &RecordView, href: &str, at: Option<Time>, out: &mut Html) {
    match view.as_of {
        Some(leaf) => {
            let when = at.map_or_else(
                || format!("{} #{leaf}", v.t("証跡", "leaf")),
                |at| at.show(v.lang, v.zone),
            );
            put!(
                out,
                "<div class=\"asof is-past\"><p><b>{}</b> {} {}</p><a class=\"btn btn-small\" href=\"{href}\">{}</a></div>",
                esc(&when),
                v.t("の姿です。", "— as it was then."),
                v.t("第{}版（いまは第{now}版）", "Revision {} (now {now})")
                    .replace("{}", &view.record.rev.to_string())
                    .replace("{now}", &view.current_rev.to_string()),
                v.t("今に戻る", "Back to now")
            );
        }
        None => put!(
            out,
            "<form class=\"asof\" method=\"get\" action=\"{href}\"><label for=\"at\">{}</label><input class=\"input\" type=\"datetime-local\" id=\"at\" name=\"at\"><button class=\"btn btn-small\">{}</button></form>",
            v.t("この日時の姿を見る", "See it as it was at"),
            v.t("見る", "See")
        ),
    }
}
