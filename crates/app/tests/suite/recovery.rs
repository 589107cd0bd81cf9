//! From a stopped system to normal service, and from "seems solved" to closed, on both engines.

use super::flows::organise;
use super::harness::{NIGHT, World, fields, gates, on_each};
use okiagari_app::AppError;
use okiagari_app::views::DeadlineKind;
use okiagari_model::{DAY, HOUR, MINUTE, Record, RecordId, Time};
use serde_json::{Value, json};

pub fn system(world: &World, name: &str, more: Value) -> RecordId {
    let mut value = json!({"name": name, "importance": "high", "rto": 240, "rpo": 60,
        "owner": world.people["it_manager"].as_str()});
    super::harness::merge(&mut value, more);
    world.create("it_manager", "system", value).unwrap().id
}

fn way(world: &World, incident: &RecordId, system: &RecordId) -> Record {
    let mine =
        |r: &Record| r.text("incident") == incident.as_str() && r.text("system") == system.as_str();
    let mut all: Vec<Record> = world.all("restoration").into_iter().filter(mine).collect();
    assert_eq!(all.len(), 1, "opened once");
    all.remove(0)
}

fn take(
    world: &World,
    role: &str,
    way: &RecordId,
    step: &str,
    patch: Value,
) -> Result<(), AppError> {
    world.step(role, ("restoration", way), step, patch).map(|_| ())
}

/// Brings a system as far as to be approved.
fn to_tested(world: &World, way: &RecordId) {
    let it = world.people["it_manager"].as_str();
    let check = |kind: &str| {
        json!({"kind": kind, "method": "全走査", "checker": it,
        "checked_at": NIGHT, "result": "nothing"})
    };
    let test = |kind: &str| json!({"kind": kind, "result": "passed"});
    take(
        world,
        "csirt",
        way,
        "bridge",
        json!({"bridge": "manual_work", "bridge_how": "紙で受ける"}),
    )
    .unwrap();
    take(world, "csirt", way, "restore", json!({"bcp": "in_force", "no_evidence": "複製済み"}))
        .unwrap();
    let checks = json!({"checks": [check("infected_files"), check("unauthorised_changes")]});
    take(world, "csirt", way, "verify", checks).unwrap();
    take(
        world,
        "csirt",
        way,
        "test",
        json!({"recovery_point_at": NIGHT - 30 * MINUTE,
        "tests": [test("functions"), test("data"), test("rights"), test("partners")]}),
    )
    .unwrap();
}

fn approval(world: &World) -> Value {
    json!({"approver": world.people["it_manager"].as_str(), "approval": "確認がそろった",
        "cause_analysed": true, "cause_identified": true, "cause_removed": true,
        "again_flood": "回線事業者と連絡中", "again_bots": "外向き通信を見張る", "expert": "保守会社",
        "loss": "part", "loss_what": "30分の受注", "loss_worth": "三件",
        "loss_alternatives": "電話で聞き直す", "loss_accepted_by": world.people["executive"].as_str()})
}

fn scan(world: &World, incident: &RecordId, clean: &str) -> RecordId {
    world
        .create(
            "csirt",
            "device_scan",
            json!({"title": "全端末", "incident": incident.as_str(),
            "devices": "PC-01\nPC-02\n会議室PC", "clean": clean, "watched_until": NIGHT}),
        )
        .unwrap()
        .id
}

/// Makes, contains and eradicates an incident in which a system stopped at NIGHT.
fn stopped(world: &World, system: &RecordId) -> RecordId {
    let incident = world.incident(json!({"kind": "malware", "occurred_at": NIGHT,
        "systems": [{"system": system.as_str(), "stopped_at": NIGHT}]}));
    let it = ("incident", &incident);
    organise(world, &incident, json!({}));
    world
        .create(
            "csirt",
            "evidence",
            json!({"incident": incident.as_str(), "name": "ログ",
            "kind": "log", "taken_at": NIGHT}),
        )
        .unwrap();
    world.step("csirt", it, "contain", json!({})).unwrap();
    world.step("csirt", it, "eradicate", json!({})).unwrap();
    incident
}

