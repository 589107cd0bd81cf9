//! The history of a record, its proof, its end, and the erasure of personal data.

use super::change::{about, after};
use super::{own_href, record};
use crate::frame::Page;
use crate::html::{Html, esc};
use crate::input::{Posted, get, query};
use crate::put;
use crate::render::{View, story, value};
use crate::who::Signed;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use okiagari_app::proof::ProofView;
use okiagari_app::{AppError, RecordView};
use okiagari_model::{Action, Change, RecordId, RegisterDef};

fn framed(me: &Signed, view: &RecordView, title: &str) -> Page {
    let def = view.record.def;
    Page::of(me, title)
        .wing(def.wing)
        .crumb(def.label.get(me.lang()), format!("/r/{}", def.id))
        .crumb(view.record.title(), own_href(def, &view.record.id))
        .crumb(title, "")
}

pub async fn history(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        let asked = query(me.uri.query().unwrap_or_default());
        let before = get(&asked, "before").parse().ok();
        let entries = me.web.app.history(&me.ctx, def, &id, before, 50)?;
        let names = super::names_of_story(me, &view.record, &entries)?;
        let v = View {
            lang: me.lang(),
            zone: &me.ctx.zone,
            now: me.web.app.now(),
            titles: &names,
        };
        let mut out = story::story(&v, &view.record, &entries, false);
        if let Some(last) = entries.last().filter(|e| e.rev > 1) {
            put!(
                out,
                "<nav class=\"pages\"><a class=\"btn btn-small\" rel=\"next\" href=\"?before={}\">{}</a></nav>",
                last.rev,
                me.t("もっと前へ", "Earlier")
            );
        }
        opened_by(me, def, &id, &mut out)?;
        let lead = me.t(
            "だれが、いつ、何を、なぜ変えたか。消えることはありません。",
            "Who changed what, when and why. Nothing is ever lost.",
        );
        Ok(framed(me, &view, me.t("経緯", "History")).lead(lead).show(&out))
    })
    .await
}

fn asked_rev(me: &Signed, now: u32) -> Result<u32, AppError> {
    let asked = query(me.uri.query().unwrap_or_default());
    match get(&asked, "rev") {
        "" => Ok(now),
        text => text.parse().map_err(|_| {
            AppError::field(
                "rev",
                "wrong_type",
                "版は数字で指定します。",
                "Give the revision as a number.",
            )
        }),
    }
}

pub async fn proof(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        let rev = asked_rev(me, view.current_rev)?;
        let proof = me.web.app.proof(&me.ctx, def, &id, rev)?;
        let lead = me.t(
            "この版が証跡に含まれ、後から変えられていないことを、このサーバーを信じなくても確かめられます。",
            "It can be checked, without trusting this server, that this revision is in the record and was not altered.",
        );
        let out = proof_body(me, def, &own_href(def, &id), rev, &proof);
        Ok(framed(me, &view, me.t("証明", "Proof")).lead(lead).show(&out))
    })
    .await
}

fn proof_body(me: &Signed, def: &RegisterDef, href: &str, rev: u32, p: &ProofView) -> Html {
    let mut out = Html::new();
    put!(
        out,
        "<p class=\"actions\"><a class=\"btn btn-primary\" href=\"{href}/proof.tlog-proof?rev={rev}\">{}</a><a class=\"btn btn-quiet\" href=\"/verify\">{}</a></p><dl class=\"facts is-tight\">",
        me.t("証明ファイルを取り出す（.tlog-proof）", "Download the proof (.tlog-proof)"),
        me.t("確かめる画面へ", "Verify it")
    );
    let mut row = |label: &str, text: &str, hash: bool| {
        let shown = esc(text);
        if hash {
            put!(
                out,
                "<div class=\"is-full\"><dt>{label}</dt><dd><code class=\"hash\">{shown}</code></dd></div>"
            );
        } else {
            put!(out, "<div><dt>{label}</dt><dd class=\"num\">{shown}</dd></div>");
        }
    };
    row(me.t("版", "Revision"), &rev.to_string(), false);
    row(me.t("証跡の番号", "Leaf"), &p.leaf.to_string(), false);
    row(me.t("署名時の大きさ", "Signed size"), &p.size.to_string(), false);
    row(me.t("確かめる鍵", "Public key"), &p.vkey, true);
    row(me.t("証跡項目のハッシュ", "Leaf hash"), &p.leaf_hash, true);
    row(me.t("内容への約束", "Commitment"), &p.commitment, true);
    row(me.t("見出し（証跡に入る全部）", "Header (all that is in the leaf)"), &p.header, true);
    out.raw("</dl>");
    put!(
        out,
        "<section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><ol class=\"proof-path\">",
        me.t("根までの道", "Path to the root")
    );
    for (hash, left) in p.path.iter().zip(sides(p.leaf, p.size)) {
        put!(
            out,
            "<li data-side=\"{}\"><code class=\"hash\">{}</code></li>",
            if left { "left" } else { "right" },
            esc(hash)
        );
    }
    put!(
        out,
        "</ol></section><section class=\"part\"><header class=\"part-head\"><h2>{}</h2></header><pre class=\"hash\">{}</pre><p class=\"quiet\">{}</p></section>",
        me.t("証跡署名", "Checkpoint"),
        esc(&p.checkpoint),
        esc(&me
            .t(
                "署名の形式は C2SP の tlog-checkpoint です。{}の本文は含まれません。",
                "The format is C2SP tlog-checkpoint. The text of the record ({}) is not in it."
            )
            .replace("{}", def.label.get(me.lang())))
    );
    out
}

