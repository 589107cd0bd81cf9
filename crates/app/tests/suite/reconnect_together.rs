//! Reconnecting together: meetings of the sector, duties and promises, help, and one queue.

use super::harness::{NIGHT, World, fields, gates, merge, on_each};
use super::reconnect_case::Case;
use okiagari_model::reconnect::case_request::queue;
use okiagari_model::reconnect::framework::PhaseKind;
use okiagari_model::{Choice, DAY, HOUR, MINUTE, Record, RecordId};
use serde_json::{Value, json};

fn phase(world: &World, c: &Case, kind: PhaseKind) -> RecordId {
    let of = |p: &Record| p.ids("reconnection") == [c.case.as_str()] && p.text("kind") == kind.id();
    world.all("reconnect_phase").into_iter().find(of).unwrap().id
}

/// Sets fields that follow from steps, as the program itself.
fn as_program(world: &World, (register, id): (&str, &RecordId), patch: Value) {
    let def = okiagari_model::register(register).unwrap();
    let rev = world.get((register, id)).rev;
    let patch = super::harness::body(patch);
    let change = okiagari_model::Change::Edit { def, id: id.clone(), rev, patch, reason: None };
    world.app.change_as(&world.org, okiagari_app::Actor::Program("test"), change).unwrap();
}

fn hold(world: &World, id: &RecordId, more: Value) {
    let mut body = json!({"participants": ["甲銀行 業務部長", "当社 CISO"],
        "agenda": ["清算の再開の順"]});
    merge(&mut body, more);
    world.step("csirt", ("sector_meeting", id), "hold", body).unwrap();
}

/// G7-93.
#[test]
fn talks_on_restart_are_on_record_before_reconnection_is_reached_and_go_on_after_it() {
    on_each(|world| {
        let c = Case::new(world);
        let phase = phase(world, &c, PhaseKind::Reconnection);
        let it = ("reconnect_phase", &phase);
        let rule = "reconnect_phase.restart_talks";
        assert!(world.findings(it, rule).is_empty(), "not begun");
        as_program(world, it, json!({"state": "open", "begun_at": NIGHT}));
        assert_eq!(world.findings(it, rule).len(), 1, "before it is reached");
        let body = json!({"title": "再開の会合", "kind": "group", "restart": true,
            "planned_at": NIGHT + HOUR});
        let meeting = c.make(world, "sector_meeting", body);
        assert!(world.findings(it, rule).is_empty(), "set up");
        let bare = world.step("csirt", ("sector_meeting", &meeting), "hold", json!({}));
        let lacks: Vec<String> = fields(bare.unwrap_err()).into_iter().map(|(f, _)| f).collect();
        assert_eq!(lacks, ["participants", "agenda"]);
        let decisions = json!([{"kind": "technical", "text": "試験回線を開ける"},
            {"kind": "strategic", "text": "清算から戻す", "by": "業界グループ", "due_on": "2026-11-22"}]);
        hold(world, &meeting, json!({"decisions": decisions}));
        let held = world.get(("sector_meeting", &meeting));
        let kinds: Vec<_> = held.rows("decisions").map(|r| r["kind"].clone()).collect();
        assert_eq!(kinds, [json!("technical"), json!("strategic")]);
        assert_eq!(held.ids("participants").len(), 2);
        // Reached: it has to go on afterwards.
        as_program(world, it, json!({"state": "complete", "completed_at": NIGHT + DAY}));
        assert_eq!(world.findings(it, rule).len(), 1, "after it is reached");
        let body = json!({"title": "次の会合", "kind": "group", "restart": true,
            "planned_at": NIGHT + 3 * DAY});
        c.make(world, "sector_meeting", body);
        assert!(world.findings(it, rule).is_empty());
    });
}