/// TK-81, TK-83, JP-42, TK-78, TK-84, JP-43..48, TK-80: the whole way, gate by gate.
#[test]
fn a_system_comes_back_step_by_step_and_the_incident_ends_only_when_nothing_is_left() {
    on_each(|world| {
        let shop = system(world, "受注", json!({}));
        let incident = stopped(world, &shop);
        let it = ("incident", &incident);
        let way = way(world, &incident, &shop);
        assert_eq!(way.text("state"), "stopped");
        assert_eq!(way.int("rto"), Some(240));
        assert_eq!(way.time("stopped_at"), Some(Time::from_millis(NIGHT)));
        let way = way.id;

        // The incident is not recovered while a system is away.
        let early = world.step("ciso", it, "recover", json!({})).unwrap_err();
        assert_eq!(gates(early), ["systems_back"]);
        to_tested(world, &way);

        // A device without a scan: named, and the gate stays closed.
        let scan = scan(world, &incident, "PC-01\nPC-02");
        let finding = world.findings(("device_scan", &scan), "device_scan.uncovered");
        assert!(finding[0].message.ja.contains("会議室PC"), "{finding:?}");
        let closed = take(world, "ciso", &way, "approve", approval(world)).unwrap_err();
        assert_eq!(gates(closed), ["all_devices_scanned"]);
        world
            .edit("csirt", ("device_scan", &scan), json!({"clean": "PC-01\nPC-02\n会議室PC"}))
            .unwrap();
        assert!(world.findings(("device_scan", &scan), "device_scan.uncovered").is_empty());
        // Restoring is for responders, and approving for deciders.
        let wrong = take(world, "csirt", &way, "approve", approval(world));
        assert!(matches!(wrong, Err(AppError::Role(_))), "{wrong:?}");
        world.pass(HOUR);
        take(world, "ciso", &way, "approve", approval(world)).unwrap();
        let record = world.get(("restoration", &way));
        let decision = world.get(("decision", &RecordId::new(record.text("decision"))));
        assert_eq!(decision.text("topic"), "restart");
        assert_eq!(decision.text("decider"), world.people["it_manager"].as_str());
        assert!(decision.text("known").contains("あと180分"), "{}", decision.text("known"));

        // The clock of the system runs until it is in service.
        let rto = |world: &World| {
            let all = world.app.deadlines(&world.ctx("csirt"), Some(&incident)).unwrap();
            all.iter().filter(|d| d.kind == DeadlineKind::Rto).count()
        };
        assert_eq!(rto(world), 1);
        take(world, "csirt", &way, "serve", json!({})).unwrap();
        assert_eq!(rto(world), 0);
        world.step("ciso", it, "recover", json!({})).unwrap();
        assert!(world.all("closing").is_empty(), "the watch has not ended");
        let watch = json!({"watcher": world.people["csirt"].as_str(), "watch_signs": "不審な通信",
            "watch_until": NIGHT + HOUR + DAY});
        take(world, "csirt", &way, "watch", watch).unwrap();

        // Evaluated and handed over: still no end, since the watch goes on.
        world
            .create(
                "csirt",
                "review",
                json!({"incident": incident.as_str(), "title": "評価",
                "held_at": NIGHT}),
            )
            .unwrap();
        world.step("csirt", it, "evaluate", json!({})).unwrap();
        world
            .create(
                "csirt",
                "improvement",
                json!({"incident": incident.as_str(), "measure": "更新"}),
            )
            .unwrap();
        world.step("csirt", it, "hand_over", json!({})).unwrap();
        let refused = gates(world.step("ciso", it, "close", json!({})).unwrap_err());
        assert!(refused.contains(&"watch_over") && refused.contains(&"really_over"), "{refused:?}");
        world.pass(DAY - 1);
        let result = json!({"watch_result": "再発なし"});
        let soon = take(world, "csirt", &way, "settle", result.clone()).unwrap_err();
        assert_eq!(gates(soon), ["watch_over"]);
        world.pass(1);
        take(world, "csirt", &way, "settle", result).unwrap();

        // Back to normal: the planning of permanent measures has opened by itself.
        let closing = world.all("closing").remove(0).id;
        let confirm = json!({"confirmed_by": world.people["ciso"].as_str()});
        let open = world.step("ciso", ("closing", &closing), "confirm", confirm).unwrap_err();
        assert_eq!(
            gates(open),
            [
                "real_cause_removed",
                "variants_considered",
                "other_effects_looked_for",
                "measures_tracked",
                "staff_educated",
                "continuity_reviewed",
                "carried_company_wide"
            ]
        );
        assert_eq!(world.confirm_closing(&incident), closing);
        for o in world.all("obligation").iter().filter(|o| o.text("state") == "open") {
            world.step("csirt", ("obligation", &o.id), "finish", json!({"proof": "口頭"})).unwrap();
        }
        world.step("ciso", it, "close", json!({})).unwrap();
        world.verifies();
    });
}

