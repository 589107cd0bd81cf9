//! Stop points, containment, holds, collection and packages on screen and on paper.

use super::world::{NIGHT, World};
use okiagari_model::RecordId;
use serde_json::json;

const HOUR: i64 = 3_600_000;

/// Two systems, the line of authority with two people in it, and two places where one can cut.
fn plan(world: &World) -> (RecordId, RecordId) {
    let net = world.make("system", json!({"name": "社内ネットワーク", "importance": "high"}));
    let shop = world.make(
        "system",
        json!({"name": "受注サーバ", "importance": "high", "depends_on": [net.as_str()]}),
    );
    world.make("system", json!({"name": "会計サーバ", "importance": "high"}));
    let person = |name: &str| world.make("person", json!({ "name": name }));
    let (hori, mizuno) = (person("堀 技術"), person("水野 代行"));
    let role = world.make(
        "role",
        json!({"name": "技術対応責任者", "kind": "technical_lead", "holder": hori.as_str(),
            "deputies": [mizuno.as_str()]}),
    );
    let line = world.make(
        "authority",
        json!({"power": "isolate", "name": "切り離し", "situation": "emergency",
            "decider": role.as_str()}),
    );
    let border = world.make(
        "stop_point",
        json!({"name": "社外との境界", "kind": "cut_link", "system": net.as_str(),
            "action": "境界装置の上り口を閉じる", "separates": "社内と社外", "undo": "口を開ける",
            "operators": [mizuno.as_str()], "authority": line.as_str(),
            "possible_when": "いつでも", "longest": 240, "affects": "ネット受注が止まる",
            "substitutes": "電話で受ける"}),
    );
    world.make(
        "stop_point",
        json!({"name": "受注サーバの停止", "kind": "stop_system", "system": shop.as_str(),
            "action": "管理画面から止める"}),
    );
    world.make(
        "collection_guide",
        json!({"name": "受注の手引き", "system": shop.as_str(), "items": [
            {"order": 1, "data": "メモリの中身", "loss": "destroyed", "tool": "取得ツール", "steps": "外付けに取る"}]}),
    );
    (shop, border)
}

/// NI-413, NI-414, NI-415, NI-417: the picture bears the signs, the sheet all that was settled.
#[tokio::test]
async fn stop_points_are_marked_on_the_picture_and_their_sheets_printed() {
    let world = World::new();
    let (_, border) = plan(&world);
    let chief = world.as_user("chief").await;
    chief.get("/w/prepare").await.is(200).says("/stop-points");
    let page = chief.get("/stop-points").await.is(200);
    let page = page.says("<svg").says("社外（インターネット）").says("2か所で止められます");
    // Signs stand in the picture, each with what it is.
    let cuts: Vec<&str> = page.text.split("<g class=\"cut\">").skip(1).collect();
    assert_eq!(cuts.len(), 2, "{}", page.text);
    for (sign, name) in [("1", "受注サーバの停止"), ("2", "社外との境界")] {
        let cut = cuts.iter().find(|c| c.starts_with(&format!("<title>{name}"))).unwrap();
        assert!(cut.contains(&format!(">{sign}</text>")), "{cut}");
    }
    // Who decides by name, and what is missing elsewhere.
    let page = page.says("堀 技術 → 水野 代行").says("決まっていません");
    let page = page.says("会計サーバ").says("まだ決めていません").says("収集手引きがありません");
    page.says("漏れていない理由にしないでください");
    let sheet = chief.get(&format!("/documents/stop-points/{border}")).await.is(200);
    for fact in [
        "社外との境界",
        "境界装置の上り口を閉じる",
        "社内と社外",
        "口を開ける",
        "水野 代行",
        "いつでも",
        "4時間",
        "ネット受注が止まる",
        "電話で受ける",
        "堀 技術 → 水野 代行",
    ] {
        assert!(sheet.text.contains(fact), "{fact}");
    }
    sheet.never_says("受注サーバの停止");
    let all = chief.get("/documents/stop-points").await.is(200);
    all.says("受注サーバの停止").says("メモリの中身").says("取得ツール");
    world.as_user("employee").await.get("/stop-points").await.is(403);
}

fn case(world: &World, system: &RecordId) -> RecordId {
    world.make(
        "incident",
        json!({"title": "暗号化", "kind": "malware", "aware_at": NIGHT, "detected_at": NIGHT,
            "causes": [{"key": "C1", "class": "technical", "text": "古い境界装置"}],
            "systems": [{"system": system.as_str()}]}),
    )
}

