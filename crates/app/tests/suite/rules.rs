//! Rules on their hardest rows: another record changed, time passed, something is absent.

use super::harness::{NIGHT, World, on_each};
use okiagari_app::views::MissingFilter;
use okiagari_app::{AppError, RecordView};
use okiagari_model::{DAY, HOUR, MINUTE, RecordId, register};
use serde_json::json;

fn one(world: &World, id: (&str, &RecordId), rule: &str) -> String {
    let found = world.findings(id, rule);
    assert_eq!(found.len(), 1, "{rule}: {found:?}");
    found[0].message.ja.clone()
}

fn none(world: &World, id: (&str, &RecordId), rule: &str) {
    let found = world.findings(id, rule);
    assert!(found.is_empty(), "{rule}: {found:?}");
}

fn view(world: &World, role: &str, id: (&str, &RecordId)) -> RecordView {
    world.app.record(&world.ctx(role), register(id.0).unwrap(), id.1, None).unwrap()
}

/// TK-90: the copy itself is never touched; a contact is.
#[test]
fn printed_copies_are_outdated_by_a_change_of_any_contact_until_printed_again() {
    on_each(|world| {
        let police =
            world.make("contact", json!({"name": "県警", "kind": "police", "phone": "110"})).id;
        world.make("contact", json!({"name": "IPA", "kind": "expert_body", "phone": "03"}));
        world.pass(MINUTE);
        let copy = world
            .create(
                "general_affairs",
                "printed_copy",
                json!({"document": "緊急連絡リスト", "version": "3", "place": "総務の棚",
                       "holder": world.people["general_affairs"].as_str(),
                       "printed_at": NIGHT + MINUTE}),
            )
            .unwrap()
            .id;
        let it = ("printed_copy", &copy);
        none(world, it, "printed_copy.outdated");
        world.pass(DAY);
        world
            .edit("general_affairs", ("contact", &police), json!({"phone": "03-3581-4321"}))
            .unwrap();
        let said = one(world, it, "printed_copy.outdated");
        assert!(said.contains("県警") && said.contains("1件") && !said.contains("IPA"), "{said}");
        assert_eq!(world.get(it).rev, 1, "the copy itself was not changed");
        // It stands in the list of what is missing, with the way to mend it.
        let missing =
            world.app.missing(&world.ctx("general_affairs"), &MissingFilter::default()).unwrap();
        let group = missing.groups.iter().find(|g| g.rule.id == "printed_copy.outdated").unwrap();
        assert_eq!(group.items.len(), 1);
        assert!(group.rule.mend.ja.contains("印刷し直し"));
        world.pass(HOUR);
        world
            .edit("general_affairs", it, json!({"printed_at": NIGHT + MINUTE + DAY + HOUR}))
            .unwrap();
        none(world, it, "printed_copy.outdated");
        // A contact that ends makes the list wrong as well.
        world.pass(HOUR);
        let rev = world.get(("contact", &police)).rev;
        let end = okiagari_model::Change::End {
            def: register("contact").unwrap(),
            id: police.clone(),
            rev,
            reason: "統合された".into(),
        };
        world.app.change(&world.ctx("security_manager"), end).unwrap();
        let said = one(world, it, "printed_copy.outdated");
        assert!(said.contains("県警"), "{said}");
    });
}

