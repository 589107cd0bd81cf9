//! The board of all open incidents (NI-435), the search of past cases (JP-29), and the signals that
//! wait for a person (NI-176).

use crate::frame::Page;
use crate::guard::redirect;
use crate::html::{Html, chip, enc, esc};
use crate::input::{Posted, get as value_of, query};
use crate::put;
use crate::respond::load;
use crate::respond::parts::Ui;
use crate::web::Web;
use crate::who::Signed;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use okiagari_app::cases::{Board, BoardLine};
use okiagari_app::{AppError, ListRequest};
use okiagari_model::identify::{asset::Asset, system::System};
use okiagari_model::respond::incident::{Incident, IncidentKind};
use okiagari_model::{Choice, Cond, Op, Register, RegisterDef, Value, Wing};

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/board", get(board))
        .route("/cases", get(cases))
        .route("/signals", get(signals).post(handle))
}

async fn board(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let board = me.web.app.board(&me.ctx)?;
        let mut out = Html::new();
        if board.criteria.is_empty() {
            put!(
                out,
                "<p class=\"quiet\">{} <a href=\"/r/order_criterion/new\">{}</a></p>",
                ui.t("順番を決める基準がまだありません。", "No criteria are set yet."),
                ui.t("基準を登録する", "Register one")
            );
        }
        if board.lines.is_empty() {
            put!(out, "<p class=\"quiet\">{}</p>", ui.t("対応中のものはありません。", "Nothing is open."));
        } else {
            out.raw("<div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr>");
            for head in [
                ui.t("順", "Place"),
                ui.t("インシデント", "Incident"),
                ui.t("いま対応するか", "Respond now?"),
                ui.t("点", "Points"),
                ui.t("割り当てた人手・資源", "Resources assigned"),
                ui.t("開いている作業", "Open tasks"),
                "",
            ] {
                put!(out, "<th scope=\"col\">{head}</th>");
            }
            out.raw("</tr></thead><tbody>");
            for (n, l) in board.lines.iter().enumerate() {
                line(&ui, &board, n + 1, l, &mut out);
            }
            out.raw("</tbody></table></div>");
        }
        criteria(&ui, &board, &mut out);
        Ok(Page::of(me, ui.t("いま起きていること", "All that is open"))
            .wing(Wing::Respond)
            .lead(ui.t(
                "対応中のインシデントすべてに、前もって決めた基準を当てはめて並べます。まだ判断していないものが先に来ます。",
                "Every open incident in the order of the criteria set beforehand; what nobody has judged yet comes first.",
            ))
            .show(&out))
    })
    .await
}

fn line(ui: &Ui, board: &Board, n: usize, l: &BoardLine, out: &mut Html) {
    let id = enc(l.incident.id.as_str());
    put!(
        out,
        "<tr><td data-label=\"{}\">{n}</td><th scope=\"row\" class=\"cell-main\"><a href=\"/room/{id}\">{}</a> {} {}",
        ui.t("順", "Place"),
        esc(&l.incident.title()),
        ui.severity(&l.incident, "severity"),
        ui.state(&l.incident, "state")
    );
    if okiagari_model::core::metric::is_drill(&l.incident) {
        put!(out, " {}", chip("active", ui.t("訓練", "Drill")));
    }
    put!(out, "</th><td data-label=\"{}\">", ui.t("いま対応するか", "Respond now?"));
    match &l.order {
        Some(order) => {
            put!(out, "{}", ui.state(order, "respond"));
        }
        None => {
            put!(out, "{}", chip("waiting", ui.t("まだ判断していない", "Not judged yet")));
        }
    }
    if !l.below.is_empty() {
        put!(
            out,
            "<br><small>{} {}</small>",
            ui.t("基準に届かない:", "Below:"),
            esc(&l.below.join(ui.t("、", ", ")))
        );
    }
    let points = l.score.map_or_else(|| "–".to_owned(), |s| s.to_string());
    let resources = l.order.as_ref().map_or("", |o| o.text("resources"));
    let lead = l.incident.ids("lead");
    let lead = lead.first().and_then(|p| board.names.get("person", p));
    put!(
        out,
        "</td><td class=\"num\" data-label=\"{}\">{points}</td><td data-label=\"{}\">{}",
        ui.t("点", "Points"),
        ui.t("人手・資源", "Resources"),
        esc(resources)
    );
    match lead {
        Some(lead) => {
            put!(out, "<br><small>{} {}</small>", ui.t("指揮", "Lead"), esc(lead));
        }
        None => {
            put!(out, "<br>{}", chip("open", ui.t("指揮する人がいない", "Nobody leads")));
        }
    }
    put!(out, "</td><td data-label=\"{}\">", ui.t("作業", "Tasks"));
    let mut first = true;
    for (who, n) in &l.tasks {
        let who = if who.is_empty() { ui.t("担当なし", "nobody") } else { who };
        put!(out, "{}{} {n}", if first { "" } else { ui.t("、", ", ") }, esc(who));
        first = false;
    }
    put!(
        out,
        "</td><td class=\"nowrap\"><a class=\"btn btn-small\" href=\"/r/case_order/new?incident={id}\">{}</a></td></tr>",
        ui.t("順番を判断する", "Judge its place")
    );
}

