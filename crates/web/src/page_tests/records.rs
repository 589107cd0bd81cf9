//! Lists, records, forms, conflicts, steps, bulk, sheets.

use super::world::{Answer, Browser, World};
use okiagari_model::{RecordId, Register as _, identify::asset::Asset};
use serde_json::json;

async fn edit_form(browser: &Browser<'_>, id: &RecordId) -> Answer {
    browser.get(&format!("/r/asset/{id}/edit")).await.is(200)
}

#[tokio::test]
async fn an_asset_is_registered_found_and_changed() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    mine.get("/r/asset").await.is(200).says("何を先に守り").says("最初の1件を登録する");
    let page =
        mine.get("/r/asset/new?name=%E9%A1%A7%E5%AE%A2").await.is(200).says("value=\"顧客\"");
    let key = page.hidden("_key");
    let typed = [
        ("_key", key.as_str()),
        ("name", "顧客名簿 <b>"),
        ("importance", "high"),
        ("personal_data", "0"),
        ("personal_data", "1"),
        ("relation", "owned"),
        ("relation", "managed"),
    ];
    let made = mine.post("/r/asset/new", &typed).await;
    let href = made.place();
    assert!(made.header("location").contains("draft=asset%3Anew"));
    // Sent twice, it is one record.
    assert_eq!(mine.post("/r/asset/new", &typed).await.place(), href);
    let shown = mine.get(&href).await.is(200);
    let shown = shown
        .says("顧客名簿 &lt;b&gt;")
        .says("所有")
        .says("責任者が決まっていません")
        .never_says("名簿 <b>");
    drop(shown);
    mine.get("/r/asset").await.is(200).says("<b>1件</b>").says("不備 ");
    mine.get("/r/asset?f.importance.eq=low").await.is(200).says("この条件に合う記録はありません");
    mine.get("/r/asset?f.owner.empty=1&q=%E5%90%8D%E7%B0%BF").await.is(200).says("顧客名簿");
    let id = RecordId::new(href.rsplit('/').next().unwrap());
    let form =
        edit_form(&mine, &id).await.says("value=\"high\" checked").says("value=\"owned\" checked");
    let rev = form.hidden("_rev");
    let fields = form.hidden("_fields");
    let same = [
        ("_rev", rev.as_str()),
        ("_fields", fields.as_str()),
        ("name", "顧客名簿 <b>"),
        ("importance", "high"),
        ("personal_data", "1"),
        ("relation", "owned"),
        ("relation", "managed"),
    ];
    let answer = mine.post(&format!("{href}/edit"), &same).await;
    assert!(answer.header("location").contains("done=same"), "{}", answer.header("location"));
    let change = [
        ("_rev", rev.as_str()),
        ("_fields", "name,importance"),
        ("name", "顧客名簿"),
        ("importance", "medium"),
        ("_reason", "見直した"),
    ];
    let answer = mine.post(&format!("{href}/edit"), &change).await;
    assert!(answer.header("location").contains("done=saved"), "{}{}", answer.status, answer.text);
    let history = mine.get(&format!("{href}/history")).await.is(200);
    let history = history.says("見直した").says("<del>高</del>").says("<ins>中</ins>");
    // Fields that were not on the form stay.
    assert!(!history.text.contains("<del>所有"));
    mine.get(&href).await.says("所有");
}

#[tokio::test]
async fn two_people_who_edit_see_both_versions_and_lose_nothing() {
    let world = World::new();
    let asset = json!({ "name": "受注データ", "place": "本社" });
    let id = world.make("asset", asset);
    let (one, two) = (world.as_user("responder").await, world.as_user("chief").await);
    let path = format!("/r/asset/{id}/edit");
    let rev = edit_form(&one, &id).await.hidden("_rev");
    let theirs = [
        ("_rev", rev.as_str()),
        ("_fields", "name,place,business"),
        ("name", "受注データ"),
        ("place", "支社"),
        ("business", "販売"),
    ];
    two.post(&path, &theirs).await.is(303);
    let mine = [
        ("_rev", rev.as_str()),
        ("_fields", "name,place,business"),
        ("name", "受注データA"),
        ("place", "倉庫"),
        ("business", ""),
        ("_reason", "現地で見た"),
    ];
    let conflict = one.post(&path, &mine).await.is(409);
    let conflict =
        conflict.says("ほかの人が先に").says("<td>倉庫</td><td>支社</td>").says("_keep.place");
    let conflict = conflict.says("value=\"受注データA\"").says("value=\"販売\"").says("現地で見た");
    let now = conflict.hidden("_rev");
    assert_ne!(now, rev);
    let settled = [
        ("_rev", now.as_str()),
        ("_fields", "name,place,business"),
        ("_keep.place", "theirs"),
        ("name", "受注データA"),
        ("place", "倉庫"),
        ("business", "販売"),
    ];
    one.post(&path, &settled).await.is(303);
    let shown = one.get(&format!("/r/asset/{id}")).await;
    shown.says("受注データA").says("支社").says("販売").never_says("倉庫");
}