/// NI-254: nothing changes but the time.
#[test]
fn a_silent_log_is_noticed_by_time_alone_and_tells_the_security_staff() {
    on_each(|world| {
        let log = world
            .create(
                "csirt",
                "log_source",
                json!({"name": "受注サーバの認証ログ",
                "importance": "high", "silence": 20, "last_seen_at": NIGHT}),
            )
            .unwrap()
            .id;
        let other = world
            .create("csirt", "log_source", json!({"name": "プロキシ", "last_seen_at": NIGHT}))
            .unwrap()
            .id;
        let (it, proxy) = (("log_source", &log), ("log_source", &other));
        let rule = "log_source.silent";
        world.pass(20 * MINUTE - 1);
        world.app.tick().unwrap();
        none(world, it, rule);
        world.pass(1);
        assert_eq!(world.app.tick().unwrap().rechecked, 1, "only this one is due by its own limit");
        assert_eq!(one(world, it, rule), "20分ログが届いていません（上限 20分）。");
        none(world, proxy, rule);
        for role in ["security_manager", "csirt"] {
            let told = world.told(&world.people[role]);
            assert_eq!(
                told.iter().filter(|t| t.contains("20分ログが届いていません")).count(),
                1,
                "{role}: {told:?}"
            );
        }
        // A worker that turns again tells nobody twice.
        world.app.tick().unwrap();
        assert_eq!(world.told(&world.people["csirt"]).len(), 1);
        // Without a limit of its own the organisation's setting counts: 60 minutes as shipped.
        world.pass(40 * MINUTE - 1);
        world.app.tick().unwrap();
        none(world, proxy, rule);
        world.pass(1);
        world.app.tick().unwrap();
        assert_eq!(one(world, proxy, rule), "1時間ログが届いていません（上限 1時間）。");
        // A heartbeat clears it, and the next silence is noticed anew.
        world.edit("csirt", it, json!({"last_seen_at": NIGHT + HOUR})).unwrap();
        none(world, it, rule);
        world.pass(20 * MINUTE);
        world.app.tick().unwrap();
        one(world, it, rule);
        // Another limit in the settings is another answer, without a change of the source.
        world.set("log.silence_minutes", &json!(180));
        none(world, proxy, rule);
    });
}

/// G7-50 and TK-104: causes and measures, either one alone.
#[test]
fn causes_without_measure_and_measures_without_cause_are_both_listed() {
    on_each(|world| {
        let incident = world.incident(json!({"causes": [
            {"key": "C1", "class": "technical", "text": "多要素認証が無かった"},
            {"key": "C2", "class": "organisational", "text": "連絡が遅れた"},
            {"key": "C3", "class": "human", "text": "訓練が足りなかった"}]}));
        let it = ("incident", &incident);
        let rule = "incident.measures";
        let said = |world: &World| -> Vec<String> {
            world.findings(it, rule).into_iter().map(|f| f.message.ja).collect()
        };
        assert_eq!(said(world).len(), 3, "three causes, no measure");
        let measure = |key: Option<&str>, text: &str| {
            let mut body = json!({"incident": incident.as_str(), "measure": text});
            if let Some(key) = key {
                body["cause_key"] = key.into();
            }
            world.create("csirt", "improvement", body).unwrap().id
        };
        measure(Some("C1"), "多要素認証を入れる");
        let loose = measure(None, "掃除をする");
        let now = said(world);
        assert_eq!(now.len(), 3, "{now:?}");
        assert!(now.iter().any(|m| m.contains("C2") && m.contains("連絡が遅れた")));
        assert!(now.iter().any(|m| m.contains("C3") && m.contains("訓練が足りなかった")));
        assert!(now.iter().any(|m| m.contains("掃除をする") && m.contains("どの原因にも")));
        assert!(!now.iter().any(|m| m.contains("C1")), "C1 has its measure");
        world.edit("csirt", ("improvement", &loose), json!({"cause_key": "C2"})).unwrap();
        let last = measure(Some("C3"), "訓練を年2回にする");
        none(world, it, rule);
        // A measure that moves to another cause leaves the old one bare again.
        world.edit("csirt", ("improvement", &last), json!({"cause_key": "C1"})).unwrap();
        assert!(one(world, it, rule).contains("C3"));
    });
}

