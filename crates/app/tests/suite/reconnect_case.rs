//! A case on the compromised side with two clients, and what is made in it.

use super::harness::{NIGHT, World};
use okiagari_app::Ctx;
use okiagari_model::reconnect::assurance_item::AssuranceTopic;
use okiagari_model::{Choice, RecordId};
use serde_json::{Value, json};

/// A case on the compromised side with two clients, each cut off.
pub struct Case {
    pub incident: RecordId,
    pub case: RecordId,
    pub clients: [RecordId; 2],
    pub links: [RecordId; 2],
    pub sides: [Ctx; 2],
}

impl Case {
    pub fn new(world: &World) -> Self {
        let incident = world.incident(json!({}));
        let case = world
            .create(
                "coordinator",
                "reconnection",
                json!({"title": "受発注の再接続", "side": "compromised",
                    "incident": incident.as_str(), "goal": "安全に戻す", "scope": "cyber",
                    "scope_line": "技術のリスクだけを扱います",
                    "accountable": world.people["ciso"].as_str()}),
            )
            .unwrap()
            .id;
        let clients = ["甲銀行", "乙商事"]
            .map(|name| world.make("contact", json!({"name": name, "kind": "partner"})).id);
        let links = [0, 1].map(|i: usize| {
            let body = json!({"name": format!("接続{i}"), "connection": "api",
                "counterparty": clients[i].as_str()});
            let link = world.create("csirt", "link", body).unwrap().id;
            let cut = json!({"reconnection": case.as_str(), "cut_by": "them", "cut_at": NIGHT,
                "cut_why": "データの完全性が疑われたため", "extent": "parts"});
            world.step("csirt", ("link", &link), "isolate", cut).unwrap();
            link
        });
        let sides =
            [0, 1].map(|i: usize| world.member(&format!("acct_side{i}"), None, Some(&clients[i])));
        Self { incident, case, clients, links, sides }
    }

    pub fn make(&self, world: &World, id: &str, more: Value) -> RecordId {
        let mut body = json!({"reconnection": self.case.as_str()});
        super::harness::merge(&mut body, more);
        world.create("csirt", id, body).unwrap().id
    }

    pub fn ask(&self, world: &World, client: usize, title: &str, more: Value) -> RecordId {
        let mut body = json!({"title": title, "client": self.clients[client].as_str(),
            "link": self.links[client].as_str()});
        super::harness::merge(&mut body, more);
        self.make(world, "client_requirement", body)
    }

    pub fn evidence(&self, world: &World) -> RecordId {
        let body = json!({"name": "検査の結果", "kind": "log", "taken_at": NIGHT,
            "incident": self.incident.as_str()});
        world.create("csirt", "evidence", body).unwrap().id
    }

    pub fn item(&self, world: &World, topic: AssuranceTopic, more: Value) -> RecordId {
        let mut body = json!({"topic": topic.id(), "title": format!("{}の項目", topic.id()),
            "statement": format!("{}について確かめた", topic.id())});
        super::harness::merge(&mut body, more);
        self.make(world, "assurance_item", body)
    }

    /// An item of each topic, done with evidence.
    pub fn all_done(&self, world: &World) -> Vec<RecordId> {
        let evidence = self.evidence(world);
        let mut made: Vec<RecordId> = Vec::new();
        for topic in AssuranceTopic::ALL {
            let tests: Vec<&str> = made.first().map(RecordId::as_str).into_iter().collect();
            let more = if topic == AssuranceTopic::TestResults {
                json!({"evidence": [evidence.as_str()], "tests": tests})
            } else {
                json!({"evidence": [evidence.as_str()]})
            };
            let id = self.item(world, topic, more);
            world.step("csirt", ("assurance_item", &id), "finish", json!({})).unwrap();
            made.push(id);
        }
        made
    }

    /// An attestation that is issued.
    pub fn issued(&self, world: &World, more: Value) -> RecordId {
        let mut body = json!({"title": "安全の認証書", "scenario": "ransomware",
            "writer": world.people["csirt"].as_str()});
        super::harness::merge(&mut body, more);
        let id = self.make(world, "attestation", body);
        let it = ("attestation", &id);
        world
            .step("ciso", it, "review", json!({"reviewed_by": world.people["ciso"].as_str()}))
            .unwrap();
        self.sign(world, &id, json!(["security", "reconnection"]));
        world.step("ciso", it, "issue", days()).unwrap();
        id
    }

    pub fn sign(&self, world: &World, attestation: &RecordId, what: Value) -> RecordId {
        let body = json!({"attestation": attestation.as_str(), "name": "責任 者",
            "signer": world.people["ciso"].as_str(), "post": "CISO", "responsibility": what,
            "authority": "取締役会の決議による"});
        self.make(world, "attestation_signature", body)
    }