#[tokio::test]
async fn the_past_is_shown_as_it_was() {
    let world = World::new();
    let id = world.make("asset", json!({ "name": "古い名前" }));
    world.pass(3_600_000);
    let mine = world.as_user("responder").await;
    let path = format!("/r/asset/{id}");
    let change = [("_rev", "1"), ("_fields", "name"), ("name", "新しい名前")];
    mine.post(&format!("{path}/edit"), &change).await.is(303);
    let then = mine.get(&format!("{path}?at=2026-11-21T02:50")).await.is(200);
    then.says("古い名前").says("の姿です").never_says("/edit\"");
    mine.get(&path).await.says("新しい名前").says("/edit\"");
    mine.get("/r/asset?at=2026-11-21T02:50").await.is(200).says("古い名前").never_says("data-bulk");
    mine.get(&format!("{path}?at=2001-01-01T00:00")).await.is(404);
}

#[tokio::test]
async fn a_step_says_why_it_is_not_open_and_then_opens() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let incident =
        json!({ "title": "不審なログイン", "kind": "unauthorized_access", "grave": true });
    let kind = okiagari_model::register("incident").unwrap().field("kind").unwrap().kind;
    let okiagari_model::FieldKind::Choice(set) = kind else { panic!() };
    let mut incident = incident;
    incident["kind"] = set.options[0].id.into();
    let id = world.make("incident", incident);
    let path = format!("/r/incident/{id}");
    chief.get(&path).await.is(200).says("体制を発足する").says("data-step=\"current\"");
    let form = chief.get(&format!("{path}/step/organise")).await.is(200).says("name=\"severity\"");
    let rev = form.hidden("_rev");
    let wanting = [("_rev", rev.as_str()), ("_fields", "severity")];
    let refused = chief.post(&format!("{path}/step/organise"), &wanting).await.is(422);
    refused.says("f-severity").says("f-lead").says("f-_reason");
    chief.get(&format!("{path}/step/close")).await.is(409);
    chief.get(&format!("{path}/step/nonsense")).await.is(404);
    let people = chief.get("/suggest?register=person&q=chief").await.is(200);
    let list: serde_json::Value = serde_json::from_str(&people.text).unwrap();
    let lead = list["items"][0]["value"].as_str().unwrap().to_owned();
    let grade = |f: &str| {
        let def = okiagari_model::register("incident").unwrap();
        match def.field(f).unwrap().kind {
            okiagari_model::FieldKind::Choice(set) => set.options[0].id,
            _ => "",
        }
    };
    let typed = [
        ("_rev", rev.as_str()),
        ("severity", grade("severity")),
        ("priority", grade("priority")),
        ("sharing", grade("sharing")),
        ("lead", lead.as_str()),
        ("grave", "1"),
        ("_reason", "外部からの侵入の疑い"),
    ];
    let done = chief.post(&format!("{path}/step/organise"), &typed).await.is(303);
    assert!(done.header("location").contains("done=step"));
    let shown = chief.get(&path).await.is(200);
    let shown = shown.says("IPAとJPCERT/CCへの連絡の要否").says("まだ進めません");
    drop(shown);
    // A responder without the role sees who may.
    let blocked = [("_rev", "9"), ("_reason", "x")];
    chief.post(&format!("{path}/step/contain"), &blocked).await.is(409);
}

#[tokio::test]
async fn many_are_changed_after_a_preview_and_each_with_its_reason() {
    let world = World::new();
    let ids: Vec<RecordId> =
        (0..3).map(|n| world.make("asset", json!({ "name": format!("資産{n}") }))).collect();
    let mine = world.as_user("responder").await;
    let chosen: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    let with = |more: &[(&'static str, &'static str)]| {
        let mut all = chosen.clone();
        all.extend(more);
        all
    };
    mine.post("/r/asset/bulk", &with(&[("_do", "ask")]))
        .await
        .is(200)
        .says("資産2")
        .says("name=\"_field\"");
    mine.post("/r/asset/bulk", &with(&[("_do", "field"), ("_field", "importance")]))
        .await
        .is(200)
        .says("name=\"importance\"");
    let no_reason = with(&[("_do", "preview"), ("_field", "importance"), ("importance", "high")]);
    mine.post("/r/asset/bulk", &no_reason).await.is(422).says("理由を書いてください");
    let typed = [("_field", "importance"), ("importance", "high"), ("_reason", "棚卸し")];
    let mut preview = with(&typed);
    preview.push(("_do", "preview"));
    mine.post("/r/asset/bulk", &preview).await.is(200).says("<ins>高</ins>").says("3件を変える");
    let mut apply = with(&typed);
    apply.push(("_do", "apply"));
    mine.post("/r/asset/bulk", &apply).await.is(200).says("3件を変えました");
    mine.get(&format!("/r/asset/{}/history", ids[1])).await.says("棚卸し");
    mine.post("/r/asset/bulk", &[("_do", "apply")]).await.is(422);
}

