//! Reconnecting, as others are told of it: rhythms, updates, the sector's group, agencies, police
//! and those downstream.

use super::harness::{NIGHT, World, fields, gates, merge, on_each, opened};
use super::reconnect_case::Case;
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::reconnect::status_update::{frozen, missed};
use okiagari_model::reconnect::told::{ChangeTold, Told};
use okiagari_model::{Choice, DAY, Lang, MINUTE, Record, RecordId};
use serde_json::{Value, json};

/// A case whose first phase is open by an approved framework.
struct Telling {
    c: Case,
    framework: RecordId,
}

impl Telling {
    fn new(world: &World) -> Self {
        let criterion = |key: &str, phase: &str| {
            json!({"key": key, "phase": phase, "text": format!("基準{key}"),
            "text_en": format!("Criterion {key}"), "measure": "割合", "needed": "100%"})
        };
        let framework = world
            .make(
                "framework",
                json!({"name": "自社の枠組み", "level": "institution", "profile": "light",
                "aim": "根拠をもってつなぎ直す", "goal": "受発注を戻す", "scope": "business",
                "scope_line": "業務の再開も扱います",
                "criteria": [criterion("a1", "assessment"), criterion("a2", "assessment"),
                    criterion("r1", "remediation"), criterion("s1", "assurance"),
                    criterion("c1", "reconnection"), criterion("v1", "recovery")]}),
            )
            .id;
        let by = json!({"approved_by": world.people["executive"].as_str()});
        world.step("executive", ("framework", &framework), "approve", by).unwrap();
        let c = Case::new(world);
        let follow = json!({"framework": framework.as_str()});
        world.edit("csirt", ("reconnection", &c.case), follow).unwrap();
        Self { c, framework }
    }

    fn phase(&self, world: &World, kind: PhaseKind) -> RecordId {
        let of = |p: &Record| {
            p.ids("reconnection") == [self.c.case.as_str()] && p.text("kind") == kind.id()
        };
        world.all("reconnect_phase").into_iter().find(of).unwrap().id
    }

    fn begin(&self, world: &World, kind: PhaseKind) -> Vec<RecordId> {
        let id = self.phase(world, kind);
        let who = json!({"accountable": world.people["csirt"].as_str()});
        let receipt = world.step("technical_lead", ("reconnect_phase", &id), "begin", who).unwrap();
        opened(&receipt, "status_update")
    }

    /// A rhythm for clients, daily in the first two phases.
    fn rhythm(&self, world: &World, more: Value) -> RecordId {
        let way = |kind: &str, i: usize, means: &str| json!({"kind": kind, "contact": self.c.clients[i].as_str(), "means": means});
        let mut body = json!({"title": "相手組織への連絡", "title_en": "Word to clients",
            "audiences": ["clients"], "mode": "shared", "owner": world.people["csirt"].as_str(),
            "contact": "再接続の窓口 03-0000-0000",
            "ways": [way("direct", 0, "mail"), way("direct", 1, "mail"),
                way("sharing", 0, "web_form"), way("platform", 1, "web_form")],
            "phases": [{"phase": "assessment", "every": 1440},
                {"phase": "remediation", "every": 720}]});
        merge(&mut body, more);
        self.c.make(world, "update_rhythm", body)
    }

    fn prepare(&self, world: &World, id: &RecordId, more: Value) {
        let mut body = json!({"writer": world.people["csirt"].as_str()});
        merge(&mut body, more);
        world.step("csirt", ("status_update", id), "prepare", body).unwrap();
    }

    fn issue(&self, world: &World, id: &RecordId, more: Value) -> okiagari_app::Receipt {
        self.prepare(world, id, more);
        world.step("ciso", ("status_update", id), "issue", approve(world)).unwrap()
    }