fn criteria(ui: &Ui, board: &Board, out: &mut Html) {
    if board.criteria.is_empty() {
        return;
    }
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2><a href=\"/r/order_criterion\">{}</a></header><ul>",
        ui.t("当てはめる基準", "The criteria"),
        ui.t("基準を見る・直す", "See and edit")
    );
    for k in &board.criteria {
        put!(
            out,
            "<li><b>{}</b> ・ {} {}<br><small>{}</small></li>",
            esc(&k.title()),
            ui.t("重み", "weight"),
            k.int("weight").unwrap_or(1),
            esc(k.text("scale"))
        );
    }
    out.raw("</ul></section>");
}

/// Field of the search, field of the incident.
const TEXTS: [(&str, &str); 2] = [("method", "method"), ("result", "outcome")];

async fn cases(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let asked = query(me.uri.query().unwrap_or_default());
        let of = |name: &str| value_of(&asked, name).trim().chars().take(200).collect::<String>();
        let mut conds = Vec::new();
        if IncidentKind::from_id(&of("kind")).is_some() {
            conds.push(Cond::eq("kind", of("kind")));
        }
        for (asked, field) in TEXTS {
            if !of(asked).is_empty() {
                conds.push(Cond { field: field.into(), op: Op::Contains, value: of(asked).into() });
            }
        }
        if !of("asset").is_empty() {
            conds.push(Cond::eq("assets", of("asset")));
        }
        let words = of("words");
        let mut request = ListRequest { conds, ..ListRequest::first(Incident::DEF, 200) };
        request.search = (!words.is_empty()).then_some(words.clone());
        request.include_ended = true;
        let mut found = me.web.app.list(&me.ctx, &request)?.records;
        let system = of("system");
        if !system.is_empty() {
            found.retain(|i| {
                i.rows("systems").any(|r| r.get("system").and_then(Value::as_str) == Some(&system))
            });
        }
        let mut out = Html::new();
        let place = me.web.app.settings(&me.ctx)?;
        let place = place.iter().find(|s| s.def.key == "cases.place").map(|s| s.value.clone());
        let place = place.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        put!(
            out,
            "<p><b>{}</b> {}</p>",
            ui.t("記録の置き場所:", "Where the records are kept:"),
            esc(&place)
        );
        search_form(me, &ui, &of, &mut out)?;
        put!(out, "<p>{}</p><ul class=\"lines\">", ui.f("{}件", "{} found", found.len()));
        for i in &found {
            put!(
                out,
                "<li><a href=\"/r/incident/{}\">{}</a> {} {}<br><small>{} {}</small></li>",
                enc(i.id.as_str()),
                esc(&i.title()),
                esc(&ui.choice(i, "kind")),
                ui.state(i, "state"),
                esc(i.text("method")),
                esc(i.text("outcome"))
            );
        }
        out.raw("</ul>");
        Ok(Page::of(me, ui.t("過去の案件", "Past cases"))
            .wing(Wing::Respond)
            .lead(ui.t(
                "種類・対象・手口・結果から、これまでの対応を探します。",
                "Search what was done before by kind, asset, method and result.",
            ))
            .show(&out))
    })
    .await
}

fn search_form(
    me: &Signed,
    ui: &Ui,
    of: &dyn Fn(&str) -> String,
    out: &mut Html,
) -> Result<(), AppError> {
    out.raw("<form class=\"form filters\" method=\"get\" action=\"/cases\">");
    let kinds: Vec<(String, String)> = IncidentKind::DEF
        .options
        .iter()
        .map(|o| (o.id.to_owned(), o.label.get(ui.lang).to_owned()))
        .collect();
    choose(ui, "kind", ui.t("種類", "Kind"), &kinds, &of("kind"), out);
    for (name, label, def) in [
        ("system", ui.t("システム", "System"), System::DEF),
        ("asset", ui.t("情報資産", "Asset"), Asset::DEF),
    ] {
        choose(ui, name, label, &offered(me, def)?, &of(name), out);
    }
    for (name, label) in [
        ("method", ui.t("手口・起こり方", "Method")),
        ("result", ui.t("結果", "Result")),
        ("words", ui.t("言葉", "Words")),
    ] {
        put!(
            out,
            "<div class=\"field\"><label for=\"{name}\">{label}</label><input class=\"input\" id=\"{name}\" name=\"{name}\" maxlength=\"200\" value=\"{}\"></div>",
            esc(&of(name))
        );
    }
    put!(out, "<button class=\"btn btn-primary\">{}</button></form>", ui.t("探す", "Search"));
    Ok(())
}