#[tokio::test]
async fn a_sheet_is_looked_at_before_it_is_taken_and_twice_changes_nothing() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let sheet = "名称,重要度,復旧する順\n受注,高,1\n会計,とても高い,x\n".as_bytes();
    let file = ("file", "資産.csv", sheet);
    let looked = mine.upload("/r/asset/import", file, &[]).await.is(200);
    let looked = looked
        .says("新しく登録 1 件")
        .says("直すところがある 1 件")
        .says("まだ何も保存していません");
    mine.get("/r/asset").await.says("最初の1件を登録する");
    let kept = looked.hidden("kept");
    let apply = [("name", "資産.csv"), ("apply", "1"), ("kept", kept.as_str())];
    mine.upload("/r/asset/import", ("none", "", b""), &apply).await.is(200).says("取り込みました");
    mine.get("/r/asset").await.says("受注").says("<b>1件</b>");
    mine.upload("/r/asset/import", file, &[])
        .await
        .is(200)
        .says("新しく登録 0 件")
        .says("変わらない 1 件");
    // What is exported is exactly what the list shows.
    world.make("asset", json!({ "name": "別", "importance": "low" }));
    let csv = mine.get("/r/asset/export.csv?f.importance.eq=high").await.is(200);
    assert!(csv.text.contains("受注") && !csv.text.contains('別'), "{}", csv.text);
    assert!(csv.header("content-disposition").starts_with("attachment"));
}

#[tokio::test]
async fn a_record_is_ended_and_personal_data_erased_with_a_reason() {
    let world = World::new();
    let id = world.make("person", json!({ "name": "退職 太郎", "phone": "090-0000-0000" }));
    let chief = world.as_user("chief").await;
    let path = format!("/r/person/{id}");
    chief.get(&format!("{path}/erase")).await.is(200).says("090-0000-0000");
    let none = [("field", "phone")];
    chief.post(&format!("{path}/erase"), &none).await.is(422).says("理由を書いてください");
    let erase = [("field", "phone"), ("_reason", "本人の求め")];
    chief.post(&format!("{path}/erase"), &erase).await.is(303);
    chief.get(&path).await.is(200).never_says("090-0000-0000").says("消去済み");
    chief.get(&format!("{path}/proof?rev=1")).await.is(200).says("根までの道");
    let wrong = [("field", "department"), ("_reason", "x")];
    chief.post(&format!("{path}/erase"), &wrong).await.is(422);
    let end = [("_rev", "2"), ("_reason", "退職")];
    chief.post(&format!("{path}/end"), &end).await.is(303);
    chief.get(&path).await.is(200).says("終了").never_says(&format!("{path}/edit\""));
    chief.get("/r/person").await.never_says("退職 太郎");
    chief.get("/r/person?ended=1").await.says("退職 太郎");
    chief.get(&format!("{path}/edit")).await.is(409);
}

#[tokio::test]
async fn a_proof_is_a_file_that_names_the_checkpoint() {
    let world = World::new();
    let id = world.make("asset", json!({ "name": "証明するもの" }));
    let mine = world.as_user("responder").await;
    let file = mine.get(&format!("/r/asset/{id}/proof.tlog-proof")).await.is(200);
    assert!(file.text.starts_with("c2sp.org/tlog-proof@"), "{}", file.text);
    assert!(file.text.contains("log.example.jp/acme"), "{}", file.text);
    mine.get(&format!("/r/asset/{id}/proof?rev=7")).await.is(404);
    mine.get(&format!("/r/asset/{id}/proof?rev=x")).await.is(422);
}