/// TK-17: without importance or owner an asset counts as not registered. TK-18: the order.
#[test]
fn assets_without_importance_or_owner_do_not_count_and_the_order_of_restoring_is_given() {
    on_each(|world| {
        let asset = |body| world.create("it_manager", "asset", body).unwrap().id;
        let owner = world.people["it_manager"].as_str();
        let bare = asset(json!({"name": "名簿"}));
        let found = world.findings(("asset", &bare), "asset.registered");
        let fields: std::collections::BTreeSet<&str> =
            found.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(Vec::from_iter(fields), ["importance", "owner"]);
        world
            .edit("it_manager", ("asset", &bare), json!({"importance": "low", "owner": owner}))
            .unwrap();
        none(world, ("asset", &bare), "asset.registered");
        none(world, ("asset", &bare), "asset.restore_order");
        let orders = asset(json!({"name": "受注データ", "importance": "high", "owner": owner}));
        assert!(one(world, ("asset", &orders), "asset.restore_order").contains("復旧する順"));
        world
            .edit("it_manager", ("asset", &orders), json!({"restore_rank": 1, "protect_rank": 2}))
            .unwrap();
        none(world, ("asset", &orders), "asset.restore_order");
        let accounts = asset(json!({"name": "会計データ", "importance": "high", "owner": owner,
            "restore_rank": 2, "protect_rank": 1}));
        let order = |field: &str| -> Vec<RecordId> {
            let mut request = okiagari_app::ListRequest::first(register("asset").unwrap(), 10);
            request.conds = vec![okiagari_model::Cond {
                field: field.into(),
                op: okiagari_model::Op::Set,
                value: serde_json::Value::Null,
            }];
            request.sort = Some((field.into(), false));
            let page = world.app.list(&world.ctx("csirt"), &request).unwrap();
            page.records.into_iter().map(|r| r.id).collect()
        };
        assert_eq!(order("restore_rank"), [orders.clone(), accounts.clone()]);
        assert_eq!(order("protect_rank"), [accounts, orders]);
    });
}

/// TK-11: deputies, their own, and two means of contact.
#[test]
fn roles_without_a_deputy_of_their_own_or_two_means_of_contact_are_defects() {
    on_each(|world| {
        let role = world.role("pr_lead").id;
        let it = ("role", &role);
        assert!(one(world, it, "role.deputy").contains("まだ決まっていません"));
        let (deputy, _) = world.employee("代行 一", None);
        let deputies = |id: &RecordId, list: &[&RecordId]| {
            let list: Vec<&str> = list.iter().map(|d| d.as_str()).collect();
            world.edit("administrator", ("role", id), json!({"deputies": list})).unwrap();
        };
        let holder = world.people["pr_lead"].clone();
        deputies(&role, &[&holder]);
        assert_eq!(one(world, it, "role.deputy"), "担当者本人が代行者にもなっています。");
        deputies(&role, &[&deputy]);
        none(world, it, "role.deputy");
        // The same person for another role is a shared deputy on both.
        let other = world.role("customer_lead").id;
        deputies(&other, &[&deputy]);
        assert!(one(world, it, "role.deputy").contains("顧客対応責任者"));
        assert!(one(world, ("role", &other), "role.deputy").contains("広報責任者"));
        // The deputy has a telephone only.
        assert!(one(world, it, "role.reachable").contains("代行 一"));
        world.edit("administrator", ("person", &deputy), json!({"mail": "d@example.jp"})).unwrap();
        none(world, it, "role.reachable");
        none(world, ("role", &other), "role.reachable");
    });
}

/// TK-13, TK-14, JP-04, JP-05, JP-18: key roles must have a holder.
#[test]
fn each_key_role_without_a_holder_is_named() {
    on_each(|world| {
        let org = world.all("organisation").remove(0).id;
        let it = ("organisation", &org);
        none(world, it, "organisation.leads");
        for (kind, name) in [
            ("technical_lead", "技術対応責任者"),
            ("pr_lead", "広報責任者"),
            ("customer_lead", "顧客対応責任者"),
            ("security_manager", "情報セキュリティ責任者"),
            ("it_manager", "IT管理責任者"),
            ("unforeseen_owner", "想定外の受け皿"),
            ("coordinator", "全体統括"),
            ("reporting_desk", "報告窓口"),
        ] {
            let role = world.role(kind);
            let holder = role.ids("holder").remove(0).to_owned();
            world.edit("administrator", ("role", &role.id), json!({"holder": null})).unwrap();
            let said = one(world, it, "organisation.leads");
            assert!(said.contains(name), "{kind}: {said}");
            world.edit("administrator", ("role", &role.id), json!({"holder": holder})).unwrap();
            none(world, it, "organisation.leads");
        }
    });
}