/// G7-94.
#[test]
fn a_severe_cut_needs_liaison_of_both_sides_and_conflicts_are_raised_and_settled() {
    on_each(|world| {
        let c = Case::new(world);
        let case = ("reconnection", &c.case);
        let rule = "reconnection.liaison";
        assert!(world.findings(case, rule).is_empty(), "only parts are cut off");
        let body = json!({"name": "全接続", "connection": "market",
            "counterparty": c.clients[0].as_str()});
        let link = world.create("csirt", "link", body).unwrap().id;
        let cut = json!({"reconnection": c.case.as_str(), "cut_by": "between", "cut_at": NIGHT,
            "cut_why": "市場運営者の判断", "extent": "whole"});
        world.step("csirt", ("link", &link), "isolate", cut).unwrap();
        assert_eq!(world.findings(case, rule).len(), 3, "two people, and the rules that apply");
        let (a, b) = (world.people["technical_lead"].as_str(), world.people["executive"].as_str());
        let named = json!({"technical_liaison": a, "operational_liaison": b,
            "liaison_rules": "業界の障害対応の申し合わせ、監督指針"});
        world.edit("csirt", case, named).unwrap();
        assert!(world.findings(case, rule).is_empty());
        let body = json!({"title": "連携会議", "kind": "liaison", "planned_at": NIGHT});
        let meeting = c.make(world, "sector_meeting", body);
        let conflict = json!({"technical": "今夜は切ったまま調べたい",
            "operational": "朝の決済に間に合わせたい", "raised_to": b});
        let late = json!([{"kind": "technical", "text": "ログを渡す", "due_on": "2026-11-20"}]);
        hold(world, &meeting, json!({"conflicts": [conflict.clone()], "decisions": late}));
        let it = ("sector_meeting", &meeting);
        assert_eq!(world.findings(it, "sector_meeting.settled").len(), 2);
        let mut settled = conflict;
        merge(&mut settled, json!({"settled": "読み取りだけ先に戻す"}));
        let done = json!([{"kind": "technical", "text": "ログを渡す", "due_on": "2026-11-20",
            "done_on": "2026-11-21"}]);
        world.edit("csirt", it, json!({"conflicts": [settled], "decisions": done})).unwrap();
        assert!(world.findings(it, "sector_meeting.settled").is_empty());
    });
}

fn duty(world: &World, case: &RecordId, kind: &str) -> RecordId {
    let of = |d: &Record| d.ids("reconnection") == [case.as_str()] && d.text("kind") == kind;
    world.all("commitment").into_iter().find(of).unwrap().id
}

/// G7-95.
#[test]
fn the_three_duties_of_the_compromised_side_are_assigned_dated_and_met_by_the_record() {
    on_each(|world| {
        let c = Case::new(world);
        let kinds = ["lead", "sector", "lessons"];
        let meet = |kind: &str| {
            let id = duty(world, &c.case, kind);
            let shown = json!({"shown_by": "案件の記録のとおり"});
            world.step("csirt", ("commitment", &id), "meet", shown)
        };
        for kind in kinds {
            let id = duty(world, &c.case, kind);
            let it = ("commitment", &id);
            assert_eq!(world.get(it).ids("assigned"), [world.people["ciso"].as_str()]);
            assert_eq!(world.findings(it, "commitment.assigned").len(), 1, "not dated");
            let body = json!({"assigned": world.people["csirt"].as_str(), "due_on": "2026-11-22"});
            world.step("csirt", it, "assign", body).unwrap();
            assert!(world.findings(it, "commitment.assigned").is_empty());
            assert_eq!(gates(meet(kind).unwrap_err()), ["on_record"]);
        }
        // Late ones show.
        world.pass(2 * DAY);
        world.app.tick().unwrap();
        let lead = duty(world, &c.case, "lead");
        assert_eq!(world.findings(("commitment", &lead), "commitment.kept").len(), 1);
        // The sector: joined. Lessons: shared in a meeting.
        let isac = world.make("contact", json!({"name": "ISAC", "kind": "other"})).id;
        let body = json!({"title": "対応グループ", "contact": isac.as_str()});
        let group = c.make(world, "sector_group", body);
        let body = json!({"policy": "方針", "strategy": "戦略",
            "member": world.people["ciso"].as_str()});
        world.step("ciso", ("sector_group", &group), "join", body).unwrap();
        meet("sector").unwrap();
        let body = json!({"title": "報告会", "kind": "forum", "planned_at": NIGHT});
        let meeting = c.make(world, "sector_meeting", body);
        hold(world, &meeting, json!({}));
        assert_eq!(gates(meet("lessons").unwrap_err()), ["on_record"], "no lessons yet");
        let lessons = json!({"lessons": "管理者の認証を二つにする"});
        world.edit("csirt", ("sector_meeting", &meeting), lessons).unwrap();
        meet("lessons").unwrap();
        // The lead: progress told and attestation given.
        c.all_done(world);
        c.issued(world, json!({}));
        assert_eq!(gates(meet("lead").unwrap_err()), ["on_record"], "no progress told");
        let rhythm = c.make(
            world,
            "update_rhythm",
            json!({"title": "連絡", "audiences": ["clients"], "mode": "shared", "contact": "窓口",
                "owner": world.people["csirt"].as_str()}),
        );
        let update = c.make(
            world,
            "status_update",
            json!({"title": "更新", "rhythm": rhythm.as_str(),
                "phase": phase(world, &c, PhaseKind::Assessment).as_str()}),
        );
        let it = ("status_update", &update);
        let writer = json!({"writer": world.people["csirt"].as_str()});
        world.step("csirt", it, "prepare", writer).unwrap();
        let by = json!({"approved_by": world.people["ciso"].as_str()});
        world.step("ciso", it, "issue", by).unwrap();
        meet("lead").unwrap();
        for kind in kinds {
            let id = duty(world, &c.case, kind);
            assert_eq!(world.get(("commitment", &id)).text("state"), "met");
        }
    });
}