#[tokio::test]
async fn an_evidence_file_is_kept_and_comes_back_byte_for_byte() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let incident = okiagari_model::register("incident").unwrap();
    let okiagari_model::FieldKind::Choice(set) = incident.field("kind").unwrap().kind else {
        panic!()
    };
    let case = world.make("incident", json!({ "title": "件", "kind": set.options[0].id }));
    let form =
        mine.get(&format!("/r/evidence/new?incident={case}")).await.is(200).says("name=\"_file\"");
    drop(form);
    let def = okiagari_model::register("evidence").unwrap();
    let mut fields: Vec<(&str, String)> = Vec::new();
    for f in crate::render::form::typed_fields(def).into_iter().filter(|f| f.required) {
        let value = match f.kind {
            okiagari_model::FieldKind::Ref("incident") => case.as_str().to_owned(),
            okiagari_model::FieldKind::Choice(set) => set.options[0].id.to_owned(),
            okiagari_model::FieldKind::Time => "2026-11-21T02:00".to_owned(),
            _ => "見本".to_owned(),
        };
        fields.push((f.id, value));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let bytes: Vec<u8> = (0u32..300_000).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let made = mine.upload("/r/evidence/new", ("_file", "通信.pcap", &bytes), &fields).await;
    let href = made.place();
    let file = mine.get(&format!("{href}/file")).await.is(200);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"));
    mine.get(&href).await.is(200).says("通信.pcap");
}

#[tokio::test]
async fn a_setting_is_changed_with_a_reason_and_within_its_bounds() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let path = "/settings/report.receipt_minutes";
    chief.get(path).await.is(200).says("value=\"30\"");
    chief.post(path, &[("value", "0"), ("reason", "速く")]).await.is(422).says("1 から 10080");
    chief.post(path, &[("value", "20")]).await.is(422).says("理由を書いて");
    chief.post(path, &[("value", "20"), ("reason", "夜間も速く")]).await.is(303);
    chief.get("/settings").await.is(200).says(">20<");
    chief.get(path).await.is(200).says("夜間も速く");
    chief.get("/settings/nonsense").await.is(404);
    world.as_user("employee").await.post(path, &[("value", "5"), ("reason", "x")]).await.is(403);
}

#[tokio::test]
async fn a_check_that_is_not_for_us_is_switched_off_with_a_reason() {
    let world = World::new();
    world.make("asset", json!({ "name": "責任者のいない資産" }));
    let chief = world.as_user("chief").await;
    chief
        .get("/missing")
        .await
        .is(200)
        .says("責任者のいない資産")
        .says("TK-17")
        .says("うちには要らない");
    let off = [("rule", "asset.registered")];
    chief.post("/missing/off", &off).await.is(422).says("理由を書いて");
    let off = [("rule", "asset.registered"), ("reason", "資産台帳は別の仕組みで持つ")];
    assert_eq!(chief.post("/missing/off", &off).await.place(), "/missing");
    chief.get("/settings").await.is(200).says("点検を止めた");
    chief.get("/missing/off?rule=nonsense").await.is(404);
}

#[tokio::test]
async fn columns_chosen_in_a_browser_stay() {
    let world = World::new();
    world.make("asset", json!({ "name": "資産", "place": "金庫" }));
    let mine = world.as_user("responder").await;
    let form = [("c", "place"), ("c", "nonsense"), ("_back", "/r/asset?q=a")];
    let answer = mine.post("/r/asset/columns", &form).await.is(303);
    assert_eq!(answer.header("location"), "/r/asset?q=a");
    let list = mine.get("/r/asset").await.is(200).says("data-label=\"保管場所\">金庫");
    list.never_says(&format!(
        "data-label=\"{}\">",
        Asset::DEF.field("importance").unwrap().label.ja
    ));
}

#[tokio::test]
async fn pages_of_a_long_list_lead_forth_and_back() {
    let world = World::new();
    for n in 10..55 {
        world.make("asset", json!({ "name": format!("資産{n}"), "restore_rank": n }));
    }
    let mine = world.as_user("responder").await;
    let link = |answer: &Answer, rel: &str| {
        let mark = format!("rel=\"{rel}\" href=\"");
        answer
            .text
            .split_once(&mark)
            .map(|(_, r)| r.split('"').next().unwrap().replace("&amp;", "&"))
    };
    let first = mine.get("/r/asset?sort=name").await.is(200).says("資産10").never_says("資産30");
    assert_eq!(link(&first, "prev"), None);
    let second =
        mine.get(&link(&first, "next").unwrap()).await.is(200).says("資産30").never_says("資産10<");
    let third = mine.get(&link(&second, "next").unwrap()).await.is(200).says("資産50");
    assert_eq!(link(&third, "next"), None);
    let back = mine.get(&link(&third, "prev").unwrap()).await.is(200).says("資産30");
    mine.get(&link(&back, "prev").unwrap()).await.is(200).says("資産10").never_says("資産30");
}