/// JP-03: wording, kinds and examples; the version is the revision.
#[test]
fn the_organisation_says_what_an_incident_is_and_every_wording_is_kept() {
    on_each(|world| {
        let org = world.all("organisation").remove(0).id;
        let it = ("organisation", &org);
        let rule = "organisation.incident_definition";
        one(world, it, rule);
        let put = |patch| world.edit("administrator", it, patch).unwrap();
        put(json!({"incident_definition": "業務を脅かす出来事"}));
        one(world, it, rule);
        put(json!({"incident_kinds": ["マルウェア", "紛失"]}));
        one(world, it, rule);
        let second = put(json!({"incident_examples": ["社内: 誤送信", "社外: 取引先の感染"]}));
        none(world, it, rule);
        world.pass(DAY);
        put(json!({"incident_definition": "業務または信用を脅かす出来事"}));
        let ctx = world.ctx("administrator");
        let def = register("organisation").unwrap();
        let then = world.app.record(&ctx, def, &org, Some(second.leaf)).unwrap().record;
        assert_eq!(then.text("incident_definition"), "業務を脅かす出来事");
        let now = view(world, "administrator", it).record;
        assert_eq!(now.text("incident_definition"), "業務または信用を脅かす出来事");
    });
}

/// JP-04, JP-06: what fits no kind goes straight to whoever answers for the unforeseen.
#[test]
fn no_report_is_without_an_owner() {
    on_each(|world| {
        let (_, ctx) = world.employee("営業 太郎", None);
        let make = |event: Option<&str>| {
            let mut body = json!({"what": "見たことのない画面が出た"});
            if let Some(event) = event {
                body["event"] = event.into();
            }
            world.create_as(&ctx, "report", body).unwrap().id
        };
        let owner = |id: &RecordId| world.get(("report", id)).ids("owner")[0].to_owned();
        let unforeseen = world.people["unforeseen_owner"].as_str();
        assert_eq!(owner(&make(None)), unforeseen);
        assert_eq!(owner(&make(Some("other"))), unforeseen);
        assert_eq!(owner(&make(Some("malware"))), world.people["reporting_desk"].as_str());
        // Without any of the roles the report stays visible as ownerless.
        for kind in ["unforeseen_owner", "reporting_desk", "security_manager", "coordinator"] {
            let role = world.role(kind).id;
            world.edit("administrator", ("role", &role), json!({"holder": null})).unwrap();
        }
        let bare = make(None);
        assert_eq!(one(world, ("report", &bare), "report.owner"), "受け持つ人がいません。");
    });
}

