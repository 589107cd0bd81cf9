//! What the phases of a reconnection hold: causes, methods, remediation, statements, gateways as
//! both sides see them, lessons; and evidence fit for science.

use super::harness::{NIGHT, World, gates, on_each};
use super::reconnect_case::{Case, open_phase, put_phase};
use okiagari_model::respond::collection::{Standing, standing};
use okiagari_model::{DAY, HOUR, RecordId};
use serde_json::{Value, json};

fn confirmed_improvement(world: &World, more: Value) -> RecordId {
    let mut body = json!({"measure": "更新の徹底"});
    super::harness::merge(&mut body, more);
    let id = world.create("csirt", "improvement", body).unwrap().id;
    let it = ("improvement", &id);
    let lead = world.people["csirt"].as_str();
    let plan = json!({"owner": lead, "due_on": "2026-12-01", "confirm_by": "再検査"});
    world.step("csirt", it, "plan", plan).unwrap();
    world.step("csirt", it, "finish", json!({})).unwrap();
    let effect = json!({"confirmed_by": world.people["it_manager"].as_str(), "effect": "再現せず"});
    world.step("it_manager", it, "confirm", effect).unwrap();
    id
}

fn evidence(world: &World, incident: &RecordId, more: Value) -> RecordId {
    let mut body = json!({"name": "機器の記録", "kind": "log", "taken_at": NIGHT,
        "incident": incident.as_str()});
    super::harness::merge(&mut body, more);
    world.create("csirt", "evidence", body).unwrap().id
}

/// G7-49.
#[test]
fn a_root_cause_is_kept_with_evidence_hypotheses_ruled_out_and_open_points() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let shown = evidence(world, &incident, json!({}));
        let cause = |evidence: Option<&RecordId>, depth: &str| {
            let mut row = json!({"cause": "未更新の装置", "depth": depth, "ground": "版が古い"});
            if let Some(id) = evidence {
                row["evidence"] = id.as_str().into();
            }
            row
        };
        let id = world
            .create(
                "csirt",
                "root_cause",
                json!({"incident": incident.as_str(), "title": "なぜ入られたか",
                "causes": [cause(None, "direct")],
                "ruled_out": [{"hypothesis": "内部の不正", "why_not": "操作の記録がない"}],
                "open_points": ["最初の日時"]}),
            )
            .unwrap()
            .id;
        let it = ("root_cause", &id);
        assert_eq!(world.findings(it, "root_cause.shown").len(), 2, "cause and hypothesis");
        let step = |name: &str, patch: Value| world.step("csirt", it, name, patch);
        assert_eq!(gates(step("understand", json!({})).unwrap_err()), ["root_shown"]);
        let rows = json!([cause(Some(&shown), "direct")]);
        world.edit("csirt", it, json!({"causes": rows})).unwrap();
        assert_eq!(
            gates(step("understand", json!({})).unwrap_err()),
            ["root_shown"],
            "no root yet"
        );
        let rows = json!([cause(Some(&shown), "root")]);
        let out = json!([{"hypothesis": "内部の不正", "why_not": "操作の記録がない",
            "evidence": shown.as_str()}]);
        world.edit("csirt", it, json!({"causes": rows, "ruled_out": out})).unwrap();
        assert!(world.findings(it, "root_cause.shown").is_empty());
        step("understand", json!({})).unwrap();
        // As a problem it goes on until it is mended and nothing is open.
        let improvement = confirmed_improvement(world, json!({"incident": incident.as_str()}));
        let mended = json!({"improvements": [improvement.as_str()]});
        assert_eq!(gates(step("mend", mended.clone()).unwrap_err()), ["open_points_settled"]);
        world.edit("csirt", it, json!({"open_points": []})).unwrap();
        step("mend", mended).unwrap();
        assert_eq!(world.get(it).rows("ruled_out").count(), 1, "what was ruled out stays");
    });
}