/// On which side of the way up each hash of an inclusion path stands (RFC 6962, 2.1.1): `true`
/// for left.
fn sides(leaf: u64, size: u64) -> impl Iterator<Item = bool> {
    let (mut at, mut last) = (leaf, size.saturating_sub(1));
    std::iter::from_fn(move || {
        // A node that is last in its row and has no neighbour goes up unchanged.
        while at == last && at.is_multiple_of(2) && last > 0 {
            (at, last) = (at / 2, last / 2);
        }
        if last == 0 {
            return None;
        }
        let left = at % 2 == 1;
        (at, last) = (at / 2, last / 2);
        Some(left)
    })
}

pub async fn proof_file(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| {
        let (def, id) = record(&register, &id)?;
        let view = me.web.app.record(&me.ctx, def, &id, None)?;
        let rev = asked_rev(me, view.current_rev)?;
        let proof = me.web.app.proof(&me.ctx, def, &id, rev)?;
        let name = format!("{}-{}-{rev}.tlog-proof", def.id, id);
        let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned());
        let place = (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""));
        Ok(([kind, place], proof.tlog_proof).into_response())
    })
    .await
}

pub async fn end_ask(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| end_page(me, &register, &id, None)).await
}

fn end_page(
    me: &Signed,
    register: &str,
    id: &str,
    wrong: Option<&AppError>,
) -> Result<Response, AppError> {
    let (def, id) = record(register, id)?;
    let view = me.web.app.record(&me.ctx, def, &id, None)?;
    if !view.may.contains(&Action::End) {
        return Err(AppError::Forbidden("end"));
    }
    if view.record.ended() {
        return Err(AppError::Ended);
    }
    let mut out = Html::new();
    complain(me, wrong, &mut out);
    put!(
        out,
        "<form class=\"form\" method=\"post\" action=\"{}/end\"><input type=\"hidden\" name=\"_rev\" value=\"{}\">{}<div class=\"form-end\"><button class=\"btn btn-danger\">{}</button><a class=\"btn btn-quiet\" href=\"{}\">{}</a></div></form>",
        own_href(def, &id),
        view.current_rev,
        reason_field(me),
        me.t("終了する", "End it"),
        own_href(def, &id),
        me.t("やめる", "Cancel")
    );
    let lead = me.t(
        "一覧から外れますが、記録と経緯は読めるまま残ります。理由を書いてください。",
        "It leaves the lists; the record and its history stay readable. Please give the reason.",
    );
    let status = wrong.map_or(200, AppError::status);
    Ok(framed(me, &view, me.t("終了・取り下げ", "End or withdraw"))
        .lead(lead)
        .status(axum::http::StatusCode::from_u16(status).unwrap_or_default())
        .show(&out))
}

fn complain(me: &Signed, wrong: Option<&AppError>, out: &mut Html) {
    if let Some(e) = wrong {
        put!(
            out,
            "<div class=\"notice error-summary\" data-tone=\"danger\" role=\"alert\" tabindex=\"-1\" data-focus><p class=\"notice-title\">{}</p></div>",
            esc(e.message().get(me.lang()))
        );
    }
}