/// JP-19, TK-16: criteria beforehand, and the criterion used stays with the case.
#[test]
fn who_decides_by_which_criteria_is_set_beforehand_and_kept_with_the_case() {
    on_each(|world| {
        let decider = world.role("security_manager").id;
        let stand_in = world.role("ciso").id;
        let line = world
            .create(
                "executive",
                "authority",
                json!({"power": "isolate", "name": "受注系の遮断",
                "situation": "emergency", "severity": "high"}),
            )
            .unwrap()
            .id;
        let it = ("authority", &line);
        one(world, it, "authority.decider");
        world.edit("executive", it, json!({"decider": decider.as_str()})).unwrap();
        one(world, it, "authority.decider");
        world
            .edit(
                "executive",
                it,
                json!({"stand_in": stand_in.as_str(),
                "criteria": "顧客情報に触れた疑いがあれば自分で判断。取引停止が要るなら経営者へ"}),
            )
            .unwrap();
        none(world, it, "authority.decider");
        // IPA-31: approved beforehand, and tried against a scenario.
        let found = world.findings(it, "authority.approved");
        let open: std::collections::BTreeSet<&str> =
            found.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(Vec::from_iter(open), ["approved_on", "tried_on"]);
        world.edit("executive", it, json!({"approved_on": "2026-10-01"})).unwrap();
        assert!(one(world, it, "authority.approved").contains("試していません"));
        world.edit("executive", it, json!({"tried_on": "2026-10-15"})).unwrap();
        none(world, it, "authority.approved");
        // Quiet times are another line than an emergency.
        for (power, situation) in
            [("collect", "quiet"), ("halt", "emergency"), ("vote", "quiet"), ("isolate", "quiet")]
        {
            world
                .create(
                    "executive",
                    "authority",
                    json!({"power": power, "name": power, "situation": situation}),
                )
                .unwrap();
        }
        // Nobody but who may keep the table writes it.
        let refused = world.create(
            "csirt",
            "authority",
            json!({"power": "halt", "name": "x", "situation": "emergency"}),
        );
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
        let report = world.create("csirt", "report", json!({"what": "開けない"})).unwrap().id;
        world
            .step(
                "reporting_desk",
                ("report", &report),
                "open_incident",
                json!({"event": "malware", "criterion": "受注系の遮断"}),
            )
            .unwrap();
        assert_eq!(world.get(("report", &report)).text("criterion"), "受注系の遮断");
    });
}

/// NI-213 to NI-216: cost, reach, retention and purpose of each type of record.
#[test]
fn a_type_of_record_without_purpose_cost_access_or_retention_is_pointed_out() {
    on_each(|world| {
        let org = world.all("organisation").remove(0).id;
        let whole = ("organisation", &org);
        let types = [
            "report",
            "incident",
            "timeline_entry",
            "decision",
            "evidence",
            "message",
            "improvement",
        ];
        assert_eq!(world.findings(whole, "organisation.record_types").len(), types.len());
        let made = world
            .create(
                "administrator",
                "record_type",
                json!({"name": "インシデント", "register": "incident"}),
            )
            .unwrap()
            .id;
        assert_eq!(world.findings(whole, "organisation.record_types").len(), types.len() - 1);
        let it = ("record_type", &made);
        let open = |world: &World| -> Vec<String> {
            let mut fields: Vec<String> =
                world.findings(it, "record_type.complete").into_iter().map(|f| f.field).collect();
            fields.sort();
            fields
        };
        assert_eq!(
            open(world),
            [
                "cost_to_keep",
                "cost_to_make",
                "medium",
                "purpose",
                "retention_years",
                "search_ease",
                "search_keys",
                "viewing"
            ]
        );
        let mut left = open(world);
        for (field, value) in [
            ("purpose", json!("責任を明らかにする")),
            ("cost_to_make", json!("1件30分")),
            ("cost_to_keep", json!("年1万円")),
            ("viewing", json!("画面と検索")),
            ("search_keys", json!("番号、件名、期間")),
            ("search_ease", json!("full_search")),
            ("medium", json!("この台帳")),
            ("retention_years", json!(10)),
        ] {
            world.edit("administrator", it, json!({field: value})).unwrap();
            left.retain(|f| f != field);
            assert_eq!(open(world), left, "{field} is its own finding");
        }
    });
}