    fn reach(&self, world: &World, phase: &RecordId, key: &str, verdict: &str) {
        self.c.make(
            world,
            "gate_check",
            json!({"phase": phase.as_str(), "criterion": key, "measure": "割合", "needed": "100%",
                "reached": "100%", "shown_by": "検査", "verdict": verdict,
                "judged_by": world.people["csirt"].as_str(),
                "judged_at": world.app.now().millis()}),
        );
    }

    /// The one update of a rhythm that waits.
    fn waiting(&self, world: &World, rhythm: &RecordId) -> Record {
        let of = |u: &Record| u.text("rhythm") == rhythm.as_str() && u.text("state") == "planned";
        let mut found: Vec<Record> = world.all("status_update").into_iter().filter(of).collect();
        assert_eq!(found.len(), 1, "one update of a rhythm waits at a time");
        found.remove(0)
    }
}

fn approve(world: &World) -> Value {
    json!({"approved_by": world.people["ciso"].as_str()})
}

fn told(world: &World, id: &RecordId) -> Told {
    frozen(&world.get(("status_update", id))).unwrap()
}

fn lines(told: &Told, head: &str) -> Vec<String> {
    let found = told.sections(Lang::Ja).into_iter().find(|s| s.head == head);
    found.map(|s| s.lines).unwrap_or_default()
}

/// G7-10, G7-83, G7-86.
#[test]
fn a_phase_plans_updates_that_are_put_together_from_the_case_and_a_missed_one_shows() {
    on_each(|world| {
        let t = Telling::new(world);
        // No interval comes with the program: an open phase without one is a finding.
        t.begin(world, PhaseKind::Assessment);
        let first = t.phase(world, PhaseKind::Assessment);
        let phase = ("reconnect_phase", &first);
        assert_eq!(world.findings(phase, "reconnect_phase.rhythm").len(), 1);
        let rhythm = t.rhythm(world, json!({}));
        assert!(world.findings(phase, "reconnect_phase.rhythm").is_empty());
        let update = t.waiting(world, &rhythm);
        assert_eq!(update.time("due_at").unwrap().millis(), NIGHT + DAY, "as the case set it");
        assert_eq!(update.text("title"), "相手組織への連絡（評価 第1回）");
        // The clock runs; what is not issued in time is late and stays so.
        let due = world.obligation("reconnection-update", "issue").unwrap();
        assert_eq!(due.time("due_at").unwrap().millis(), NIGHT + DAY);
        world.pass(DAY + MINUTE);
        world.app.tick().unwrap();
        let update = world.get(("status_update", &update.id));
        assert!(missed(&update, world.app.now()));
        assert_eq!(world.findings(("obligation", &due.id), "obligation.late").len(), 1);
        // Put together from the case: phase, criteria met and open, dates, requests, contact.
        t.reach(world, &first, "a1", "reached");
        world.edit("csirt", phase, json!({"expected_on": "2026-11-28"})).unwrap();
        let more = json!({"words": "受注の記録を調べ終えました。", "words_en": "Orders are checked.",
            "requests": [{"what": "控えの注文をお送りください", "by_on": "2026-11-25"}]});
        let receipt = t.issue(world, &update.id, more);
        let one = told(world, &update.id);
        assert_eq!((one.phase.as_str(), one.round), ("assessment", 1));
        assert_eq!(one.scope, "技術のリスクだけを扱います", "the scope line goes with it");
        assert_eq!(lines(&one, "関門の基準: 達したもの"), ["基準a1"]);
        assert_eq!(lines(&one, "関門の基準: 残っているもの"), ["基準a2（100%）"]);
        assert_eq!(lines(&one, "前回からの変化"), ["最初の更新です。"]);
        assert_eq!(lines(&one, "見込みの日"), ["評価: 2026年11月28日"]);
        assert_eq!(
            lines(&one, "お願いしたいこと"),
            ["控えの注文をお送りください（2026年11月25日まで）"]
        );
        assert_eq!(lines(&one, "問い合わせ先"), ["再接続の窓口 03-0000-0000"]);
        let settled = world.get(("obligation", &due.id));
        assert_eq!(settled.text("state"), "done");
        assert!(settled.time("done_at") > settled.time("due_at"), "late stays visible");
        // The next one is planned at once, and says what has changed since.
        let next = &opened(&receipt, "status_update")[0];
        let planned = world.get(("status_update", next));
        assert_eq!(planned.time("due_at").unwrap(), world.app.now().plus(DAY));
        assert_eq!(planned.int("round"), Some(2));
        t.reach(world, &first, "a1", "not_reached");
        world.pass(MINUTE);
        t.reach(world, &first, "a2", "reached");
        t.issue(world, next, json!({}));
        let two = told(world, next);
        assert_eq!(
            two.changes,
            [ChangeTold::Reopened("a1".to_owned()), ChangeTold::Met("a2".to_owned())]
        );
        // One that is left out has its reason, and the one after it is planned all the same.
        let third = t.waiting(world, &rhythm).id;
        let it = ("status_update", &third);
        let none = world.step("csirt", it, "skip", json!({})).unwrap_err();
        assert_eq!(fields(none), [("skipped_why".to_owned(), "required")]);
        world.step("csirt", it, "skip", json!({"skipped_why": "変化がない"})).unwrap();
        let fourth = t.waiting(world, &rhythm);
        assert_eq!(fourth.int("round"), Some(4));
        // The framework states goal and scope of its own.
        let framework = world.get(("framework", &t.framework));
        assert_eq!(framework.text("scope"), "business");
        assert!(!framework.text("goal").is_empty() && !framework.text("scope_line").is_empty());
    });
}