fn reason_field(me: &Signed) -> String {
    format!(
        "<div class=\"field\"><label for=\"_reason\">{} <span class=\"must\">{}</span></label><textarea class=\"input\" id=\"_reason\" name=\"_reason\" rows=\"2\" required></textarea></div>",
        me.t("理由", "Reason"),
        me.t("必須", "required")
    )
}

fn reason_of(posted: &Posted) -> Result<String, AppError> {
    let reason = posted.get("_reason").trim();
    if reason.is_empty() {
        return Err(about("_reason", "理由を書いてください。", "Please give the reason."));
    }
    Ok(reason.to_owned())
}

pub async fn end(
    me: Signed,
    Path((register, id)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    me.run(move |me| {
        let (def, record_id) = record(&register, &id)?;
        let done = reason_of(&posted).and_then(|reason| {
            let rev = posted
                .get("_rev")
                .parse()
                .map_err(|_| about("_rev", "画面を開き直してください。", "Open the page again."))?;
            me.web.app.change(&me.ctx, Change::End { def, id: record_id, rev, reason })
        });
        match done {
            Ok(receipt) => Ok(after(def, &receipt, "ended", "")),
            Err(e @ (AppError::NotFound | AppError::Forbidden(_))) => Err(e),
            Err(e) => end_page(me, &register, &id, Some(&e)),
        }
    })
    .await
}

pub async fn erase_ask(me: Signed, Path((register, id)): Path<(String, String)>) -> Response {
    me.run(move |me| erase_page(me, &register, &id, None)).await
}

fn erase_page(
    me: &Signed,
    register: &str,
    id: &str,
    wrong: Option<&AppError>,
) -> Result<Response, AppError> {
    let (def, id) = record(register, id)?;
    let view = me.web.app.record(&me.ctx, def, &id, None)?;
    if !view.may.contains(&Action::Erase) {
        return Err(AppError::Forbidden("erase"));
    }
    let v =
        View { lang: me.lang(), zone: &me.ctx.zone, now: me.web.app.now(), titles: &view.names };
    let mut out = Html::new();
    complain(me, wrong, &mut out);
    put!(
        out,
        "<div class=\"notice\" data-tone=\"caution\"><p class=\"notice-title\">{}</p></div><form class=\"form\" method=\"post\" action=\"{}/erase\"><fieldset class=\"field\"><legend>{} <span class=\"must\">{}</span></legend><div class=\"checks-list\">",
        me.t(
            "すべての版から消え、元に戻せません",
            "It goes from all revisions and cannot be brought back"
        ),
        own_href(def, &id),
        me.t("消去する項目", "Fields to erase"),
        me.t("必須", "required")
    );
    for field in def.fields.iter().filter(|f| f.personal) {
        let shown =
            view.record.body.get(field.id).map(|x| value::plain(&v, field, x)).unwrap_or_default();
        let shown: String = shown.chars().take(80).collect();
        put!(
            out,
            "<label class=\"tick\"><input type=\"checkbox\" name=\"field\" value=\"{}\"><span>{}: {}</span></label>",
            field.id,
            esc(field.label.get(me.lang())),
            esc(&shown)
        );
    }
    put!(
        out,
        "</div></fieldset>{}<div class=\"form-end\"><button class=\"btn btn-danger\" data-confirm=\"{}\">{}</button><a class=\"btn btn-quiet\" href=\"{}\">{}</a></div></form>",
        reason_field(me),
        me.t("元に戻せません。消去しますか？", "This cannot be undone. Erase?"),
        me.t("消去する", "Erase"),
        own_href(def, &id),
        me.t("やめる", "Cancel")
    );
    named_elsewhere(me, def, &id, &mut out)?;
    let lead = me.t(
        "本人の求めや保存期間の終わりに使います。消去したこと自体は証跡に残り、ほかの項目は検証できるままです。",
        "On a person's request or when the time of keeping is over. That it was erased stays on record; all else still verifies.",
    );
    let status = wrong.map_or(200, AppError::status);
    Ok(framed(me, &view, me.t("個人情報の消去", "Erase personal data"))
        .lead(lead)
        .status(axum::http::StatusCode::from_u16(status).unwrap_or_default())
        .show(&out))
}

/// Who opened it, where only members of its case may.
fn opened_by(
    me: &Signed,
    def: &'static RegisterDef,
    id: &RecordId,
    out: &mut Html,
) -> Result<(), AppError> {
    let openings = me.web.app.openings_of(&me.ctx, def, id, 100)?;
    if openings.is_empty() {
        return Ok(());
    }
    put!(
        out,
        "<section class=\"part\" id=\"openings\"><header class=\"part-head\"><h2>{}</h2></header><p class=\"quiet\">{}</p><table class=\"table\"><thead><tr><th>{}</th><th>{}</th><th>{}</th></tr></thead><tbody>",
        me.t("開いた人", "Who opened this"),
        me.t(
            "関係者だけが見られる記録です。開いたことは証跡に残り、消せません。",
            "Only members of the case may see it. That it was opened stands in the record and cannot be removed."
        ),
        me.t("日時", "When"),
        me.t("だれが", "Who"),
        me.t("何を", "What")
    );
    for o in &openings {
        put!(
            out,
            "<tr><td><time datetime=\"{}\">{}</time></td><td>{}</td><td>{}</td></tr>",
            o.at.rfc3339(),
            esc(&o.at.show(me.lang(), &me.ctx.zone)),
            esc(&o.who),
            esc(o.way)
        );
    }
    out.raw("</tbody></table></section>");
    Ok(())
}

/// Where else the same name or address stands: each is erased there, by a person's decision.
fn named_elsewhere(
    me: &Signed,
    def: &'static RegisterDef,
    id: &RecordId,
    out: &mut Html,
) -> Result<(), AppError> {
    let m = me.web.app.mentions(&me.ctx, def, id)?;
    if m.words.is_empty() {
        return Ok(());
    }
    put!(
        out,
        "<section class=\"part\" id=\"mentions\"><header class=\"part-head\"><h2>{}</h2></header>",
        me.t("同じ名前や連絡先が書かれている記録", "Records that say the same name or address")
    );
    if m.found.is_empty() && m.hidden == 0 {
        put!(out, "<p class=\"quiet\">{}</p>", me.t("ほかには見つかりません。", "None found."));
    }
    out.raw("<ul>");
    for one in &m.found {
        let fields: Vec<&str> = one.fields.iter().map(|f| f.label.get(me.lang())).collect();
        let place = if fields.is_empty() {
            me.t("以前の版", "an earlier revision").to_owned()
        } else {
            fields.join(me.t("、", ", "))
        };
        let erasable = one.may_erase && one.register.fields.iter().any(|f| f.personal);
        let href = own_href(one.register, &one.id);
        put!(
            out,
            "<li><a href=\"{href}{}\">{}: {}</a> <span class=\"quiet\">{}</span></li>",
            if erasable { "/erase" } else { "" },
            esc(one.register.label.get(me.lang())),
            esc(&one.title),
            esc(&place)
        );
    }
    out.raw("</ul>");
    if m.hidden > 0 {
        put!(
            out,
            "<p>{}</p>",
            me.t(
                "ほかに、あなたには見られない記録が{}件あります。",
                "{} more that you cannot see."
            )
            .replace("{}", &m.hidden.to_string())
        );
    }
    if m.more {
        put!(
            out,
            "<p>{}</p>",
            me.t("多いため、一部だけを調べました。", "Too many; only part was looked at.")
        );
    }
    out.raw("</section>");
    Ok(())
}

pub async fn erase(
    me: Signed,
    Path((register, id)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    me.run(move |me| {
        let (def, record_id) = record(&register, &id)?;
        let fields: Vec<String> = posted.all("field").map(str::to_owned).collect();
        let done = reason_of(&posted).and_then(|reason| {
            if fields.is_empty() {
                return Err(about(
                    "field",
                    "消去する項目を選んでください。",
                    "Choose what to erase.",
                ));
            }
            me.web.app.change(&me.ctx, Change::Erase { def, id: record_id, fields, reason })
        });
        match done {
            Ok(receipt) => Ok(after(def, &receipt, "erased", "")),
            Err(e @ (AppError::NotFound | AppError::Forbidden(_))) => Err(e),
            Err(e) => erase_page(me, &register, &id, Some(&e)),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::sides;

    #[test]
    fn the_sides_of_a_path_follow_from_leaf_and_size() {
        // Seven leaves: the last one's neighbours are all on the left; the tree of RFC 6962.
        let of = |leaf, size| sides(leaf, size).collect::<Vec<_>>();
        assert_eq!(of(0, 7), [false, false, false]);
        assert_eq!(of(3, 7), [true, true, false]);
        assert_eq!(of(4, 7), [false, false, true]);
        assert_eq!(of(6, 7), [true, true]);
        assert!(of(0, 1).is_empty());
    }
}