/// JP-44, JP-46, JP-47, TK-80: each part of the closing counts by itself.
#[test]
fn each_part_of_the_closing_is_needed() {
    on_each(|world| {
        let incident = world.incident(json!({"kind": "malware"}));
        let closing = world
            .create("csirt", "closing", json!({"title": "確認", "incident": incident.as_str()}))
            .unwrap()
            .id;
        world.edit("csirt", ("closing", &closing), json!({"signs": [{"what": "控え"}]})).unwrap();
        world.confirm_closing(&incident);
        let it = ("closing", &closing);
        let confirm = |world: &World| {
            let by = json!({"confirmed_by": world.people["ciso"].as_str()});
            world.step("ciso", it, "confirm", by)
        };
        let whole = world.get(it);
        for (patch, gate) in [
            (json!({"cause_removed": null}), "real_cause_removed"),
            (json!({"cause_evidence": null}), "real_cause_removed"),
            (
                json!({"variants": [{"method": "添付", "meets": "効かない", "works": "no"}]}),
                "variants_considered",
            ),
            (json!({"signs": [{"what": "控え"}]}), "other_effects_looked_for"),
            (json!({"permanent": [{"measure": "更新の自動化"}]}), "measures_tracked"),
            (json!({"spread": null}), "measures_tracked"),
            (json!({"education": null}), "staff_educated"),
            (
                json!({"continuity": [{"point": "contact_route", "worked": "yes", "finding": "よい"}]}),
                "continuity_reviewed",
            ),
            (
                json!({"revised": [{"kind": "measure", "what": "設定", "version": "2"}]}),
                "carried_company_wide",
            ),
            (
                json!({"revised": [{"kind": "work_step", "what": "手順", "version": "2"}]}),
                "carried_company_wide",
            ),
            (json!({"carried": null}), "carried_company_wide"),
        ] {
            world.step("csirt", it, "reopen", json!({})).unwrap();
            world.edit("csirt", it, patch.clone()).unwrap();
            assert_eq!(gates(confirm(world).unwrap_err()), [gate], "{patch}");
            let keys: Vec<String> = patch.as_object().unwrap().keys().cloned().collect();
            let back: serde_json::Map<String, Value> =
                keys.into_iter().map(|k| (k.clone(), whole.body[&k].clone())).collect();
            world.edit("csirt", it, Value::Object(back)).unwrap();
            confirm(world).unwrap();
        }
    });
}