/// G7-51: early, with indicators and confidence.
#[test]
fn attack_methods_are_identified_early_with_indicators_and_confidence() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let late = || world.findings(("incident", &incident), "incident.methods");
        assert!(late().is_empty());
        world.pass(24 * HOUR);
        world.app.tick().unwrap();
        assert_eq!(late().len(), 1, "a day without any");
        let method = json!({"incident": incident.as_str(), "technique": "添付ファイル",
            "technique_id": "T1566.001", "tactic": "initial_access", "procedure": "請求書を装う"});
        let unsure = world.create("csirt", "attack_method", method.clone()).unwrap_err();
        assert_eq!(super::harness::fields(unsure), [("confidence".to_owned(), "required")]);
        let mut sure = method;
        sure["confidence"] = "medium".into();
        let id = world.create("csirt", "attack_method", sure).unwrap().id;
        assert!(late().is_empty());
        let it = ("attack_method", &id);
        assert!(world.get(it).time("identified_at").is_some());
        assert_eq!(world.findings(it, "attack_method.grounded").len(), 1);
        let seen = world
            .create(
                "csirt",
                "indicator",
                json!({"incident": incident.as_str(), "kind": "file", "value": "invoice.exe",
                "state": "confirmed"}),
            )
            .unwrap()
            .id;
        world.edit("csirt", it, json!({"indicators": [seen.as_str()]})).unwrap();
        assert!(world.findings(it, "attack_method.grounded").is_empty());
    });
}

/// A message of a case that has gone out.
fn told(world: &World, incident: &RecordId, audience: &str) -> RecordId {
    let id = world
        .create(
            "csirt",
            "message",
            json!({"incident": incident.as_str(), "subject": "手口の共有", "text": "添付の手口",
            "channel": "telephone", "audience": audience, "to_others": "窓口"}),
        )
        .unwrap()
        .id;
    let it = ("message", &id);
    let by = json!({"approved_by": world.people["ciso"].as_str()});
    world.step("ciso", it, "approve", by).unwrap();
    world.step("csirt", it, "record_sent", json!({"sent_note": "電話で伝えた"})).unwrap();
    id
}

/// G7-52: regulators and the sector, each by a message that went; what may come next and that it
/// can be contained.
#[test]
fn methods_are_passed_to_regulators_and_sector_with_what_comes_next() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let id = world
            .create(
                "csirt",
                "attack_method",
                json!({"incident": incident.as_str(), "technique": "添付ファイル",
                "tactic": "initial_access", "procedure": "請求書を装う", "confidence": "high"}),
            )
            .unwrap()
            .id;
        let it = ("attack_method", &id);
        let regulator = told(world, &incident, "authority");
        let customers = told(world, &incident, "customers");
        let sector = told(world, &incident, "security_body");
        let share = |second: &RecordId| {
            let patch = json!({"to_regulator": regulator.as_str(), "to_sector": second.as_str()});
            world.step("csirt", it, "share", patch)
        };
        assert_eq!(gates(share(&sector).unwrap_err()), ["next_and_containable"]);
        let more = json!({"next": "横展開", "containable": "添付の実行を止める"});
        world.edit("csirt", it, more).unwrap();
        assert_eq!(gates(share(&customers).unwrap_err()), ["passed_to_both"]);
        share(&sector).unwrap();
        assert!(world.get(it).time("shared_at").is_some());
    });
}

/// G7-54.
#[test]
fn remediation_serves_five_named_ends_and_keeps_finding_asset_owner_state_and_evidence() {
    on_each(|world| {
        let c = Case::new(world);
        let phase = open_phase(world, &c.case, "remediation");
        let lacks = || {
            let found = world.findings(("reconnect_phase", &phase), "reconnect_phase.five_ends");
            found.iter().map(|f| f.message.ja.clone()).collect::<Vec<_>>().join("")
        };
        let ends = ["mend", "limit", "stop", "restore", "ready"];
        let names = ["直す", "抑える", "止める", "復元する", "備える"];
        assert!(names.iter().all(|n| lacks().contains(n)), "{}", lacks());
        let items = ends.map(|end| {
            c.make(world, "remediation", json!({"title": format!("{end}の作業"), "end": end}))
        });
        assert_eq!(lacks(), "");
        let it = ("remediation", &items[0]);
        let begin = || world.step("csirt", it, "begin", json!({}));
        assert_eq!(gates(begin().unwrap_err()), ["finding_asset_owner"]);
        let finding = world
            .create(
                "csirt",
                "analysis",
                json!({"incident": c.incident.as_str(), "statement": "装置が古い", "certainty": "fact"}),
            )
            .unwrap()
            .id;
        let patch = json!({"finding": finding.as_str(), "place": "fw-01",
            "owner": world.people["csirt"].as_str()});
        world.edit("csirt", it, patch).unwrap();
        begin().unwrap();
        let bare = world.step("csirt", it, "finish", json!({"result": "更新した"})).unwrap_err();
        assert_eq!(super::harness::fields(bare), [("evidence".to_owned(), "required")]);
        let shown = c.evidence(world);
        let done = json!({"result": "更新した", "evidence": [shown.as_str()]});
        world.step("csirt", it, "finish", done).unwrap();
        assert_eq!(world.get(it).text("state"), "done");
    });
}

