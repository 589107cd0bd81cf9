//! Updates of a reconnection: who must hear what by when, the paper, and the page for outsiders.

use super::world::{NIGHT, World};
use okiagari_app::Actor;
use okiagari_model::{Change, RecordId, register};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

/// A case in its first phase with two clients, one rhythm for both and one with the first alone.
struct Told {
    case: RecordId,
    incident: RecordId,
    clients: [RecordId; 2],
    shared: RecordId,
    own: RecordId,
    person: RecordId,
}

impl Told {
    fn new(world: &World) -> Self {
        let person = world.make("person", json!({"name": "統括 花"}));
        let criterion = json!({"key": "a1", "phase": "assessment", "text": "攻撃の広がりが分かった",
            "text_en": "The extent is known", "measure": "割合", "needed": "100%"});
        let framework = world.make(
            "framework",
            json!({"name": "枠組み", "level": "institution", "profile": "light", "aim": "戻す",
                "goal": "戻す", "scope": "cyber", "scope_line": "技術だけ",
                "criteria": [criterion], "state": "approved"}),
        );
        let incident = world.make(
            "incident",
            json!({"title": "改ざん", "kind": "cyber_attack", "aware_at": NIGHT,
                "detected_at": NIGHT, "personal_data": true, "personal_data_at": NIGHT}),
        );
        let case = world.make(
            "reconnection",
            json!({"title": "甲銀行との再接続", "side": "compromised",
                "incident": incident.as_str(), "goal": "安全に戻す", "scope": "cyber",
                "scope_line": "技術のリスクだけを扱います", "scope_line_en": "Technical risk only",
                "framework": framework.as_str(), "accountable": person.as_str()}),
        );
        let clients = ["甲銀行", "乙商事"]
            .map(|name| world.make("contact", json!({"name": name, "kind": "partner"})));
        for (client, name) in clients.iter().zip(["甲の専用線", "乙の受発注"]) {
            world.make(
                "link",
                json!({"name": name, "connection": "api", "counterparty": client.as_str(),
                    "reconnection": case.as_str(), "state": "isolated"}),
            );
        }
        let first = phase(world, &case, "assessment");
        let now = json!({"state": "open", "begun_at": NIGHT, "expected_on": "2026-11-25"});
        world.edit("reconnect_phase", first.as_str(), now);
        let rhythm = |mode: &str, client: Option<&RecordId>| {
            let mut body = json!({"title": "相手組織への連絡", "title_en": "Word to clients",
                "reconnection": case.as_str(), "audiences": ["clients"], "mode": mode,
                "owner": person.as_str(), "contact": "再接続の窓口",
                "phases": [{"phase": "assessment", "every": 1440}]});
            if let Some(client) = client {
                body["client"] = client.as_str().into();
            }
            world.make("update_rhythm", body)
        };
        let shared = rhythm("shared", None);
        let own = rhythm("bilateral", Some(&clients[0]));
        Self { case, incident, clients, shared, own, person }
    }

    fn waiting(&self, world: &World, rhythm: &RecordId) -> RecordId {
        let of = |u: &okiagari_model::Record| {
            u.text("rhythm") == rhythm.as_str() && u.text("state") == "planned"
        };
        all(world, "status_update").into_iter().find(of).unwrap().id
    }

    fn issue(&self, world: &World, rhythm: &RecordId, words: &str) -> RecordId {
        let id = self.waiting(world, rhythm);
        let writer = json!({"writer": self.person.as_str(), "words": words});
        step(world, &id, "prepare", writer);
        let other = world.make("person", json!({"name": "承認 者"}));
        step(world, &id, "issue", json!({"approved_by": other.as_str()}));
        id
    }

    /// A page for one client, with a link as its row says, and the address of that link.
    fn page(&self, world: &World, client: usize, row: Value) -> RecordId {
        world.make(
            "outside_page",
            json!({"title": "状況のページ", "reconnection": self.case.as_str(),
                "contact": self.clients[client].as_str(),
                "rhythms": [self.shared.as_str(), self.own.as_str()], "links": [row]}),
        )
    }
}