/// G7-17.
#[test]
fn promises_show_whether_they_were_kept_and_texts_of_a_case_are_free_of_blame() {
    on_each(|world| {
        let c = Case::new(world);
        let promise = |by: &str, who: Value| {
            let mut body = json!({"title": "調査の結果を渡す", "kind": "promise", "by": by,
                "party": c.clients[0].as_str(), "due_on": "2026-11-22"});
            merge(&mut body, who);
            c.make(world, "commitment", body)
        };
        let ours = promise("us", json!({"assigned": world.people["csirt"].as_str()}));
        let theirs = promise("them", json!({"their_person": "甲銀行 システム部長"}));
        let shown = json!({"shown_by": "受け取りの確認あり"});
        world.step("csirt", ("commitment", &theirs), "meet", shown).unwrap();
        world.pass(2 * DAY);
        world.app.tick().unwrap();
        let it = ("commitment", &ours);
        assert_eq!(world.findings(it, "commitment.kept").len(), 1);
        assert!(world.findings(("commitment", &theirs), "commitment.kept").is_empty());
        let bare = world.step("csirt", it, "not_met", json!({})).unwrap_err();
        assert_eq!(fields(bare), [("not_met_why".to_owned(), "required")]);
        let why = json!({"not_met_why": "調査が一日延びた"});
        world.step("csirt", it, "not_met", why).unwrap();
        assert_eq!(world.get(it).text("state"), "not_met");
        assert_eq!(world.get(("commitment", &theirs)).text("state"), "met");
        // Blame is named, in the case and in what goes out.
        let case = ("reconnection", &c.case);
        let blame = json!({"summary": "委託先の落ち度で注文が書き換えられた"});
        world.edit("csirt", case, blame).unwrap();
        assert_eq!(world.findings(case, "reconnection.free_of_blame").len(), 1);
        let plain = json!({"summary": "使い回しのパスワードで入られ、注文が書き換えられた"});
        world.edit("csirt", case, plain).unwrap();
        assert!(world.findings(case, "reconnection.free_of_blame").is_empty());
        let rhythm = c.make(
            world,
            "update_rhythm",
            json!({"title": "連絡", "audiences": ["clients"], "mode": "shared", "contact": "窓口",
                "owner": world.people["csirt"].as_str()}),
        );
        let update = c.make(
            world,
            "status_update",
            json!({"title": "更新", "rhythm": rhythm.as_str(),
                "phase": phase(world, &c, PhaseKind::Assessment).as_str()}),
        );
        let words = json!({"writer": world.people["csirt"].as_str(),
            "words": "御社の不注意のせいです"});
        let refused = world.step("csirt", ("status_update", &update), "prepare", words);
        assert_eq!(gates(refused.unwrap_err()), ["free_of_blame"]);
    });
}

fn client_case(world: &World) -> (RecordId, RecordId) {
    let hurt = world.make("contact", json!({"name": "あさぎり半導体", "kind": "partner"})).id;
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
    (case, hurt)
}

/// G7-96.
#[test]
fn a_client_offers_help_offers_meet_requests_and_the_duty_is_met_by_help_given() {
    on_each(|world| {
        let (case, hurt) = client_case(world);
        let make = |kind: &str, from: &str, more: Value| {
            let mut body = json!({"reconnection": case.as_str(), "title": "解析の手助け",
                "kind": kind, "from": from, "party": hurt.as_str(), "help": "expertise"});
            merge(&mut body, more);
            world.create("csirt", "case_request", body)
        };
        let bare = make("offer", "us", json!({"help": null})).unwrap_err();
        assert_eq!(fields(bare), [("help".to_owned(), "required")]);
        let offer = make("offer", "us", json!({})).unwrap().id;
        let second = make("offer", "us", json!({"help": "operations"})).unwrap().id;
        let wanted = json!({"wanted_by": NIGHT + HOUR});
        let asked = make("help", "them", wanted).unwrap().id;
        let id = duty(world, &case, "help");
        let meet = || {
            world.step("csirt", ("commitment", &id), "meet", json!({"shown_by": "記録のとおり"}))
        };
        assert_eq!(gates(meet().unwrap_err()), ["on_record"]);
        let with = |id: &RecordId| json!({"matched": id.as_str()});
        let it = ("case_request", &offer);
        let wrong = world.step("csirt", it, "match", with(&second)).unwrap_err();
        assert_eq!(gates(wrong), ["counterpart"], "an offer meets no offer");
        world.step("csirt", it, "match", with(&asked)).unwrap();
        assert_eq!(world.get(it).text("state"), "matched");
        world.pass(2 * HOUR);
        world.app.tick().unwrap();
        let asked = ("case_request", &asked);
        assert!(world.findings(asked, "case_request.in_time").is_empty(), "somebody helps");
        let outcome = json!({"outcome": "二人を三日送った"});
        world.step("csirt", it, "finish", outcome).unwrap();
        meet().unwrap();
    });
}