/// G7-57 and NI-447: after repair only, every affected place on one side or the other.
#[test]
fn a_statement_that_reconnecting_is_safe_names_every_place_covered_and_not_covered() {
    on_each(|world| {
        let c = Case::new(world);
        let [one, two] =
            ["受注", "会計"].map(|n| world.make("system", json!({"name": n, "rto": 60})).id);
        let affected = json!([{"system": one.as_str()}, {"system": two.as_str()}]);
        world.edit("csirt", ("incident", &c.incident), json!({"systems": affected})).unwrap();
        let place =
            |id: &RecordId| json!({"system": id.as_str(), "place": "本番", "ground": "検査"});
        let id = c.make(
            world,
            "safety_statement",
            json!({"title": "安全の表明", "client": c.clients[0].as_str(), "text": "安全です 社外秘",
                "covered": [place(&one)], "writer": world.people["csirt"].as_str()}),
        );
        let it = ("safety_statement", &id);
        let read =
            |side: usize| world.app.record(&c.sides[side], world.get(it).def, &id, None).is_ok();
        let item = c.make(
            world,
            "remediation",
            json!({"title": "直す", "end": "mend", "system": one.as_str()}),
        );
        world.make(
            "disclosure_limit",
            json!({"name": "秘密", "kind": "secret", "words": ["社外秘"], "why": "契約"}),
        );
        let approve = || {
            world.step("ciso", it, "approve", json!({"approved_by": world.people["ciso"].as_str()}))
        };
        let closed = gates(approve().unwrap_err());
        let all = ["after_repair", "every_place_named", "covered_is_mended", "stays_inside"];
        assert_eq!(closed, all);
        put_phase(world, &c.case, "remediation", "complete");
        world.step("csirt", ("remediation", &item), "skip", json!({})).unwrap();
        let rest = json!({"text": "安全です", "not_covered": [{"system": two.as_str(),
            "place": "旧環境", "why": "まだ直していない", "meanwhile": "切り離したまま"}]});
        world.edit("csirt", it, rest).unwrap();
        approve().unwrap();
        assert!(!read(0), "nobody outside before it is given");
        // What was approved is what is given.
        world.edit("csirt", it, json!({"text": "別の文"})).unwrap();
        let give = || world.step("csirt", it, "give", json!({"given_to": "情報部長"}));
        assert_eq!(gates(give().unwrap_err()), ["as_approved"]);
        world.edit("csirt", it, json!({"text": "安全です"})).unwrap();
        give().unwrap();
        assert!(read(0) && !read(1), "its client and no other");
    });
}

/// G7-42: both sides see the same gateway; a later verdict makes the copy old.
#[test]
fn both_sides_see_the_same_gateway_and_an_older_copy_is_pointed_out() {
    on_each(|world| {
        let c = Case::new(world);
        let phase = open_phase(world, &c.case, "assessment");
        let criterion = json!([{"key": "own-1", "phase": "assessment", "text": "範囲が分かった",
            "measure": "調べた台数", "needed": "全台"}]);
        world
            .edit("csirt", ("reconnect_phase", &phase), json!({"own_criteria": criterion}))
            .unwrap();
        let check = |verdict: &str| {
            c.make(
                world,
                "gate_check",
                json!({"phase": phase.as_str(), "criterion": "own-1", "measure": "調べた台数",
                "needed": "全台", "reached": "30台", "shown_by": "検査の記録", "verdict": verdict,
                "judged_by": world.people["ciso"].as_str(), "judged_at": NIGHT}),
            )
        };
        check("not_reached");
        let copy = |client: usize| {
            c.make(
                world,
                "gateway_copy",
                json!({"phase": phase.as_str(), "client": c.clients[client].as_str(),
                "judged_by": "CISO"}),
            )
        };
        let id = copy(0);
        let it = ("gateway_copy", &id);
        // The client reads it: criterion, evidence, verdict, when, by whom; the other client does not.
        let def = world.get(it).def;
        let seen = world.app.record(&c.sides[0], def, &id, None).unwrap().record;
        let row = seen.rows("criteria").next().unwrap();
        assert_eq!(
            (row["key"].as_str(), row["verdict"].as_str()),
            (Some("own-1"), Some("not_reached"))
        );
        assert_eq!(
            (row["shown_by"].as_str(), row["judged_at"].as_i64()),
            (Some("検査の記録"), Some(NIGHT))
        );
        assert_eq!(seen.text("judged_by"), "CISO");
        assert!(world.app.record(&c.sides[1], def, &id, None).is_err());
        world.step("csirt", it, "same", json!({"confirmed_by": "先方の担当"})).unwrap();
        let old =
            |id: &RecordId| world.findings(("gateway_copy", id), "gateway_copy.current").len();
        assert_eq!(old(&id), 0);
        world.pass(HOUR);
        check("reached");
        assert_eq!(old(&id), 1, "the client sees an older verdict");
        let newer = copy(0);
        assert_eq!((old(&id), old(&newer)), (0, 0));
        assert_eq!(world.get(("gateway_copy", &newer)).text("phase_state"), "open");
        // Whoever was not shown a gateway that is reached is counted.
        for client in &c.clients {
            c.make(
                world,
                "client_terms",
                json!({"client": client.as_str(), "attestation": "none", "why": "不要"}),
            );
        }
        put_phase(world, &c.case, "assessment", "complete");
        let left = world.findings(("reconnect_phase", &phase), "reconnect_phase.shown");
        assert!(left[0].message.ja.contains('1'), "{left:?}");
    });
}