/// G7-85, G7-86, G7-87.
#[test]
fn one_text_version_goes_to_group_and_clients_over_three_kinds_of_channel() {
    on_each(|world| {
        let t = Telling::new(world);
        let isac = world.make("contact", json!({"name": "業界ISAC", "kind": "other"})).id;
        let group = t.c.make(
            world,
            "sector_group",
            json!({"title": "業界の対応グループ", "contact": isac.as_str()}),
        );
        let way = |kind: &str, contact: &RecordId, means: &str| json!({"kind": kind, "contact": contact.as_str(), "means": means});
        let rhythm = t.rhythm(
            world,
            json!({"audiences": ["clients", "sector_group"], "group": group.as_str(),
                "ways": [way("direct", &t.c.clients[0], "mail"), way("direct", &t.c.clients[1], "mail"),
                    way("sharing", &isac, "web_form")]}),
        );
        let it = ("update_rhythm", &rhythm);
        assert_eq!(world.findings(it, "update_rhythm.ways").len(), 1, "no platform yet");
        let ways = json!([
            way("direct", &t.c.clients[0], "mail"),
            way("direct", &t.c.clients[1], "mail"),
            way("sharing", &isac, "web_form"),
            way("platform", &isac, "telephone")
        ]);
        world.edit("csirt", it, json!({"ways": ways})).unwrap();
        assert!(world.findings(it, "update_rhythm.ways").is_empty());
        let planned = t.begin(world, PhaseKind::Assessment);
        assert_eq!(planned.len(), 1, "one update serves group and clients alike");
        t.prepare(world, &planned[0], json!({}));
        let it = ("status_update", &planned[0]);
        let early = world.step("ciso", it, "issue", approve(world)).unwrap_err();
        assert_eq!(gates(early), ["group_joined"]);
        join(world, &group);
        // Whoever put it together does not approve it alone.
        let own = json!({"approved_by": world.people["csirt"].as_str()});
        let own = world.step("ciso", it, "issue", own).unwrap_err();
        assert_eq!(gates(own), ["second_pair"]);
        // What moved since is put together once more.
        let first = t.phase(world, PhaseKind::Assessment);
        t.reach(world, &first, "a1", "reached");
        let stale = world.step("ciso", it, "issue", approve(world)).unwrap_err();
        assert_eq!(gates(stale), ["still_true"]);
        let receipt = t.issue(world, &planned[0], json!({}));
        let sent: Vec<Record> =
            opened(&receipt, "message").iter().map(|id| world.get(("message", id))).collect();
        let mut kinds: Vec<&str> = sent.iter().map(|m| m.text("way")).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["direct", "platform", "sharing"]);
        let digest = world.get(it).text("digest").to_owned();
        for m in &sent {
            assert_eq!(m.text("text"), sent[0].text("text"), "the same version by every way");
            assert!(m.text("text").contains(&digest));
            assert!(m.text("text").contains("技術のリスクだけを扱います"), "the scope line");
            assert_eq!(m.text("status_update"), planned[0].as_str());
            assert_eq!(m.text("state"), "approved", "ready to be sent");
        }
        let direct = sent.iter().find(|m| m.text("way") == "direct").unwrap();
        let both: Vec<&str> = t.c.clients.iter().map(RecordId::as_str).collect();
        assert_eq!(direct.ids("to_contacts"), both, "each gets a copy of its own");
        // Close to real time: unsent after half an hour is a finding.
        world.pass(31 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!(world.findings(("message", &direct.id), "message.unsent").len(), 1);
        // What was issued is not rewritten.
        let rewritten = world.edit("csirt", it, json!({"words": "書き換え"})).unwrap_err();
        assert_eq!(fields(rewritten), [("words".to_owned(), "wrong_value")]);
    });
}

