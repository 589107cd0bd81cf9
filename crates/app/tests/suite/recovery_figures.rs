//! Figures of recovery and improvement, and those that are kept as KPIs.

use super::harness::{NIGHT, World, fields, on_each};
use super::recovery::system;
use okiagari_app::AppError;
use okiagari_model::{DAY, MINUTE, Period, RecordId, Time};
use serde_json::{Value, json};

/// TK-126: carried-over items count anew, dropped ones stay in the divisor.
#[test]
fn the_improvement_rate_keeps_its_divisor() {
    on_each(|world| {
        let person = world.people["it_manager"].as_str();
        let plan = json!({"owner": person, "due_on": "2027-03-31", "confirm_by": "検査"});
        let ids: Vec<RecordId> = (0..4)
            .map(|n| {
                let made = json!({"measure": format!("対策{n}")});
                let id = world.create("csirt", "improvement", made).unwrap().id;
                world.step("csirt", ("improvement", &id), "plan", plan.clone()).unwrap();
                id
            })
            .collect();
        let step = |n: usize, step: &str, patch: Value| {
            world.step("csirt", ("improvement", &ids[n]), step, patch).unwrap();
        };
        step(0, "finish", json!({}));
        let bare = world.app.change(
            &world.ctx("csirt"),
            okiagari_model::Change::Step {
                def: okiagari_model::register("improvement").unwrap(),
                id: ids[1].clone(),
                rev: None,
                step: "drop".into(),
                patch: okiagari_model::Body::new(),
                reason: None,
            },
        );
        assert_eq!(fields(bare.unwrap_err()), [("_reason".to_owned(), "required")]);
        step(1, "drop", json!({}));
        step(2, "carry_over", json!({"fiscal_year": 2027}));
        let rate = |world: &World, from: &str, to: &str| {
            let period = Period {
                from: super::harness::jst(from),
                to: super::harness::jst(to),
                now: Time::from_millis(NIGHT),
            };
            let all = world.app.metrics(&world.ctx("ciso"), Some(period)).unwrap();
            let m = all.into_iter().find(|m| m.def.id == "improvement_rate").unwrap();
            (m.now.value, m.now.behind.len())
        };
        assert_eq!(rate(world, "2026-04-01T00:00", "2027-04-01T00:00"), (Some(25), 4));
        assert_eq!(rate(world, "2027-04-01T00:00", "2028-04-01T00:00"), (Some(0), 1));
        assert_eq!(rate(world, "2028-04-01T00:00", "2029-04-01T00:00"), (None, 0));
    });
}

/// TK-124, TK-125, TK-127: main systems only, drills apart, nothing measured is no zero.
#[test]
fn recoveries_are_measured_by_year_with_drills_apart() {
    on_each(|world| {
        let figure = |world: &World, id: &str| {
            let all = world.app.metrics(&world.ctx("ciso"), None).unwrap();
            all.into_iter().find(|m| m.def.id == id).unwrap().now
        };
        assert_eq!(figure(world, "mttr_main").value, None);
        assert_eq!(figure(world, "drills").value, Some(0));
        let way = |importance: &str, minutes: i64, lost: i64, drill: bool| {
            world.make(
                "restoration",
                json!({"title": "系", "importance": importance,
                "incident": world.incident(json!({})).as_str(),
                "system": system(world, "系", json!({})).as_str(),
                "failed_at": NIGHT - 60 * DAY, "stopped_at": NIGHT - 60 * DAY,
                "in_service_at": NIGHT - 60 * DAY + minutes * MINUTE, "state": "in_service",
                "recovery_point_at": NIGHT - 60 * DAY - lost * MINUTE,
                "rto": 100, "rpo": 60, "drill": drill}),
            )
        };
        way("high", 100, 60, false);
        way("high", 300, 61, false);
        way("low", 101, 0, false);
        way("high", 50, 0, true);
        assert_eq!(figure(world, "mttr_main").value, Some(200));
        assert_eq!(figure(world, "mttr_drills").value, Some(50));
        assert_eq!(figure(world, "rto_met").value, Some(50), "two of four, the drill included");
        assert_eq!(figure(world, "rpo_met").value, Some(75));
        for n in 0..2 {
            world.make(
                "incident",
                json!({"title": format!("訓練{n}"), "kind": "malware",
                "drill": true, "state": "closed", "closed_at": NIGHT - DAY}),
            );
        }
        assert_eq!(figure(world, "drills").value, Some(2));
    });
}

/// TK-129: a figure is kept with what stands behind it; what is typed in says so.
#[test]
fn a_kpi_is_kept_from_the_registers_and_reviewed_by_management() {
    on_each(|world| {
        world.make(
            "incident",
            json!({"title": "訓練", "kind": "malware", "drill": true,
            "state": "closed", "closed_at": NIGHT - DAY}),
        );
        let kept = world.app.keep_figure(&world.ctx("ciso"), "drills", "回数が足りない").unwrap();
        let record = world.get(("kpi", &kept.id));
        assert_eq!(record.text("source"), "computed");
        assert_eq!((record.int("value"), record.int("target")), (Some(1), Some(2)));
        assert_eq!(record.text("met"), "not_met");
        assert_eq!(record.ids("behind").len(), 1);
        assert_eq!(record.text("comment"), "回数が足りない");
        assert!(record.text("period").starts_with("2026-04-01"), "{}", record.text("period"));
        let it = ("kpi", &kept.id);
        let by = json!({"reviewed_by": world.people["executive"].as_str()});
        let wrong = world.step("csirt", it, "review", by.clone());
        assert!(matches!(wrong, Err(AppError::Role(_))), "{wrong:?}");
        world.step("executive", it, "review", by).unwrap();
        assert!(world.get(it).time("reviewed_at").is_some());
        let typed = world
            .create(
                "ciso",
                "kpi",
                json!({"name": "見学会", "formula": "回数", "period": "2026",
                "value": 3}),
            )
            .unwrap();
        assert_eq!(world.get(("kpi", &typed.id)).text("source"), "typed");
        let forged = world.create(
            "ciso",
            "kpi",
            json!({"name": "回数", "formula": "回数",
            "period": "2026", "value": 9, "source": "computed"}),
        );
        assert_eq!(fields(forged.unwrap_err()), [("source".to_owned(), "set_by_program")]);
    });
}