/// A slight case ends the short way with a reason; severity, gravity and personal data close it.
#[test]
fn only_a_slight_case_leaves_out_what_it_does_not_need() {
    on_each(|world| {
        let incident = world.incident(json!({"kind": "malware", "severity": "low"}));
        let closing = world
            .create("csirt", "closing", json!({"title": "確認", "incident": incident.as_str()}))
            .unwrap()
            .id;
        world.edit("csirt", ("closing", &closing), json!({"signs": [{"what": "控え"}]})).unwrap();
        world.confirm_closing(&incident);
        let it = ("closing", &closing);
        world.step("csirt", it, "reopen", json!({})).unwrap();
        let bare = json!({"variants": null, "education": null, "continuity": null,
            "revised": null, "carried": null});
        world.edit("csirt", it, bare).unwrap();
        let confirm = || {
            let by = json!({"confirmed_by": world.people["ciso"].as_str()});
            world.step("ciso", it, "confirm", by)
        };
        let left_out = [
            "variants_considered",
            "staff_educated",
            "continuity_reviewed",
            "carried_company_wide",
        ];
        assert_eq!(gates(confirm().unwrap_err()), left_out);
        let why = json!({"slight_reason": "広告メールを開いただけで、何も動いていない"});
        world.edit("csirt", it, why).unwrap();
        for weighty in [json!({"severity": "medium"}), json!({"personal_data": true})] {
            world.edit("csirt", ("incident", &incident), weighty).unwrap();
            assert_eq!(gates(confirm().unwrap_err()), left_out);
            let slight = json!({"severity": "low", "personal_data": false});
            world.edit("csirt", ("incident", &incident), slight).unwrap();
        }
        confirm().unwrap();
    });
}

/// TK-45, TK-46: the order follows rank and dependency, and overtaking needs a reason.
#[test]
fn restoring_out_of_order_asks_for_a_reason() {
    on_each(|world| {
        let base = system(world, "認証基盤", json!({"rank": 9}));
        let shop = system(world, "通販", json!({"rank": 1, "depends_on": [base.as_str()]}));
        let incident = world.incident(json!({"systems": [
            {"system": shop.as_str(), "stopped_at": NIGHT},
            {"system": base.as_str(), "stopped_at": NIGHT}]}));
        let (first, second) = (way(world, &incident, &base), way(world, &incident, &shop));
        let bridge = json!({"bridge": "nothing", "bridge_how": "受付を止める"});
        for w in [&first.id, &second.id] {
            take(world, "csirt", w, "bridge", bridge.clone()).unwrap();
        }
        let restore = json!({"bcp": "in_force", "no_evidence": "複製済み"});
        let early = take(world, "csirt", &second.id, "restore", restore.clone()).unwrap_err();
        assert_eq!(gates(early), ["in_order"]);
        let mut reason = restore.clone();
        reason["order_reason"] = "基盤の部品は明日届く".into();
        take(world, "csirt", &second.id, "restore", reason).unwrap();
        assert_eq!(
            world.get(("restoration", &second.id)).text("order_reason"),
            "基盤の部品は明日届く"
        );
        take(world, "csirt", &first.id, "restore", restore).unwrap();
    });
}