fn join(world: &World, group: &RecordId) {
    let body = json!({"policy": "情報は一つの窓口から出す", "strategy": "清算から順に戻す",
        "member": world.people["ciso"].as_str()});
    world.step("ciso", ("sector_group", group), "join", body).unwrap();
}

/// G7-84, G7-92.
#[test]
fn the_group_is_joined_with_policy_and_strategy_departures_show_and_assurance_goes_through_it() {
    on_each(|world| {
        let t = Telling::new(world);
        let isac = world.make("contact", json!({"name": "業界ISAC", "kind": "other"})).id;
        let group = t.c.make(
            world,
            "sector_group",
            json!({"title": "業界の対応グループ", "contact": isac.as_str()}),
        );
        let it = ("sector_group", &group);
        let bare = world.step("ciso", it, "join", json!({})).unwrap_err();
        let mut lacks: Vec<String> = fields(bare).into_iter().map(|(f, _)| f).collect();
        lacks.sort();
        assert_eq!(lacks, ["member", "policy", "strategy"]);
        join(world, &group);
        assert_eq!(world.get(it).time("joined_at").unwrap().millis(), NIGHT);
        let departure = t.c.make(
            world,
            "departure",
            json!({"kind": "group", "group": group.as_str(), "done": "決済を先に戻す",
                "why": "顧客への影響が大きい", "approver": world.people["ciso"].as_str(),
                "at": NIGHT}),
        );
        let all = world.all("departure");
        let own = okiagari_model::reconnect::sector_group::departures(&all, group.as_str());
        assert_eq!(own.iter().map(|d| &d.id).collect::<Vec<_>>(), [&departure]);
        // Only assurance that is issued goes out, through the group.
        t.c.all_done(world);
        t.rhythm(
            world,
            json!({"audiences": ["sector_group"], "group": group.as_str(),
                "ways": [{"kind": "sharing", "contact": isac.as_str(), "means": "web_form"}]}),
        );
        let planned = t.begin(world, PhaseKind::Assessment);
        let draft = t.c.make(world, "attestation", json!({"title": "下書き", "scenario": "other"}));
        let update = &planned[0];
        t.prepare(world, update, json!({"attestation": draft.as_str()}));
        let it = ("status_update", update);
        let early = world.step("ciso", it, "issue", approve(world)).unwrap_err();
        assert_eq!(gates(early), ["assurance_issued"]);
        let issued = t.c.issued(world, json!({}));
        let receipt = t.issue(world, update, json!({"attestation": issued.as_str()}));
        let given = told(world, update).assurance.unwrap();
        let attestation = world.get(("attestation", &issued));
        assert_eq!(given.digest, attestation.text("content_digest"));
        assert_eq!(given.valid_until, "2026-12-20");
        let message = world.get(("message", &opened(&receipt, "message")[0]));
        assert_eq!(message.ids("to_contacts"), [isac.as_str()]);
        assert!(message.text("text").contains(&given.digest));
        assert_eq!(message.text("audience"), "partners");
    });
}

