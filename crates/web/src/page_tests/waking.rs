//! Calls answered from the telephone, the room's panel of people, and the papers about people.

use super::world::{NIGHT, World};
use okiagari_app::Actor;
use okiagari_model::{Change, Record, RecordId, Register, RowFilter, register};
use serde_json::{Value, json};

fn make(world: &World, id: &str, value: Value) -> RecordId {
    let body = value.as_object().cloned().unwrap();
    let change = Change::Create { def: register(id).unwrap(), body, reason: None };
    world.app.change_as(&world.org, Actor::Program("test"), change).unwrap().id
}

fn get(world: &World, register_id: &str, id: &RecordId) -> Record {
    let def = register(register_id).unwrap();
    world
        .app
        .store()
        .read(|tx| {
            let found = tx.get(&world.org, def, id, &RowFilter::everything())?;
            Ok::<_, okiagari_app::AppError>(found)
        })
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn a_call_is_answered_from_the_telephone_by_a_post_and_nothing_leaks() {
    let world = World::new();
    let person = make(&world, "person", json!({"name": "夜の 人", "phone": "090-1"}));
    let case = make(
        &world,
        "incident",
        json!({"title": "給与が暗号化された", "kind": "malware", "aware_at": NIGHT,
            "lead": person.as_str(), "sharing": "members"}),
    );
    let call = make(
        &world,
        "paging",
        json!({"cause": "hand", "incident": case.as_str(), "words": "給与のサーバーです"}),
    );
    let path = world.app.ring_path(&world.org, &call, 0).unwrap();
    let anyone = world.nobody();
    let page = anyone.get(&path).await.is(200).says("受けます").says("人が呼び出した");
    page.never_says("給与").never_says("夜の 人");
    assert_eq!(get(&world, "paging", &call).text("state"), "calling", "looking changes nothing");
    anyone.get(&format!("{path}x")).await.is(404);
    anyone.post(&format!("{path}x"), &[("answer", "take")]).await.is(404);
    anyone.post(&path, &[("answer", "maybe")]).await.is(422);
    assert_eq!(get(&world, "paging", &call).text("state"), "calling");
    assert_eq!(anyone.post(&path, &[("answer", "take")]).await.place(), path);
    let taken = get(&world, "paging", &call);
    assert_eq!(
        (taken.text("state"), taken.ids("answered_by")),
        ("answered", vec![person.as_str()])
    );
    anyone.get(&path).await.is(200).says("あなたが受け持つと記録しました").never_says("給与");
    // Used once: a second answer changes nothing.
    anyone.post(&path, &[("answer", "decline")]).await.place();
    assert_eq!(get(&world, "paging", &call).rev, taken.rev);
}

#[tokio::test]
async fn trying_links_is_slowed_down() {
    let world = World::new();
    let anyone = world.nobody();
    let mut last = 0;
    for n in 0..25 {
        let path = format!("/call/01m7x0pcc0tjk63w0hvyb00jp3/0/AAAA-AAAA-AAAA-AAAA-AA{n:02}");
        last = anyone.post(&path, &[("answer", "take")]).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn the_room_shows_who_was_called_who_is_next_and_takes_the_answer() {
    let world = World::new();
    let (a, b) = (
        make(&world, "person", json!({"name": "一番目 の人", "phone": "090-1"})),
        make(&world, "person", json!({"name": "二番目 の人", "phone": "090-2"})),
    );
    let role = json!({"name": "夜の当番", "kind": "csirt", "holder": a.as_str(),
        "deputies": [b.as_str()]});
    let role = make(&world, "role", role);
    let case = json!({"title": "不審な通信", "kind": "cyber_attack", "aware_at": NIGHT});
    let case = make(&world, "incident", case);
    let browser = world.as_user("responder").await;
    let room = format!("/room/{case}");
    browser.get(&room).await.is(200).says("だれも呼び出していません");
    let form = [("f.role", role.as_str()), ("f.words", "電話をください")];
    let place = browser.post(&format!("{room}/call"), &form).await.place();
    assert!(place.starts_with(&room), "{place}");
    let page = browser.get(&room).await.is(200).says("一番目 の人").says("tel:0902");
    let page = page.says("二番目 の人").says("/paging").says("私が受けます");
    let call = page.text.split("id=\"g-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let step = [
        ("register", "paging"),
        ("id", &call),
        ("f.passed_on", "not_reached"),
        ("step", "pass_on"),
    ];
    browser.post(&format!("{room}/act"), &step).await.place();
    browser.get(&room).await.is(200).says("つながらない</small>");
    let said = [
        ("register", "paging"),
        ("id", &call),
        ("f.answered_by", b.as_str()),
        ("f.answered_through", "spoken"),
        ("step", "acknowledge"),
    ];
    browser.post(&format!("{room}/act"), &said).await.place();
    browser
        .get(&room)
        .await
        .is(200)
        .says("応答した人：二番目 の人")
        .says("呼び出し（人が呼び出した）に応答");
    let duty = browser.get("/paging").await.is(200).says("この順に電話します");
    duty.says("だれもいません").says("自動の送り先が設定されていません");
    let test = browser.post("/paging/test", &[]).await.place();
    assert!(test.starts_with("/r/paging/"), "{test}");
    browser.get("/paging").await.is(200).says("試しの呼び出し").says("呼び出し中");
}

/// TK-37: one sheet for everybody; who received which version is kept, who has not is listed.
#[tokio::test]
async fn everybody_gets_the_card_and_who_has_not_is_listed() {
    let world = World::new();
    let desk = make(&world, "person", json!({"name": "窓口 の人", "phone": "03-9999"}));
    let role = json!({"name": "報告窓口", "kind": "reporting_desk", "holder": desk.as_str()});
    make(&world, "role", role);
    let employee = make(&world, "person", json!({"name": "現場 の人"}));
    make(&world, "person", json!({"name": "社外 の人", "external": true}));
    let browser = world.as_user("chief").await;
    let page = browser.get("/documents/first-card").await.is(200);
    let page =
        page.says("03-9999").says("ログやファイル、メールを消さない").says("報告テンプレート");
    let page = page.says(&format!("/report/{}", world.org)).says("電話する順");
    let page = page.says("現場 の人");
    assert!(!page.text.contains("社外 の人"), "people from outside get none");
    let before = page.text.matches("まだ一度も渡していません").count();
    let form = [("person", employee.as_str())];
    browser.post("/documents/first-card", &form).await.place();
    let page = browser.get("/documents/first-card").await.is(200);
    assert_eq!(page.text.matches("まだ一度も渡していません").count(), before - 1);
    let page = page.says("この版を持っている人は1人です");
    let version = page.text.split("版 ").nth(1).unwrap().split('<').next().unwrap().to_owned();
    // Another number on the card is another version: whoever has the old one is named.
    let change = Change::Edit {
        def: okiagari_model::govern::person::Person::DEF,
        id: desk.clone(),
        rev: 1,
        patch: json!({"phone": "03-8888"}).as_object().cloned().unwrap(),
        reason: None,
    };
    world.app.change_as(&world.org, Actor::Program("test"), change).unwrap();
    let page = browser.get("/documents/first-card").await.is(200).says("03-8888");
    page.says(&format!("前の版 {version} を持っています")).says("この版を持っている人は0人です");
}

/// NI-426, TK-76 and TK-89: papers made of the same records.
#[tokio::test]
async fn the_agreement_of_two_teams_and_the_lists_are_printed_from_the_record() {
    let world = World::new();
    let person = make(&world, "person", json!({"name": "決める 人", "phone": "03-7777"}));
    let deputy = make(&world, "person", json!({"name": "代わりの 人", "phone": "03-6666"}));
    for (kind, name) in [
        ("technical_lead", "技術"),
        ("pr_lead", "広報"),
        ("customer_lead", "顧客"),
        ("coordinator", "統括"),
    ] {
        make(
            &world,
            "role",
            json!({"name": name, "kind": kind, "holder": person.as_str(),
            "deputies": [deputy.as_str()]}),
        );
    }
    make(
        &world,
        "contact",
        json!({"name": "守りの会社", "kind": "security_vendor",
        "phone": "0120-1", "contract_no": "K-100", "customer_no": "C-200", "hours": "24時間",
        "language": "日本語・英語", "scope": "解析まで", "rank": 1}),
    );
    make(
        &world,
        "contact",
        json!({"name": "回線の会社", "kind": "isp", "phone": "0120-2", "rank": 2}),
    );
    let browser = world.as_user("chief").await;
    let page = browser.get("/documents/contacts").await.is(200).says("緊急連絡リスト");
    let page =
        page.says("K-100").says("C-200").says("24時間").says("日本語・英語").says("解析まで");
    page.says("IT-BCP文書の別紙");
    let page = browser.get("/documents/incident-contacts").await.is(200);
    let page = page.says("インシデント対応連絡リスト").says("発行日 2026年11月21日");
    for part in [
        "技術対応責任者",
        "広報責任者",
        "顧客対応責任者",
        "代わりの 人",
        "03-6666",
        "03-7777",
        "0120-1",
        "K-100",
    ] {
        assert!(page.text.contains(part), "{part}");
    }
    let (first, second) = (page.text.find("守りの会社"), page.text.find("回線の会社"));
    assert!(first < second, "in order of calling");
    let leads = page.text.find("三つの責任者").unwrap();
    assert!(leads < page.text.find("そのほかの社内").unwrap());
    // The same contact, changed once, is changed on both lists.
    let plan = make(
        &world,
        "team_plan",
        json!({"title": "二つの班の取り決め（本社）",
        "attack_work": "侵入を追う", "restoration_work": "順に戻す", "cooperation": "30分ごとに話す",
        "new_attack": "復旧を止めるかを統括が決める", "decider": person.as_str(),
        "approved_on": "2026-11-01"}),
    );
    let page = browser.get(&format!("/documents/two-teams/{plan}")).await.is(200);
    for part in [
        "侵入を追う",
        "順に戻す",
        "30分ごとに話す",
        "復旧を止めるかを統括が決める",
        "復旧中に新しい攻撃が来たとき",
        "決める 人",
        "2026-11-01 承認",
    ] {
        assert!(page.text.contains(part), "{part}");
    }
}