fn all(world: &World, register_id: &str) -> Vec<okiagari_model::Record> {
    let rows = okiagari_model::RowFilter::everything();
    let def = register(register_id).unwrap();
    let read = |tx: &mut okiagari_store::ReadTx<'_>| tx.all(&world.org, def, &rows);
    world.app.store().read(read).unwrap()
}

fn phase(world: &World, case: &RecordId, kind: &str) -> RecordId {
    let of = |p: &okiagari_model::Record| {
        p.text("reconnection") == case.as_str() && p.text("kind") == kind
    };
    all(world, "reconnect_phase").into_iter().find(of).unwrap().id
}

fn step(world: &World, id: &RecordId, step: &str, patch: Value) {
    let def = register("status_update").unwrap();
    let patch = patch.as_object().cloned().unwrap();
    let step = def.flow.unwrap().transition(step).unwrap().id;
    let change =
        Change::Step { def, id: id.clone(), rev: None, step: step.to_owned(), patch, reason: None };
    world.app.change_as(&world.org, Actor::Program("test"), change).unwrap();
}

fn shown<'a>(text: &'a str, id: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("id=\"{id}\">")).expect(id);
    rest.split('<').next().unwrap()
}

fn path(text: &str) -> String {
    shown(text, "made-link").replace("http://localhost", "")
}

#[tokio::test]
async fn a_party_without_an_account_reads_its_own_page_and_nothing_of_another() {
    let world = World::new();
    let told = Told::new(&world);
    told.issue(&world, &told.shared, "受注の記録を調べています。");
    told.issue(&world, &told.own, "専用線の調べが先です。");
    let mine = world.as_user("chief").await;
    let link = async |client: usize, row: Value| {
        let page = told.page(&world, client, row);
        let made = mine.post(&format!("/reconnect/pages/{page}/links/0"), &[]).await.is(200);
        (page, made.text)
    };
    let (_, first) = link(0, json!({"who": "情報システム部長", "with_code": true})).await;
    let (second_page, second) = link(1, json!({"who": "担当", "until": "2026-11-23"})).await;
    // With the link alone nothing is told, not even the scope line.
    let (one, code) = (path(&first), shown(&first, "made-code").to_owned());
    let nobody = world.nobody();
    let asked = nobody.get(&one).await.is(200).says("合い言葉を入れてください");
    asked.never_says("技術のリスクだけ").never_says("受注の記録").never_says("評価");
    let wrong = nobody.post(&one, &[("code", "0000000000")]).await.is(403);
    wrong.says("合い言葉が違います").never_says("受注の記録");
    let open = nobody.post(&one, &[("code", &code)]).await.is(200);
    let open = open.says("技術のリスクだけを扱います").says("受注の記録を調べています。");
    let open = open.says("専用線の調べが先です。").says("甲の専用線").says("2026年11月25日");
    let open = open.says("攻撃の広がりが分かった").says("再接続の窓口").says("進行中");
    for word in ["乙商事", "乙の受発注", told.clients[1].as_str(), "甲銀行との再接続"]
    {
        assert!(!open.text.contains(word), "{word}");
    }
    // The other party sees the shared one alone: no text, no count of what is not its own.
    let two = path(&second);
    let other = nobody.get(&two).await.is(200).says("受注の記録を調べています。");
    assert_eq!(other.text.matches("<details").count(), 1);
    for word in ["専用線", "甲銀行", told.clients[0].as_str(), told.own.as_str()] {
        assert!(!other.text.contains(word), "{word}");
    }
    // Quiet: time and other people's business change nothing on it.
    world.pass(DAY / 2);
    world.make(
        "client_requirement",
        json!({"title": "急ぎの求め", "client": told.clients[0].as_str(),
            "reconnection": told.case.as_str()}),
    );
    assert_eq!(nobody.get(&two).await.is(200).text, other.text, "nothing has happened");
    told.issue(&world, &told.own, "二者間の続報");
    assert_eq!(nobody.get(&two).await.is(200).text, other.text, "it was not for them");
    told.issue(&world, &told.shared, "二回目の更新");
    let later = nobody.get(&two).await.is(200).says("二回目の更新");
    assert_eq!(later.text.matches("<details").count(), 2);
    nobody.get(&format!("{two}?lang=en")).await.is(303);
    nobody.get(&two).await.is(200).says("The extent is known").says("Technical risk only");
    // Over, taken back, guessed, of a case for members only: all look the same.
    nobody.get(&format!("{}x", two)).await.is(404);
    nobody.get("/told/none/none").await.is(404);
    let members = json!({"sharing": "members", "members": [told.person.as_str()]});
    world.edit("incident", told.incident.as_str(), members);
    nobody.get(&two).await.is(404);
    world.make(
        "disclosure",
        json!({"incident": told.incident.as_str(), "question": "知らせるか", "tell": true,
            "grounds": ["impact"], "why": "接続しているため", "range": ["peers"],
            "means": ["individually"], "parties": [told.clients[1].as_str()],
            "decider": told.person.as_str(), "decided_at": NIGHT}),
    );
    nobody.get(&two).await.is(200);
    nobody.post(&one, &[("code", &code)]).await.is(404);
    world.pass(3 * DAY);
    nobody.get(&two).await.is(404);
    // A new link ends the one before.
    world.edit("incident", told.incident.as_str(), json!({"sharing": "responders"}));
    let row = json!([{"who": "担当", "until": "2026-12-31"}]);
    world.edit("outside_page", second_page.as_str(), json!({"links": row}));
    let mine = world.as_user("chief").await;
    let make = format!("/reconnect/pages/{second_page}/links/0");
    let again = mine.post(&make, &[]).await.is(200).text;
    nobody.get(&path(&again)).await.is(200);
    mine.post(&make, &[]).await.is(200);
    nobody.get(&path(&again)).await.is(404);
    mine.post(&format!("/reconnect/pages/{second_page}/links/7"), &[]).await.is(404);
    let employee = world.as_user("employee").await;
    employee.post(&make, &[]).await.is(404);
}