/// The room shows what is held, what to collect and where to cut; a draft takes the plan's words.
#[tokio::test]
async fn the_room_shows_holds_what_to_collect_and_where_to_cut() {
    let world = World::new();
    let (shop, _) = plan(&world);
    let incident = case(&world, &shop);
    let responder = world.as_user("responder").await;
    let room = responder.get(&format!("/room/{incident}")).await.is(200);
    let room = room.says("id=\"room-containment\"").says("id=\"room-collection\"");
    let room = room.says("受注サーバのログとデータ").says("保存元の自動削除を止めてください");
    let room = room.says("メモリの中身").says("止めると消える").says("この場所で検討する");
    let draft = room.text.split("href=\"/r/containment/new?").nth(1).unwrap();
    let draft = draft.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let form = responder.get(&format!("/r/containment/new?{draft}")).await.is(200);
    form.says("受注サーバの停止").says("管理画面から止める");
    let body = json!({"incident": incident.as_str(), "target": "受注サーバ", "phase": "containment",
        "means": "stop_system", "system": shop.as_str()});
    let action = world.make("containment", body);
    let room = responder.get(&format!("/room/{incident}")).await.is(200);
    let step = format!("/r/containment/{action}/step/decide?back=/room/{incident}");
    let room = room.says("CT-1 受注サーバ").says(&step);
    room.never_says("措置はまだありません");
    let ask = responder.get(&step).await.is(200);
    ask.says("影響する業務").says("終わり、または見直す日時").says("権限のある人が決めている");
}

/// TK-79: the response record in order, with report, decisions, notices, causes and improvements.
#[tokio::test]
async fn the_response_record_is_printed_in_order_with_everything_around_it() {
    let world = World::new();
    let (shop, _) = plan(&world);
    let incident = case(&world, &shop);
    let of = |mut body: serde_json::Value| {
        body["incident"] = incident.as_str().into();
        body
    };
    let person = world.make("person", json!({"name": "決めた 人"}));
    let evidence =
        world.make("evidence", of(json!({"name": "取ったログ", "kind": "log", "taken_at": NIGHT})));
    let line = |target: &str, minutes: i64| {
        let at = NIGHT + minutes * 60_000;
        of(json!({"target": target, "phase": "containment", "means": "isolate_device",
            "state": "done", "decider": person.as_str(), "operator": person.as_str(),
            "started_at": at, "ended_at": at + HOUR, "processes": "出荷の業務",
            "customers": "影響なし", "cost": 12_345, "evidence": [evidence.as_str()],
            "result": format!("{target}を切り離した"), "effect_seen": "半日の遅れ",
            "spread": "stopped"}))
    };
    let first = world.make("containment", line("PC-1", 0));
    world.pass(1_000);
    let mut fix = line("PC-2", 5);
    fix["corrects"] = first.as_str().into();
    world.make("containment", fix);
    world.make("report", of(json!({"what": "画面が読めないという報告"})));
    world.make(
        "decision",
        of(json!({"topic": "containment", "question": "切り離すか", "decision": "切り離すと決定",
            "decided_at": NIGHT})),
    );
    world.make(
        "message",
        of(json!({"subject": "取引先への第一報", "text": "止めています", "channel": "mail"})),
    );
    world.make("improvement", of(json!({"measure": "境界装置を替える", "cause_key": "C1"})));
    let chief = world.as_user("chief").await;
    let paper = chief.get(&format!("/documents/incident-report/{incident}")).await.is(200);
    for fact in [
        "決めた 人",
        "始めた日時",
        "終えた日時",
        "出荷の業務",
        "12,345",
        "取ったログ",
        "PC-1を切り離した",
        "半日の遅れ",
        "止まった",
        "訂正する記録",
        "画面が読めないという報告",
        "切り離すと決定",
        "取引先への第一報",
        "古い境界装置",
        "境界装置を替える",
    ] {
        assert!(paper.text.contains(fact), "{fact}: {}", paper.text);
    }
    let place = |what: &str| paper.text.find(what).unwrap();
    assert!(place("CT-1　PC-1") < place("CT-2　PC-2"), "in order");
}

/// TK-62: the archive goes out as a stream once the export is on record; without a purpose nothing.
#[tokio::test]
async fn evidence_is_handed_out_as_an_archive_and_the_page_lists_it() {
    let world = World::new();
    let (shop, _) = plan(&world);
    let incident = case(&world, &shop);
    let responder = world.as_user("responder").await;
    let path = format!("/room/{incident}/package");
    responder.get(&path).await.is(200).says("まだ証拠がありません");
    let fields = [
        ("incident", incident.as_str()),
        ("name", "通信ログ"),
        ("kind", "log"),
        ("taken_at", "2026-11-21T02:00"),
    ];
    let file = ("_file", "a.log", &b"GET /\n"[..]);
    let made = responder.upload("/r/evidence/new", file, &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    responder.get(&path).await.is(200).says("通信ログ");
    let silent = responder.post(&path, &[("receiver", "調査会社"), ("purpose", "")]).await;
    assert_eq!(silent.status, 422);
    silent.says("調査会社");
    let form = [("receiver", "調査会社"), ("purpose", "解析")];
    let archive = responder.post(&path, &form).await.is(200);
    assert_eq!(archive.header("content-type"), "application/x-tar");
    assert!(archive.header("content-disposition").contains("PKG-1.tar"));
    assert_eq!(archive.bytes.len() % 512, 0);
    assert!(archive.text.contains("PKG-1/SHA256SUMS") && archive.text.contains("GET /\n"));
    responder.get(&path).await.is(200).says("PKG-1 調査会社");
    let other = world.as_user("stranger").await;
    other.get(&path).await.is(404);
    other.post(&path, &form).await.is(404);
    world.as_user("employee").await.post(&path, &form).await.is(403);
}
