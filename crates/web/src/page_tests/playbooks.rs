//! Playbooks on screen: taken, edited, approved, started in the room, answered by one click.

use super::world::{Answer, Browser, World};
use serde_json::json;

/// The part of a page between two marks.
#[track_caller]
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap_or_else(|| panic!("no {from} in {text}"));
    let rest = &text[start..];
    &rest[..rest.find(to).unwrap_or(rest.len())]
}

async fn take(browser: &Browser<'_>, id: &str) -> String {
    browser.post(&format!("/playbooks/shipped/{id}/take"), &[("at", "1")]).await.place()
}

async fn approve(world: &World, browser: &Browser<'_>, place: &str) {
    let id = place.rsplit('/').next().unwrap();
    let form = browser.get(&format!("/r/playbook/{id}/step/approve")).await.is(200);
    let person = world.make("person", json!({"name": "承認する人"}));
    let fields = [("_rev", form.hidden("_rev")), ("approved_by", person.as_str().to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let done = browser.post(&format!("/r/playbook/{id}/step/approve"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// The hidden fields of the first form that holds a mark, to be sent back.
fn task_of(room: &Answer, words: &str) -> (String, String) {
    let part = between(&room.text, "id=\"room-plays\"", "</section>");
    let at = part.find(words).unwrap_or_else(|| panic!("no {words} in {part}"));
    let item = &part[part[..at].rfind("<li class=\"task\"").unwrap()..];
    let value = |name: &str| {
        let mark = format!("name=\"{name}\" value=\"");
        item.split_once(&mark).unwrap().1.split('"').next().unwrap().to_owned()
    };
    (value("id"), value("rev"))
}

#[tokio::test]
async fn a_shipped_playbook_is_previewed_taken_drawn_and_approved() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    chief.get("/r/playbook").await.is(200).says("/playbooks/shipped");
    chief
        .get("/playbooks/shipped")
        .await
        .is(200)
        .says("ランサムウェア")
        .says("パソコン・端末の紛失");
    let preview = chief.get("/playbooks/shipped/ransomware").await.is(200);
    preview.says("<svg").says("広がっている").says("案として取り込む").says("電源は切らず");
    chief.get("/playbooks/shipped/nothing").await.is(404);
    let place = take(&chief, "ransomware").await;
    chief
        .get(&place)
        .await
        .is(200)
        .says("まだ承認されていません")
        .says("<svg")
        .never_says("直すところが");
    approve(&world, &chief, &place).await;
    chief.get(&place).await.is(200).says("第1版");
    // Everybody inside may read it, and only responders change it.
    let employee = world.as_user("employee").await;
    employee.get(&place).await.is(200).never_says("手順を足す");
    assert_eq!(world.as_user("stranger").await.get(&place).await.status, 404);
}

#[tokio::test]
async fn steps_are_edited_without_scripts_and_problems_are_named_by_step() {
    let world = World::new();
    let mine = world.as_user("responder").await;
    let place = take(&mine, "containment-list").await;
    let form = mine.get(&format!("{place}?add=keep")).await.is(200).says("手順を足す");
    let rev = form.hidden("_rev");
    let step = [
        ("_rev", rev.as_str()),
        ("_key", ""),
        ("_behind", "keep"),
        ("_do", "save"),
        ("key", "call"),
        ("text", "<b>当番に電話する"),
        ("kind", "do"),
        ("after", "keep"),
    ];
    let steps = format!("{place}/steps");
    assert_eq!(mine.post(&steps, &step).await.place(), format!("{place}#s-call"));
    let page = mine.get(&place).await.is(200).says("&lt;b&gt;当番に電話する").never_says("<b>当番");
    let rev = page.hidden("_rev");
    // An old page is told so, and what was typed stays.
    let late = mine.post(&steps, &step).await.is(409);
    late.says("value=\"call\"");
    let gone = [("_rev", rev.as_str()), ("_key", "target"), ("_do", "delete")];
    assert_eq!(mine.post(&steps, &gone).await.place(), place);
    let faulty =
        mine.get(&place).await.is(200).says("直すところが").says("判断の手順ではありません");
    let rev = faulty.hidden("_rev");
    let wrong = [
        ("_rev", rev.as_str()),
        ("_key", "call"),
        ("_do", "save"),
        ("key", "call"),
        ("text", ""),
        ("kind", "do"),
    ];
    mine.post(&steps, &wrong).await.is(422).says("すること").says("id=\"f-text\"");
    let employee = world.as_user("employee").await;
    let other = [("_rev", "1"), ("_key", "keep"), ("_do", "delete")];
    assert_eq!(employee.post(&steps, &other).await.status, 403);
}

/// Choosing in the room, one click for an answer, the evidence gate, an error that is shown there.
#[tokio::test]
async fn a_playbook_is_started_in_the_room_and_answered_by_one_click() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let place = take(&chief, "ransomware").await;
    let playbook = place.rsplit('/').next().unwrap().to_owned();
    let incident = world.make("incident", json!({"title": "暗号化", "kind": "malware"}));
    let room = format!("/room/{incident}");
    // A draft is offered on the page of all, with its reason.
    chief.get(&room).await.is(200).never_says("を始める</button>");
    let all = format!("{room}/plays");
    chief.get(&all).await.is(200).says("種類が合う").says("承認前の手順書を使う理由");
    let start = format!("{room}/play");
    chief.post(&start, &[("playbook", &playbook)]).await.is(200).says("承認されていない手順書です");
    approve(&world, &chief, &place).await;
    chief.get(&room).await.is(200).says("「ランサムウェア」を始める");
    chief.post(&start, &[("playbook", &playbook)]).await.is(303);

    let act = format!("{room}/act");
    let finish = async |words: &str, more: &[(&str, &str)]| {
        let page = chief.get(&room).await.is(200);
        let (id, rev) = task_of(&page, words);
        let mut form = vec![
            ("register", "task"),
            ("id", id.as_str()),
            ("rev", rev.as_str()),
            ("step", "finish"),
        ];
        form.extend(more);
        chief.post(&act, &form).await
    };
    for words in [
        "LANと無線を切る",
        "拡張子を写真に撮る",
        "不審な端末を使わせない",
        "バックアップを切り離し",
    ] {
        finish(words, &[]).await.is(303);
    }
    let page = chief.get(&room).await.is(200);
    page.says("name=\"f.answer\" value=\"unknown\">まだ分からない</button>").says("済んだ手順 4");
    finish("広がっているか", &[("f.answer", "one")]).await.is(303);
    chief.get(&room).await.is(200).says("この端末を隔離したまま").says("この端末だけ");

    // Out of order: the wipe, which waits for evidence and says so.
    let page = chief.get(&room).await.is(200);
    let run = between(&page.text, "id=\"p-", "</a>");
    let run = run["id=\"p-".len()..].split('"').next().unwrap().to_owned();
    let jump = [
        ("register", "play"),
        ("id", run.as_str()),
        ("step", "jump"),
        ("f.jump_to", "wipe"),
        ("reason", "業務が止まっているため"),
    ];
    chief.post(&act, &jump).await.is(303);
    chief.get(&room).await.is(200).says("先に証拠を確保してください").says("証拠なしで完了する");
    let (id, rev) = task_of(&chief.get(&room).await.is(200), "初期化する");
    let form =
        [("register", "task"), ("id", id.as_str()), ("rev", rev.as_str()), ("step", "finish")];
    let refused = chief.post(&act, &form).await;
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    refused.says("証拠を先に確保している");
    let part = world.as_user("chief").await.with("x-fragment", "room-plays");
    let refused = part.post(&act, &form).await;
    assert!(refused.text.starts_with("<section class=\"room-part\" id=\"room-plays\">"));
    refused.says("role=\"alert\"");

    chief.get(&format!("{room}/plays/{run}")).await.is(200).says("<svg").says("済み").says("いま");
    let stranger = world.as_user("stranger").await;
    assert_eq!(stranger.get(&format!("{room}/plays/{run}")).await.status, 404);
}

/// JP-56: the paper has all its parts, filled in or as lines to write on.
#[tokio::test]
async fn the_account_of_events_prints_filled_in_or_blank() {
    let world = World::new();
    let mine = world.as_user("employee").await;
    let parts = [
        "書いた人",
        "なくした機器",
        "気づいた日時",
        "気づいた場所",
        "最後に見た場所",
        "入っていた情報",
        "施してあった対策",
        "したこと",
        "署名",
    ];
    let mut blank = mine.get("/documents/account").await.is(200);
    for part in parts {
        blank = blank.says(part);
    }
    let who = world.make("person", json!({"name": "落とした人"}));
    let id = world.make(
        "loss_account",
        json!({"who": who.as_str(), "device": "PC-17",
        "noticed_at": super::world::NIGHT, "noticed_where": "駅", "contents": "見積書 <12>件",
        "protections": "暗号化", "steps": "駅に届けた"}),
    );
    let chief = world.as_user("chief").await;
    let filled = chief.get(&format!("/documents/account/{id}")).await.is(200);
    filled.says("落とした人").says("PC-17").says("見積書 &lt;12&gt;件").says("2026年11月21日");
    assert_eq!(mine.get(&format!("/documents/account/{id}")).await.status, 404, "not one's own");
}