/// TK-42, TK-43: new targets hold only once management has approved them; the former value is kept.
#[test]
fn recovery_targets_take_effect_when_management_approves_them() {
    on_each(|world| {
        let shop = system(
            world,
            "通販",
            json!({"rto": 240, "rpo": 60, "rank": 1,
            "deputy": world.people["csirt"].as_str(), "alternative": "電話と紙",
            "alternative_starts": "一時間止まったら", "alternative_ends": "再開の承認"}),
        );
        let it = ("system", &shop);
        let by = world.people["executive"].as_str().to_owned();
        let bia = world
            .create(
                "it_manager",
                "bia",
                json!({"business": "受注", "systems": [shop.as_str()],
                "tolerable_stop": 300, "tolerable_loss": 60}),
            )
            .unwrap()
            .id;
        let approve = json!({"bia": bia.as_str(), "targets_by": by});
        let wrong = world.step("it_manager", it, "approve_targets", approve.clone());
        assert!(matches!(wrong, Err(AppError::Role(_))), "{wrong:?}");
        let bare = world.step("executive", it, "approve_targets", json!({"targets_by": by}));
        assert_eq!(fields(bare.unwrap_err()), [("bia".to_owned(), "required")]);
        world.step("executive", it, "approve_targets", approve.clone()).unwrap();

        let due = |world: &World| {
            let incident = world
                .incident(json!({"systems": [{"system": shop.as_str(), "stopped_at": NIGHT}]}));
            let all = world.app.deadlines(&world.ctx("csirt"), Some(&incident)).unwrap();
            let rto = all.iter().find(|d| d.kind == DeadlineKind::Rto).unwrap();
            (rto.due_at.millis() - NIGHT) / MINUTE
        };
        world.edit("it_manager", it, json!({"rto": 600})).unwrap();
        assert_eq!(due(world), 240, "the change is not approved");
        let finding = world.findings(it, "system.targets_approved");
        assert!(finding[0].message.ja.contains("240分"), "{finding:?}");
        // Beyond what the analysis tolerates nobody can approve.
        let beyond = world.step("executive", it, "approve_targets", approve.clone()).unwrap_err();
        assert_eq!(gates(beyond), ["rests_on_bia"]);
        world.edit("it_manager", it, json!({"rto": 300})).unwrap();
        world.step("executive", it, "approve_targets", approve).unwrap();
        assert_eq!(due(world), 300);
        let record = world.get(it);
        assert_eq!((record.int("former_rto"), record.int("approved_rto")), (Some(240), Some(300)));
        assert!(world.findings(it, "system.targets_approved").is_empty());
        // TK-42: what the plan says of a system stands in its one record.
        for field in [
            "importance",
            "rto",
            "rpo",
            "rank",
            "owner",
            "deputy",
            "alternative",
            "alternative_starts",
            "alternative_ends",
            "bia",
            "targets_by",
            "targets_at",
        ] {
            assert!(record.body.contains_key(field), "{field}");
        }
    });
}

/// TK-47.
#[test]
fn a_backup_interval_beyond_the_rpo_is_refused_or_excepted_with_a_reason() {
    on_each(|world| {
        let shop = system(world, "通販", json!({"rpo": 60}));
        let backup = world
            .create(
                "it_manager",
                "backup",
                json!({"name": "毎日", "system": shop.as_str(),
                "kind": "full", "interval": 1_440}),
            )
            .unwrap()
            .id;
        let it = ("backup", &backup);
        assert_eq!(world.findings(it, "backup.interval").len(), 1);
        let refused = world.step("it_manager", it, "adopt", json!({})).unwrap_err();
        assert_eq!(gates(refused), ["interval_within_rpo"]);
        let bare = world.step("it_manager", it, "adopt_exception", json!({})).unwrap_err();
        assert_eq!(fields(bare).len(), 2);
        world
            .step(
                "it_manager",
                it,
                "adopt_exception",
                json!({"exception": "来月に増やす",
                "exception_by": world.people["executive"].as_str()}),
            )
            .unwrap();
        assert!(world.findings(it, "backup.interval").is_empty());
        world.step("it_manager", it, "redraft", json!({})).unwrap();
        world.edit("it_manager", it, json!({"interval": 60})).unwrap();
        world.step("it_manager", it, "adopt", json!({})).unwrap();
        assert!(world.get(it).body.get("exception").is_none());
        // A shorter target makes it a finding again.
        world.edit("it_manager", ("system", &shop), json!({"rpo": 30})).unwrap();
        assert_eq!(world.findings(it, "backup.interval").len(), 1);
    });
}