fn offered(me: &Signed, def: &'static RegisterDef) -> Result<Vec<(String, String)>, AppError> {
    let list = me.web.app.suggest(&me.ctx, def.id, "")?;
    Ok(list.into_iter().map(|(id, title)| (id.as_str().to_owned(), title)).collect())
}

fn choose(ui: &Ui, name: &str, label: &str, of: &[(String, String)], now: &str, out: &mut Html) {
    put!(
        out,
        "<div class=\"field\"><label for=\"{name}\">{label}</label><select class=\"input\" id=\"{name}\" name=\"{name}\"><option value=\"\">{}</option>",
        ui.t("すべて", "All")
    );
    for (id, title) in of {
        let chosen = if id == now { " selected" } else { "" };
        put!(out, "<option value=\"{}\"{chosen}>{}</option>", esc(id), esc(title));
    }
    out.raw("</select></div>");
}

async fn signals(me: Signed) -> Response {
    me.run(|me| {
        let ui = load::ui(me);
        let waiting = me.web.app.signals_waiting(&me.ctx)?;
        let mut out = Html::new();
        put!(
            out,
            "<p><a class=\"btn\" href=\"/r/signal_rule\">{}</a></p>",
            ui.t("組み合わせの規則を見る・直す", "See and edit the rules of combination")
        );
        if waiting.is_empty() {
            put!(out, "<p class=\"quiet\">{}</p>", ui.t("待っている信号はありません。", "No signal waits."));
        } else {
            out.raw("<form method=\"post\" action=\"/signals\"><div class=\"table-wrap\"><table class=\"table is-cards\"><thead><tr>");
            for head in [
                ui.t("選ぶ", "Choose"),
                ui.t("日時", "When"),
                ui.t("出所", "Source"),
                ui.t("機器・システム", "Asset"),
                ui.t("種類", "Type"),
                ui.t("内容", "Text"),
                ui.t("深刻さ", "Severity"),
            ] {
                put!(out, "<th scope=\"col\">{head}</th>");
            }
            out.raw("</tr></thead><tbody>");
            for w in waiting.iter().take(200) {
                let s = &w.signal;
                let grade = okiagari_model::respond::incident::Grade::from_id(&s.severity);
                put!(
                    out,
                    "<tr><td><input type=\"checkbox\" name=\"id\" value=\"{}\" aria-label=\"{}\"></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                    esc(&w.id),
                    esc(&format!("{} {}", s.source, s.kind)),
                    ui.short(&okiagari_model::Time::from_millis(s.at)),
                    esc(&s.source),
                    esc(&s.asset),
                    esc(&s.kind),
                    esc(&s.text),
                    grade.map_or("", |g| g.label().get(ui.lang))
                );
            }
            put!(
                out,
                "</tbody></table></div><p><button class=\"btn btn-primary\" name=\"do\" value=\"report\">{}</button> <button class=\"btn\" name=\"do\" value=\"discard\">{}</button></p></form>",
                ui.t("選んだものを報告にする", "Make a report of those chosen"),
                ui.t("選んだものを捨てる", "Throw those chosen away")
            );
        }
        Ok(Page::of(me, ui.t("監視の信号", "Signals of monitoring"))
            .wing(Wing::Respond)
            .lead(ui.t(
                "規則にそろわなかった警告やログです。人が見て、報告にするか捨てます。そろったものは自動で報告になっています。",
                "Alerts and logs that met no rule. Make a report of them, or throw them away. What met a rule is a report already.",
            ))
            .show(&out))
    })
    .await
}

async fn handle(me: Signed, posted: Posted) -> Response {
    me.run(move |me| {
        let ids: Vec<String> = posted.all("id").map(str::to_owned).take(200).collect();
        if ids.is_empty() {
            return Ok(redirect("/signals"));
        }
        if posted.get("do") == "discard" {
            me.web.app.signals_discard(&me.ctx, &ids)?;
            return Ok(redirect("/signals"));
        }
        let made = me.web.app.signals_admit(&me.ctx, &ids)?;
        Ok(redirect(&format!("/r/report/{}", enc(made.id.as_str()))))
    })
    .await
}