#[tokio::test]
async fn the_case_says_who_must_hear_what_by_when_and_what_authorities_are_owed() {
    let world = World::new();
    let told = Told::new(&world);
    let mine = world.as_user("chief").await;
    let case = format!("/reconnect/{}", told.case);
    mine.get(&case)
        .await
        .is(200)
        .says("だれに何をいつまでに知らせるか")
        .says("相手組織への連絡（評価 第1回）")
        .never_says("遅れています");
    world.pass(DAY + 60_000);
    let mine = world.as_user("chief").await;
    mine.get(&case).await.is(200).says("遅れています");
    let page = format!("{case}/updates");
    let late = mine.get(&page).await.is(200).says("遅れています").says("案件からまとめる");
    // The row of rule data: jurisdiction, trigger, addressee, form, time limit, follow-ups.
    let late = late.says("(JP)").says("個人情報保護委員会").says("フォーム");
    late.says("確報").says("手順を主導する").says("技術のリスクだけを扱います");
    let id = told.issue(&world, &told.shared, "調べています。");
    let paper = mine.get(&format!("/documents/status-update/{id}")).await.is(200);
    let paper = paper.says("技術のリスクだけを扱います").says("Technical risk only");
    paper.says("関門の基準: 残っているもの").says("Gateway criteria open");
    let next = told.waiting(&world, &told.shared);
    mine.get(&format!("/documents/status-update/{next}"))
        .await
        .is(200)
        .says("まだまとめていません");
    mine.get(&format!("/r/status_update/{id}")).await.is(200).says("/documents/status-update/");
    // Promises and whether they were kept stand there throughout; the queue is one.
    let of = |mut body: Value| {
        body["reconnection"] = told.case.as_str().into();
        body
    };
    world.make(
        "commitment",
        of(json!({"title": "調査の結果を渡す", "kind": "promise", "by": "us",
            "assigned": told.person.as_str(), "due_on": "2026-11-20"})),
    );
    for client in &told.clients {
        world.make(
            "client_requirement",
            of(json!({"title": "認証の証拠", "client": client.as_str(), "topic": "containment"})),
        );
    }
    let page = mine.get(&page).await.is(200).says("調査の結果を渡す").says("2組織");
    page.says("交わした約束");
    mine.get(&case).await.is(200).says("調査の結果を渡す");
    let employee = world.as_user("employee").await;
    employee.get(&format!("{case}/updates")).await.is(404);
}