/// TK-40, TK-57, TK-48, TK-41: what is missing in the preparation for recovery is found.
#[test]
fn gaps_in_the_preparation_for_recovery_are_findings() {
    on_each(|world| {
        let it = world.people["it_manager"].as_str();
        let shop = system(world, "通販", json!({"rto": 60, "stage": "design"}));
        let made =
            |register: &str, value: Value| world.create("it_manager", register, value).unwrap().id;
        let work = made(
            "manual_work",
            json!({"business": "受注", "trigger": "一時間の停止",
            "steps": "電話で受けて紙に書く"}),
        );
        assert_eq!(world.findings(("manual_work", &work), "manual_work.complete").len(), 3);
        world
            .edit(
                "it_manager",
                ("manual_work", &work),
                json!({"who": it, "forms": "受注票（金庫）",
                "entry_after": "翌朝二人で入力する"}),
            )
            .unwrap();
        assert!(world.findings(("manual_work", &work), "manual_work.complete").is_empty());
        let radio = made(
            "fallback_channel",
            json!({"channel": "無線機", "users": "対応班",
            "place": "受付"}),
        );
        let tried = ("fallback_channel", &radio);
        assert_eq!(world.findings(tried, "fallback_channel.tried").len(), 1);
        let spare = made(
            "redundancy",
            json!({"name": "クラウド待機", "kind": "cloud",
            "system": shop.as_str(), "failover": "DNSを切り替える", "rto": 120}),
        );
        let found = world.findings(("redundancy", &spare), "redundancy.fits");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(world.findings(("system", &shop), "system.design_check").len(), 1);
        made(
            "design_check",
            json!({"title": "設計の点検", "system": shop.as_str(),
            "stage": "design", "withstands": "二重化", "restored_in": 30, "result": "good",
            "checker": it, "checked_on": "2026-11-20"}),
        );
        assert!(world.findings(("system", &shop), "system.design_check").is_empty());
        let bia = made("bia", json!({"business": "受注"}));
        assert_eq!(world.findings(("bia", &bia), "bia.complete").len(), 6);
    });
}

/// TK-110, TK-111: lessons land in a version of something, and are shared.
#[test]
fn lessons_land_and_are_shared() {
    on_each(|world| {
        let lesson = |more: Value| {
            let mut v = json!({"viewpoint": "procedure", "text": "連絡が遅れた"});
            super::harness::merge(&mut v, more);
            v
        };
        let review = world
            .create("csirt", "review", json!({"title": "評価", "held_at": NIGHT,
                "lessons": [lesson(json!({})), lesson(json!({"lands_in": "plan"})),
                    lesson(json!({"no_change": "一度きり"})),
                    lesson(json!({"lands_in": "procedure", "version": "連絡手順 第3版", "to_share": true}))]}))
            .unwrap()
            .id;
        let it = ("review", &review);
        let found = world.findings(it, "review.lessons_land");
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(world.findings(it, "review.lessons_shared").len(), 1);
        world
            .edit(
                "csirt",
                it,
                json!({"shares": [{"occasion": "meeting", "on": "2026-12-01",
                "people": "全部門の長", "what": "連絡の順番"}]}),
            )
            .unwrap();
        assert!(world.findings(it, "review.lessons_shared").is_empty());
    });
}

/// TK-109: half-yearly or yearly as chosen, and progress in between.
#[test]
fn inspections_fall_due_by_the_chosen_interval_and_progress_is_asked_for_in_between() {
    on_each(|world| {
        let org = world.all("organisation").remove(0).id;
        let it = ("organisation", &org);
        world
            .create(
                "security_manager",
                "inspection",
                json!({"title": "上期", "held_on": "2026-11-21",
                "findings": "順調"}),
            )
            .unwrap();
        let late = |world: &World| world.findings(it, "organisation.inspection").len();
        world.at("2027-05-21T23:58");
        world.app.tick().unwrap();
        assert_eq!(late(world), 0);
        world.at("2027-05-22T00:01");
        world.app.tick().unwrap();
        assert_eq!(late(world), 1);
        world.set("inspection.months", &json!(12));
        assert_eq!(late(world), 0);

        let person = world.people["it_manager"].as_str();
        let item = world.create("csirt", "improvement", json!({"measure": "更新"})).unwrap().id;
        world
            .step(
                "csirt",
                ("improvement", &item),
                "plan",
                json!({"owner": person,
                "due_on": "2028-03-31", "confirm_by": "検査"}),
            )
            .unwrap();
        let quiet =
            |world: &World| world.findings(("improvement", &item), "improvement.progress").len();
        world.pass(30 * DAY - 1);
        world.app.tick().unwrap();
        assert_eq!(quiet(world), 0);
        world.pass(1);
        world.app.tick().unwrap();
        assert_eq!(quiet(world), 1);
        world.edit("csirt", ("improvement", &item), json!({"progress": "半分まで"})).unwrap();
        assert_eq!(quiet(world), 0);
    });
}