    pub fn answer(&self, world: &World, more: Value) -> RecordId {
        let mut body = json!({"title": "多要素認証の状況", "kinds": ["measures"],
            "text": "全員に適用しました", "writer": world.people["csirt"].as_str()});
        super::harness::merge(&mut body, more);
        self.make(world, "client_answer", body)
    }

    pub fn approve(&self, world: &World, answer: &RecordId) {
        let by = json!({"approved_by": world.people["ciso"].as_str()});
        world.step("ciso", ("client_answer", answer), "approve", by).unwrap();
    }

    pub fn decision(&self, world: &World, client: usize, more: Value) -> RecordId {
        let mut body = json!({"title": "接続を戻すか", "link": self.links[client].as_str(),
            "client": self.clients[client].as_str(), "client_view": "証拠が見たい",
            "compromised_view": "直し終えた", "agreed": ["段階的に戻す"], "open": ["時期"]});
        super::harness::merge(&mut body, more);
        let id = self.make(world, "reconnection_decision", body);
        let rec = json!({"recommendation": "acceptable", "technical_grounds": "検査に合格",
            "technical_by": "甲銀行の技術責任者"});
        world.step("technical_lead", ("reconnection_decision", &id), "recommend", rec).unwrap();
        id
    }
}

pub fn days() -> Value {
    json!({"valid_from": "2026-11-21", "valid_until": "2026-12-20"})
}

pub fn yes(more: Value) -> Value {
    let mut body = json!({"decision": "reconnect", "grounds": "認証書と試験の結果",
        "decider": "甲銀行の頭取", "decider_client": true});
    super::harness::merge(&mut body, more);
    body
}

/// What a link needs besides its own conditions before it can be tried and brought back: the
/// client's decision, a watch, and a test that both sides reconciled.
pub fn ready(world: &World, link: &RecordId) {
    let at = world.get(("link", link));
    open_phase(world, &RecordId::new(at.text("reconnection")), "reconnection");
    let of = |more: Value| {
        let mut body = json!({"reconnection": at.text("reconnection"), "link": link.as_str()});
        super::harness::merge(&mut body, more);
        body
    };
    let make = |id: &str, more: Value| world.create("csirt", id, of(more)).unwrap().id;
    let decision = make(
        "reconnection_decision",
        json!({"title": "戻すか", "client": at.text("counterparty"), "client_view": "戻したい",
            "compromised_view": "直し終えた"}),
    );
    let it = ("reconnection_decision", &decision);
    let rec = json!({"recommendation": "acceptable", "technical_grounds": "検査に合格",
        "technical_by": "技術責任者"});
    world.step("technical_lead", it, "recommend", rec).unwrap();
    world.step("executive", it, "decide", yes(json!({}))).unwrap();
    let plan = make(
        "monitoring_plan",
        json!({"what": "件数", "thresholds": "二倍", "side": "both", "who": "当番",
            "often": "10分ごと", "cut_when": "二回続けて超えたら"}),
    );
    world.step("csirt", ("monitoring_plan", &plan), "begin", json!({})).unwrap();
    let test = make(
        "test_transaction",
        json!({"title": "最初の注文", "stage": "first", "kind": "注文", "expected": "番号が返る",
            "covers": ["correct"]}),
    );
    let it = ("test_transaction", &test);
    world.step("csirt", it, "run", json!({"actual": "番号が返った"})).unwrap();
    let agree =
        json!({"ours": "agrees", "ours_by": "当社", "theirs": "agrees", "theirs_by": "相手"});
    world.step("csirt", it, "pass", agree).unwrap();
}

/// Puts a phase of a case into a state, as the program itself, where no gateway is meant.
pub fn put_phase(world: &World, case: &RecordId, kind: &str, state: &str) -> RecordId {
    let of = |p: &okiagari_model::Record| {
        p.text("reconnection") == case.as_str() && p.text("kind") == kind
    };
    let phase = world.all("reconnect_phase").into_iter().find(of).unwrap();
    let change = okiagari_model::Change::Edit {
        def: phase.def,
        id: phase.id.clone(),
        rev: phase.rev,
        patch: super::harness::body(json!({"state": state})),
        reason: Some("試験のため".into()),
    };
    world.app.change_as(&world.org, okiagari_app::Actor::Program("test"), change).unwrap();
    phase.id
}

/// Opens a phase of a case.
pub fn open_phase(world: &World, case: &RecordId, kind: &str) -> RecordId {
    put_phase(world, case, kind, "open")
}