/// G7-35: drawn from decisions and messages, assigned, or judged to be none.
#[test]
fn a_reconnection_closes_only_when_every_lesson_is_assigned_or_there_is_none() {
    on_each(|world| {
        let c = Case::new(world);
        for link in &c.links {
            let why = json!({"again_why": "使わない"});
            world.step("ciso", ("link", link), "decline", why).unwrap();
        }
        let it = ("reconnection", &c.case);
        let step = |name: &str, patch: Value| world.step("ciso", it, name, patch);
        step("technical_done", json!({"technical_ground": "戻さない"})).unwrap();
        step("begin_business", json!({})).unwrap();
        step("business_done", json!({"business_ground": "別の経路"})).unwrap();
        let decision = world
            .create(
                "csirt",
                "decision",
                json!({"incident": c.incident.as_str(), "topic": "other", "question": "戻すか",
                "decision": "戻さない", "decided_at": NIGHT}),
            )
            .unwrap()
            .id;
        let message = told(world, &c.incident, "partners");
        let lesson = world
            .create(
                "csirt",
                "improvement",
                json!({"measure": "切り離しの手順を先に決める", "reconnection": c.case.as_str(),
                "from_decisions": [decision.as_str()], "from_messages": [message.as_str()],
                "strengthens": ["cyber", "operational", "reconnection"]}),
            )
            .unwrap()
            .id;
        assert_eq!(gates(step("close", json!({})).unwrap_err()), ["lessons_settled"]);
        let plan = json!({"owner": world.people["csirt"].as_str(), "due_on": "2026-12-20",
            "confirm_by": "演習で試す"});
        world.step("csirt", ("improvement", &lesson), "plan", plan).unwrap();
        step("close", json!({})).unwrap();
        let kept = world.get(("improvement", &lesson));
        assert_eq!(kept.ids("from_decisions"), [decision.as_str()]);
        assert_eq!(kept.ids("strengthens").len(), 3);
    });
}