/// G7-45: bilateral details stay with their party, and the shared statement names none.
#[test]
fn a_bilateral_update_tells_of_one_partys_links_and_the_shared_one_of_nobodys() {
    on_each(|world| {
        let t = Telling::new(world);
        let one = t.c.clients[0].as_str();
        let other = t.c.clients[1].as_str();
        let way = |to: &str| json!([{"kind": "direct", "contact": to, "means": "mail"}]);
        let make = |body: Value| world.create("csirt", "update_rhythm", body);
        let base = json!({"title": "甲銀行へ", "reconnection": t.c.case.as_str(),
            "audiences": ["clients"], "mode": "bilateral", "contact": "窓口",
            "owner": world.people["csirt"].as_str(),
            "phases": [{"phase": "assessment", "every": 60}]});
        let with = |more: Value| {
            let mut body = base.clone();
            merge(&mut body, more);
            body
        };
        assert_eq!(
            fields(make(with(json!({"ways": way(one)}))).unwrap_err()),
            [("client".to_owned(), "required")]
        );
        // It cannot be sent to anybody else.
        let wrong = with(json!({"client": one, "ways": way(other)}));
        assert_eq!(fields(make(wrong).unwrap_err()), [("ways".to_owned(), "wrong_value")]);
        make(with(json!({"client": one, "ways": way(one)}))).unwrap();
        t.rhythm(world, json!({}));
        let planned = t.begin(world, PhaseKind::Assessment);
        for id in &planned {
            let receipt = t.issue(world, id, json!({}));
            let told = told(world, id);
            let text = told.message("-");
            if told.mode == "bilateral" {
                assert_eq!(told.links.len(), 1);
                assert!(text.contains("接続0") && !text.contains("接続1"));
                let message = world.get(("message", &opened(&receipt, "message")[0]));
                assert_eq!(message.ids("to_contact"), [one]);
            } else {
                assert!(told.links.is_empty());
                for word in ["接続0", "接続1", "甲銀行", "乙商事"] {
                    assert!(!text.contains(word), "{word}");
                }
            }
        }
    });
}