/// One record in each register of the client side, of a case of an incident.
pub fn one_of_each(
    world: &World,
    incident: &str,
    word: &str,
    evidence: &str,
) -> Vec<(&'static str, RecordId)> {
    let ciso = world.people["ciso"].as_str();
    let client = world.make("contact", json!({"name": "取引先", "kind": "partner"})).id;
    let case = world
        .make(
            "reconnection",
            json!({"title": word, "side": "compromised", "incident": incident,
            "goal": word, "scope": "cyber", "scope_line": word, "accountable": ciso}),
        )
        .id;
    let link = world
        .make(
            "link",
            json!({"name": word, "connection": "api", "incident": incident,
            "reconnection": case.as_str(), "counterparty": client.as_str()}),
        )
        .id;
    let make = |id: &'static str, more: Value| {
        let mut body = json!({"reconnection": case.as_str()});
        super::harness::merge(&mut body, more);
        (id, world.make(id, body).id)
    };
    let (client, link) = (client.as_str(), link.as_str());
    let phase =
        world.all("reconnect_phase").into_iter().find(|p| p.text("reconnection") == case.as_str());
    let phase = phase.unwrap().id.as_str().to_owned();
    let attestation = make("attestation", json!({"title": word, "scenario": "other"}));
    let of = attestation.1.as_str().to_owned();
    vec![
        make(
            "sealed_statement",
            json!({"title": word, "kind": "declaration", "series": word, "version": 1,
                "statement_sha256": word, "valid_from": "2026-11-21",
                "valid_until": "2026-12-20"}),
        ),
        make(
            "received_package",
            json!({"title": word, "sender": client, "issuer": word, "kind": "declaration",
                "series": word, "version": 1, "statement_sha256": word, "file_sha256": word,
                "signers": [word], "valid_from": NIGHT, "valid_until": NIGHT + 90 * 86_400_000, "enclosed": 0,
                "withheld": 0}),
        ),
        make("client_terms", json!({"client": client, "attestation": "none", "why": word})),
        make("client_requirement", json!({"client": client, "title": word})),
        make("client_answer", json!({"title": word, "kinds": ["details"], "text": word})),
        make("remediation", json!({"title": word, "end": "mend", "place": word})),
        make(
            "safety_statement",
            json!({"title": word, "client": client, "text": word,
                "covered": [{"place": word, "ground": word}]}),
        ),
        make("gateway_copy", json!({"client": client, "judged_by": word, "phase": phase})),
        make("assurance_item", json!({"topic": "effects", "title": word, "evidence": [evidence]})),
        make(
            "attestation_signature",
            json!({"attestation": of, "name": word, "signer": ciso, "post": word,
                "responsibility": ["security"], "authority": word}),
        ),
        make(
            "attestation_delivery",
            json!({"attestation": of, "client": client, "recipient": word, "channel": "paper"}),
        ),
        attestation,
        make(
            "investigation_report",
            json!({"title": word, "provider": client, "scope": word, "from_on": "2026-11-20",
                "to_on": "2026-11-21", "method": word, "findings": word, "limits": word,
                "signed_by": word, "signed_on": "2026-11-21"}),
        ),
        make(
            "contingency",
            json!({"workaround": word, "link": link, "side": "us", "capacity": 50, "people": word,
                "holds_until": "2026-12-01", "ends_by": word, "review_on": "2026-11-25"}),
        ),
        make("reconnection_decision", json!({"title": word, "link": link})),
        make(
            "test_transaction",
            json!({"title": word, "link": link, "stage": "first", "kind": word, "expected": word,
                "covers": ["correct"]}),
        ),
        make(
            "monitoring_plan",
            json!({"what": word, "link": link, "thresholds": word, "side": "us", "who": word,
                "often": word, "cut_when": word}),
        ),
    ]
    .into_iter()
    .chain(told_and_promised(world, case.as_str(), client, word))
    .collect()
}

/// One record in each register of updates, of the sector and of promises.
fn told_and_promised(
    world: &World,
    case: &str,
    client: &str,
    word: &str,
) -> Vec<(&'static str, RecordId)> {
    let ciso = world.people["ciso"].as_str();
    let make = |id: &'static str, more: Value| {
        let mut body = json!({"reconnection": case});
        super::harness::merge(&mut body, more);
        (id, world.make(id, body).id)
    };
    let rhythm = make(
        "update_rhythm",
        json!({"title": word, "audiences": ["clients"], "mode": "shared", "owner": ciso,
            "contact": word}),
    );
    let phase = world
        .make("reconnect_phase", json!({"reconnection": case, "name": word, "kind": "assessment"}))
        .id;
    let of = rhythm.1.as_str().to_owned();
    vec![
        make("status_update", json!({"title": word, "rhythm": of, "phase": phase.as_str()})),
        make("outside_page", json!({"title": word, "contact": client, "rhythms": [of]})),
        rhythm,
        make(
            "sharing_limit",
            json!({"title": word, "part": "words", "audiences": ["clients"], "reason": word,
                "decided_by": ciso}),
        ),
        make("sector_group", json!({"title": word, "contact": client})),
        make("sector_meeting", json!({"title": word, "kind": "forum", "planned_at": NIGHT})),
        make("agency_guidance", json!({"title": word, "from": client, "text": word})),
        make("commitment", json!({"title": word, "kind": "promise", "by": "us"})),
        make(
            "case_request",
            json!({"title": word, "kind": "information", "from": "them", "party": client}),
        ),
    ]
}