/// G7-97.
#[test]
fn answers_are_timed_and_one_queue_asks_the_compromised_party_each_thing_once() {
    on_each(|world| {
        // The client's side: what is asked of us is answered, and timed.
        let (case, hurt) = client_case(world);
        let make = |from: &str, more: Value| {
            let mut body = json!({"reconnection": case.as_str(), "title": "注文の控え",
                "kind": "information", "from": from, "party": hurt.as_str()});
            merge(&mut body, more);
            world.create("csirt", "case_request", body).unwrap().id
        };
        let asked = make("them", json!({"wanted_by": NIGHT + HOUR}));
        let id = duty(world, &case, "contact");
        let meet = || {
            world.step("csirt", ("commitment", &id), "meet", json!({"shown_by": "記録のとおり"}))
        };
        assert_eq!(gates(meet().unwrap_err()), ["on_record"], "a question waits");
        world.pass(90 * MINUTE);
        world.app.tick().unwrap();
        let it = ("case_request", &asked);
        assert_eq!(world.findings(it, "case_request.in_time").len(), 1);
        let answer = json!({"answer": "控えを送りました", "answered_by": "受発注の担当"});
        world.step("csirt", it, "answer", answer).unwrap();
        meet().unwrap();
        let metrics = world.app.metrics(&world.ctx("ciso"), None).unwrap();
        let mean = metrics.iter().find(|m| m.def.id == "case_request_answer").unwrap();
        assert_eq!(mean.now.value, Some(90));
        // Asking the same again is a finding until it is joined.
        let first = make("us", json!({"topic": "root_cause"}));
        world.pass(MINUTE);
        let again = make("us", json!({"topic": "root_cause", "title": "原因は"}));
        let again = ("case_request", &again);
        assert_eq!(world.findings(again, "case_request.asked_once").len(), 1);
        world.step("csirt", again, "join", json!({"same_as": first.as_str()})).unwrap();
        assert!(world.findings(again, "case_request.asked_once").is_empty());
        // The compromised side: many ask, one line each topic, the most urgent first.
        let c = Case::new(world);
        let soon = world.app.now().millis() + HOUR;
        c.ask(world, 0, "多要素認証を示してほしい", json!({"topic": "containment"}));
        c.ask(world, 1, "認証は入れたか", json!({"topic": "containment", "wanted_by": soon}));
        let one = c.make(
            world,
            "case_request",
            json!({"title": "侵入の経路", "kind": "information", "from": "them",
                "party": c.clients[1].as_str(), "topic": "root_cause"}),
        );
        let all: Vec<Record> = ["client_requirement", "case_request"]
            .into_iter()
            .flat_map(|r| world.all(r))
            .filter(|r| r.ids("reconnection") == [c.case.as_str()])
            .collect();
        let lines = queue(&all);
        assert_eq!(lines.len(), 2, "equal questions stand in one line");
        assert_eq!((lines[0].asks.len(), lines[0].parties), (2, 2));
        assert_eq!(lines[0].wanted_by.map(|t| t.millis()), Some(soon));
        assert_eq!(lines[1].asks[0].1, one);
    });
}

/// G7-98.
#[test]
fn a_client_works_in_forums_on_what_faces_the_whole_sector() {
    on_each(|world| {
        let (case, _) = client_case(world);
        let id = duty(world, &case, "forums");
        let meet = || {
            world.step("csirt", ("commitment", &id), "meet", json!({"shown_by": "記録のとおり"}))
        };
        let meeting = |kind: &str, more: Value| {
            let body = json!({"reconnection": case.as_str(), "title": "会合", "kind": kind,
                "planned_at": NIGHT});
            let id = world.create("csirt", "sector_meeting", body).unwrap().id;
            hold(world, &id, more);
        };
        meeting("group", json!({"sector_wide": "共通の部品の弱点"}));
        assert_eq!(gates(meet().unwrap_err()), ["on_record"], "a forum is asked for");
        meeting("forum", json!({}));
        assert_eq!(gates(meet().unwrap_err()), ["on_record"], "on the whole sector");
        meeting("forum", json!({"sector_wide": "共通の部品の弱点"}));
        meet().unwrap();
    });
}