/// G7-21.
#[test]
fn what_is_held_back_has_reason_audience_and_time_and_readers_are_told_unless_barred() {
    on_each(|world| {
        let t = Telling::new(world);
        let rhythm = t.rhythm(world, json!({}));
        t.begin(world, PhaseKind::Assessment);
        let limit = |more: Value| {
            let mut body = json!({"title": "捜査中", "reconnection": t.c.case.as_str(),
                "part": "criterion", "key": "a1", "audiences": ["clients"],
                "reason": "捜査の密行（刑事訴訟法）", "until": "2026-11-22",
                "decided_by": world.people["ciso"].as_str(), "silent": false});
            merge(&mut body, more);
            body
        };
        let bare = world.create("csirt", "sharing_limit", limit(json!({"silent": true})));
        assert_eq!(fields(bare.unwrap_err()), [("silent_why".to_owned(), "required")]);
        let id = world.create("csirt", "sharing_limit", limit(json!({}))).unwrap().id;
        // Another audience's limit does not bind these readers.
        let others = json!({"part": "words", "audiences": ["police"]});
        world.create("csirt", "sharing_limit", limit(others)).unwrap();
        let update = t.waiting(world, &rhythm).id;
        t.issue(world, &update, json!({"words": "調べています。"}));
        let one = told(world, &update);
        assert!(one.criteria.iter().all(|c| c.key != "a1"), "held back");
        assert_eq!(one.words, "調べています。");
        assert_eq!(one.held_back, ["criterion"]);
        assert!(lines(&one, "お伝えしていないこと")[0].contains("法的な理由"));
        // Barred even from saying so: nothing shows.
        world
            .edit(
                "csirt",
                ("sharing_limit", &id),
                json!({"silent": true, "silent_why": "裁判所の命令"}),
            )
            .unwrap();
        let update = t.waiting(world, &rhythm).id;
        t.issue(world, &update, json!({}));
        let two = told(world, &update);
        assert!(two.held_back.is_empty() && two.criteria.iter().all(|c| c.key != "a1"));
        // When its time is over it is told again, and that it is over is a finding.
        world.pass(2 * DAY);
        world.app.tick().unwrap();
        assert_eq!(world.findings(("sharing_limit", &id), "sharing_limit.over").len(), 1);
        let update = t.waiting(world, &rhythm).id;
        t.issue(world, &update, json!({}));
        assert!(told(world, &update).criteria.iter().any(|c| c.key == "a1"));
    });
}

/// G7-88.
#[test]
fn the_national_agency_gets_the_same_update_and_its_guidance_is_kept_as_guidance() {
    on_each(|world| {
        let t = Telling::new(world);
        let nco = world.make("contact", json!({"name": "国家サイバー統括室", "kind": "nco"})).id;
        let way =
            |to: &RecordId| json!({"kind": "direct", "contact": to.as_str(), "means": "mail"});
        let rhythm = t.rhythm(
            world,
            json!({"audiences": ["clients", "agency"],
                "ways": [way(&t.c.clients[0]), way(&nco)]}),
        );
        t.begin(world, PhaseKind::Assessment);
        let update = t.waiting(world, &rhythm).id;
        let receipt = t.issue(world, &update, json!({}));
        let sent = world.get(("message", &opened(&receipt, "message")[0]));
        assert_eq!(sent.ids("to_contacts"), [t.c.clients[0].as_str(), nco.as_str()], "one view");
        let guidance = t.c.make(
            world,
            "agency_guidance",
            json!({"title": "認証情報をすべて入れ替える", "from": nco.as_str(),
                "text": "サービス用の認証情報も入れ替えてください。", "update": update.as_str(),
                "phase": "remediation"}),
        );
        let it = ("agency_guidance", &guidance);
        assert_eq!(world.get(it).time("received_at").unwrap().millis(), NIGHT);
        assert_eq!(world.findings(it, "agency_guidance.considered").len(), 1);
        let bare = world.step("csirt", it, "set_aside", json!({})).unwrap_err();
        assert!(fields(bare).contains(&("outcome".to_owned(), "required")), "a reason either way");
        let done = json!({"considered_by": world.people["csirt"].as_str(),
            "outcome": "修復の手順に加えた"});
        world.step("csirt", it, "follow", done).unwrap();
        assert_eq!(world.get(it).text("state"), "followed");
        assert!(world.findings(it, "agency_guidance.considered").is_empty());
    });
}