/// G7-36 and NI-447.
#[test]
fn a_lesson_is_shared_only_after_law_and_limit_were_checked_and_wider_only_when_cleaned() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        world.make(
            "disclosure_limit",
            json!({"name": "相手の名前", "kind": "entrusted", "words": ["丸紅葉"], "why": "契約"}),
        );
        let id = world
            .create(
                "csirt",
                "lesson_release",
                json!({"title": "切り離しの教訓", "incident": incident.as_str(), "source_limit": "amber_strict",
                "release_as": "green", "audience": ["security_body"],
                "cleaned": "丸紅葉との接続で起きた", "writer": world.people["csirt"].as_str()}),
            )
            .unwrap()
            .id;
        let it = ("lesson_release", &id);
        let ciso = world.people["ciso"].as_str();
        let check = |who: &str, by: &str| {
            let patch = json!({"legal": "個人情報保護法、契約の秘密条項", "secrecy": "構成の情報なし",
                "checked_by": by});
            world.step(who, it, "check", patch)
        };
        assert_eq!(gates(check("ciso", ciso).unwrap_err()), ["within_limit", "stays_inside"]);
        let cleaned = json!({"cleaned": "取引先との接続で起きた", "removed": "相手の名前",
            "agreed_by": "取引先の情報部長"});
        world.edit("csirt", it, cleaned).unwrap();
        let writer = world.people["csirt"].as_str().to_owned();
        assert_eq!(gates(check("ciso", &writer).unwrap_err()), ["second_pair"]);
        check("ciso", ciso).unwrap();
        world.edit("csirt", it, json!({"cleaned": "別の文"})).unwrap();
        let release = || world.step("csirt", it, "release", json!({"how": "業界の会合"}));
        assert_eq!(gates(release().unwrap_err()), ["as_checked"]);
        world.edit("csirt", it, json!({"cleaned": "取引先との接続で起きた"})).unwrap();
        release().unwrap();
        // The press gets what is public only.
        world.step("ciso", it, "revise", json!({})).unwrap_err();
        let press = json!({"title": "報道へ", "source_limit": "green", "release_as": "green",
            "audience": ["press"], "cleaned": "教訓"});
        let press = world.create("csirt", "lesson_release", press).unwrap().id;
        let patch = json!({"legal": "なし", "secrecy": "なし", "checked_by": ciso});
        let closed = world.step("ciso", ("lesson_release", &press), "check", patch).unwrap_err();
        assert_eq!(gates(closed), ["audience_fits"]);
    });
}

/// G7-31.
#[test]
fn evidence_for_science_has_tool_version_time_source_digest_and_an_untouched_original() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let digest = "ab".repeat(32);
        let original =
            evidence(world, &incident, json!({"kind": "disk_image", "piece": "original"}));
        let fields = |id: &RecordId| {
            let mut all: Vec<String> = world
                .findings(("evidence", id), "evidence.sound")
                .into_iter()
                .map(|f| f.field.to_owned())
                .collect();
            all.sort();
            all
        };
        assert_eq!(fields(&original), ["measured_sha256", "method", "time_source", "tool_version"]);
        let how = json!({"method": "書き込み防止で複製", "tool_version": "1.2", "time_source": "NTP",
            "measured_sha256": digest, "examiner": world.people["csirt"].as_str()});
        world.edit("csirt", ("evidence", &original), how.clone()).unwrap();
        assert_eq!(fields(&original), ["examiner"], "nobody examines the original");
        world.edit("csirt", ("evidence", &original), json!({"examiner": null})).unwrap();
        assert!(fields(&original).is_empty());
        let mut copy = how;
        super::harness::merge(
            &mut copy,
            json!({"kind": "disk_image", "piece": "working_copy", "measured_sha256": "cd".repeat(32),
            "copy_of": original.as_str()}),
        );
        let copy = evidence(world, &incident, copy);
        assert_eq!(fields(&copy), ["copy_of"], "another digest than the original's");
        world.edit("csirt", ("evidence", &copy), json!({"measured_sha256": digest})).unwrap();
        assert!(fields(&copy).is_empty());
        world.edit("csirt", ("evidence", &copy), json!({"examiner": null})).unwrap();
        assert_eq!(fields(&copy), ["examiner"]);
    });
}

/// G7-32.
#[test]
fn the_checklist_by_system_tells_collected_missing_lost_and_about_to_be_overwritten() {
    on_each(|world| {
        let incident = world.incident(json!({}));
        let now = world.app.now();
        let make = |data: &str, vanishes: Option<i64>| {
            let mut body = json!({"incident": incident.as_str(), "data": data, "loss": "overwritten",
                "kind": "log"});
            if let Some(at) = vanishes {
                body["vanishes_at"] = at.into();
            }
            world.create("csirt", "collection", body).unwrap().id
        };
        let (soon, late, later) = (NIGHT + HOUR, NIGHT - HOUR, NIGHT + 30 * DAY);
        let ids = [Some(soon), Some(late), Some(later), None].map(|at| make("通信の記録", at));
        let stands = |id: &RecordId| standing(&world.get(("collection", id)), now, 3 * DAY);
        assert_eq!(
            ids.each_ref().map(stands),
            [Standing::Vanishing, Standing::Lost, Standing::Missing, Standing::Missing]
        );
        let taken = json!({"taken_by": world.people["csirt"].as_str()});
        world.step("csirt", ("collection", &ids[0]), "take", taken).unwrap();
        let gone = json!({"why_missing": "上書きされた"});
        world.step("csirt", ("collection", &ids[3]), "lose", gone).unwrap();
        assert_eq!((stands(&ids[0]), stands(&ids[3])), (Standing::Collected, Standing::Lost));
    });
}