/// TK-46: the clock of a stopped system, by the shortest target of all that depends on it.
#[test]
fn a_stopped_system_is_counted_by_what_depends_on_it_and_told_at_a_quarter_left() {
    on_each(|world| {
        let system = |body| world.create("it_manager", "system", body).unwrap().id;
        let network = system(json!({"name": "基幹網", "rpo": 5}));
        let directory = system(json!({"name": "認証基盤", "rto": 1440,
            "depends_on": [network.as_str()]}));
        let derived = |id: &RecordId| -> Option<i64> {
            let v = view(world, "it_manager", ("system", id));
            v.derived.iter().find(|(d, _)| d.id == "effective_rto").map(|(_, n)| *n)
        };
        assert_eq!(derived(&network), Some(1440), "inherited from the directory");
        let shop = system(json!({"name": "EC", "rto": 240, "depends_on": [directory.as_str()]}));
        assert_eq!(
            (derived(&shop), derived(&directory), derived(&network)),
            (Some(240), Some(240), Some(240)),
            "along the chain, without touching either"
        );
        world.edit("it_manager", ("system", &shop), json!({"rto": 120})).unwrap();
        assert_eq!(derived(&network), Some(120));
        assert!(one(world, ("system", &directory), "system.dependency_rto").contains("120分"));
        world.edit("it_manager", ("system", &shop), json!({"depends_on": null})).unwrap();
        assert_eq!(derived(&network), Some(1440), "no longer depended on");
        world
            .edit("it_manager", ("system", &shop), json!({"depends_on": [directory.as_str()]}))
            .unwrap();

        // It stops at NIGHT: 120 minutes, a quarter (30) left after 90.
        let incident = world.incident(json!({"systems": [
            {"system": network.as_str(), "stopped_at": NIGHT}]}));
        let it = ("incident", &incident);
        let clocks = world.app.deadlines(&world.ctx("csirt"), Some(&incident)).unwrap();
        let clock = clocks
            .iter()
            .find(|c| c.kind == okiagari_app::views::DeadlineKind::Rto)
            .expect("a running clock");
        assert_eq!(clock.due_at.millis(), NIGHT + 120 * MINUTE);
        assert_eq!(clock.warn_at.unwrap().millis(), NIGHT + 90 * MINUTE);
        world.pass(90 * MINUTE - 1);
        world.app.tick().unwrap();
        none(world, it, "incident.rto");
        world.pass(1);
        world.app.tick().unwrap();
        assert_eq!(one(world, it, "incident.rto"), "基幹網の目標復旧時間まであと30分です。");
        for role in ["technical_lead", "executive"] {
            let told = world.told(&world.people[role]);
            assert!(told.iter().any(|t| t.contains("あと30分")), "{role}: {told:?}");
        }
        world.pass(35 * MINUTE);
        world.app.tick().unwrap();
        assert_eq!(one(world, it, "incident.rto"), "基幹網が目標復旧時間を5分過ぎています。");
        let late = world.app.deadlines(&world.ctx("csirt"), Some(&incident)).unwrap();
        assert!(late.iter().any(|c| c.late && c.title.ja.contains("基幹網")));
        world
            .edit(
                "csirt",
                it,
                json!({"systems": [{"system": network.as_str(),
                "stopped_at": NIGHT, "restored_at": NIGHT + 125 * MINUTE}]}),
            )
            .unwrap();
        none(world, it, "incident.rto");
    });
}

/// A rule that does not suit is switched off with a reason; its findings go and come back.
#[test]
fn a_rule_is_switched_off_by_a_setting_with_its_reason() {
    on_each(|world| {
        let asset = world.create("it_manager", "asset", json!({"name": "名簿"})).unwrap().id;
        let it = ("asset", &asset);
        assert_eq!(world.findings(it, "asset.registered").len(), 2);
        let set = world.set("rule.off.asset.registered", &json!(true));
        none(world, it, "asset.registered");
        world.set("rule.off.asset.registered", &json!(false));
        assert_eq!(world.findings(it, "asset.registered").len(), 2);
        let ctx = world.ctx("administrator");
        let story =
            world.app.history(&ctx, register("setting").unwrap(), &set.id, None, 10).unwrap();
        assert_eq!(story[0].reason.as_deref(), Some("試験のため"));
        // A misspelt value is refused, so that nothing is off by accident.
        let wrong = world.create(
            "administrator",
            "setting",
            json!({"key": "rule.off.asset.registered", "value": "\"yes\""}),
        );
        assert!(matches!(wrong, Err(AppError::Fields(_))));
    });
}