/// G7-90.
#[test]
fn the_police_are_told_and_evidence_goes_only_with_its_hand_over_on_record() {
    on_each(|world| {
        let t = Telling::new(world);
        let police = world.make("contact", json!({"name": "県警サイバー課", "kind": "police"})).id;
        let rhythm = t.rhythm(
            world,
            json!({"title": "警察へ", "audiences": ["police"],
                "ways": [{"kind": "direct", "contact": police.as_str(), "means": "paper"}]}),
        );
        t.begin(world, PhaseKind::Assessment);
        let update = t.waiting(world, &rhythm).id;
        let evidence = t.c.evidence(world);
        t.prepare(world, &update, json!({"evidence": [evidence.as_str()]}));
        let it = ("status_update", &update);
        let early = world.step("ciso", it, "issue", approve(world)).unwrap_err();
        assert_eq!(gates(early), ["custody_recorded"]);
        let to = |name: &str| json!({"custody": [{"at": NIGHT, "from": "証拠係", "to": name, "why": "捜査への協力"}]});
        world.edit("csirt", ("evidence", &evidence), to("配送業者")).unwrap();
        let wrong = world.step("ciso", it, "issue", approve(world)).unwrap_err();
        assert_eq!(gates(wrong), ["custody_recorded"], "to them, not to anybody");
        world.edit("csirt", ("evidence", &evidence), to("県警サイバー課 佐藤巡査部長")).unwrap();
        let receipt = world.step("ciso", it, "issue", approve(world)).unwrap();
        let sent = world.get(("message", &opened(&receipt, "message")[0]));
        assert_eq!((sent.text("audience"), sent.text("channel")), ("police", "paper"));
    });
}

/// G7-91.
#[test]
fn the_supply_chain_hears_of_disruption_and_dates_and_those_downstream_are_not_forgotten() {
    on_each(|world| {
        let t = Telling::new(world);
        let further = world.make("contact", json!({"name": "孫請け工業", "kind": "partner"})).id;
        let partner = world
            .make(
                "contact",
                json!({"name": "部品商会", "kind": "partner", "downstream": [further.as_str()]}),
            )
            .id;
        let way =
            |to: &RecordId| json!({"kind": "direct", "contact": to.as_str(), "means": "mail"});
        let rhythm = t.rhythm(
            world,
            json!({"title": "取引先へ", "audiences": ["supply_chain"], "ways": [way(&partner)]}),
        );
        let it = ("update_rhythm", &rhythm);
        let missing = world.findings(it, "update_rhythm.downstream");
        assert_eq!(missing.len(), 1);
        assert!(missing[0].message.ja.contains("孫請け工業"), "{:?}", missing[0].message);
        world.edit("csirt", it, json!({"ways": [way(&partner), way(&further)]})).unwrap();
        assert!(world.findings(it, "update_rhythm.downstream").is_empty());
        let reconnection = t.phase(world, PhaseKind::Reconnection);
        let day = json!({"expected_on": "2026-12-01"});
        world.edit("csirt", ("reconnect_phase", &reconnection), day).unwrap();
        t.begin(world, PhaseKind::Assessment);
        let update = t.waiting(world, &rhythm).id;
        t.issue(world, &update, json!({"words": "受発注のシステムが止まっています。"}));
        let told = told(world, &update);
        assert!(told.criteria.is_empty(), "no details of the gateway");
        assert_eq!(lines(&told, "見込みの日"), ["再接続: 2026年12月1日"]);
        assert_eq!(lines(&told, "いまの状況"), ["受発注のシステムが止まっています。"]);
        // On the client's side the same list serves: a case of the other side.
        let hurt = world.make("contact", json!({"name": "あさぎり", "kind": "partner"})).id;
        let case = world
            .create(
                "coordinator",
                "reconnection",
                json!({"title": "先方の再接続", "side": "client", "counterparty": hurt.as_str(),
                    "goal": "戻す", "scope": "cyber", "scope_line": "技術だけ",
                    "accountable": world.people["ciso"].as_str()}),
            )
            .unwrap()
            .id;
        let own = world
            .create(
                "csirt",
                "update_rhythm",
                json!({"title": "当社の取引先へ", "reconnection": case.as_str(),
                    "audiences": ["supply_chain"], "mode": "shared", "contact": "窓口",
                    "owner": world.people["csirt"].as_str(), "ways": [way(&partner)]}),
            )
            .unwrap()
            .id;
        let own = ("update_rhythm", &own);
        assert_eq!(world.findings(own, "update_rhythm.downstream").len(), 1);
    });
}
