//! The board as it is read: in order, against its targets, in both languages.

use super::board::{Board, BoardIn, Next, board, page};
use crate::respond::parts::Ui;
use crate::respond::sample::{NOW, record, tidy, ui};
use okiagari_model::{HOUR, Lang, MINUTE, Record};
use serde_json::json;
use std::rc::Rc;

fn systems() -> Vec<Rc<Record>> {
    let all = [
        record(
            "system",
            "base",
            1,
            json!({"name": "認証基盤", "rank": 9, "rto": 480, "rpo": 60,
            "owner": "p1", "depends_on": ["net"]}),
        ),
        record("system", "net", 2, json!({"name": "社内網", "depends_on": ["base"]})),
        record(
            "system",
            "shop",
            3,
            json!({"name": "通販", "rank": 1, "importance": "high",
            "rto": 180, "rpo": 30, "depends_on": ["base"], "alternative": "電話で受ける",
            "level_acceptable": 80, "level_minimum": 20}),
        ),
        record("system", "mail", 4, json!({"name": "メール"})),
    ];
    all.into_iter().map(Rc::new).collect()
}

fn a_board(ui: &Ui) -> Board {
    let t = |minutes: i64| NOW.millis() + minutes * MINUTE;
    let way = |id: &str, system: &str, title: &str, more: serde_json::Value| {
        let mut value = json!({"title": title, "incident": "i1", "system": system,
            "state": "stopped", "stopped_at": t(-120)});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record("restoration", id, 10, value)
    };
    let shop = way("w1", "shop", "通販", json!({"failed_at": t(-150), "rto": 180, "rpo": 30}));
    let base = way(
        "w2",
        "base",
        "認証基盤",
        json!({"state": "in_service", "stopped_at": t(-300), "failed_at": t(-300),
            "in_service_at": t(-60), "rto": 180, "rpo": 60, "recovery_point_at": t(-310),
            "bridge": "manual_work", "bridge_how": "紙の名簿で確かめる"}),
    );
    let closed = vec![("全端末を検査し、監視した".to_owned(), "残りを検査する".to_owned())];
    let next = |label: &str, closed| Next {
        href: "/r/restoration/w1/step/x".into(),
        label: label.into(),
        closed,
        forward: true,
    };
    let incident = record(
        "incident",
        "i1",
        9,
        json!({"title": "受注サーバーの暗号化",
        "systems": [{"system": "shop", "stopped_at": t(-120)}, {"system": "mail"}]}),
    );
    let level = |id: &str, minutes: i64, level: i64, phase: &str| {
        record(
            "service_level",
            id,
            20,
            json!({"incident": "i1", "system": "shop",
            "at": t(minutes), "level": level, "phase": phase, "note": "受付だけ"}),
        )
    };
    board(
        ui,
        BoardIn {
            incident: &incident,
            ways: vec![
                (shop, vec![next("代わりに切り替える", Vec::new())]),
                (base, vec![next("監視を強める", closed)]),
            ],
            systems: &systems(),
            backups: &[record(
                "backup",
                "b1",
                5,
                json!({"name": "毎時", "system": "shop",
                "last_success_at": NOW.millis() - 3 * HOUR}),
            )],
            works: &[record(
                "manual_work",
                "m1",
                6,
                json!({"business": "受注",
                "systems": ["shop"], "trigger": "一時間の停止", "steps": "紙に書く"}),
            )],
            scans: &[record(
                "device_scan",
                "d1",
                7,
                json!({"title": "全端末", "incident": "i1",
                "devices": "PC-01\n会議室PC", "clean": "PC-01"}),
            )],
            actions: &[],
            levels: &[
                level("l1", -150, 100, "attack"),
                level("l2", -120, 0, "fall"),
                level("l3", -30, 40, "continuity"),
            ],
            closings: &[],
            person: &|id| format!("{id}さん"),
            may_write: true,
        },
    )
}

#[test]
fn what_the_shop_needs_stands_above_it_and_clocks_run_against_effective_targets() {
    let board = a_board(&ui(Lang::Ja));
    let titles: Vec<&str> = board.lines.iter().map(|l| l.title.as_str()).collect();
    assert_eq!(titles, ["認証基盤", "通販"]);
    // Judged by what held when it stopped: four hours away, three allowed.
    assert!(board.lines[0].rto.late, "{}", board.lines[0].rto.words);
    assert!(board.lines[0].rto.words.contains("1時間超過"), "{}", board.lines[0].rto.words);
    assert!(!board.lines[0].rpo.late, "ten minutes lost of sixty");
    assert!(board.lines[1].rto.words.contains("あと1時間"), "{}", board.lines[1].rto.words);
    // No recovery point yet: the last backup before the failure would lose half an hour.
    let rpo = &board.lines[1].rpo.words;
    assert!(rpo.contains("最後の控え") && rpo.contains("30分"), "{rpo}");
    assert!(board.lines[1].bridge.contains("電話で受ける"));
    assert!(board.lines[1].needs.is_empty(), "the base is back in service");
    assert_eq!(board.circles, ["認証基盤 ⇄ 社内網"]);
    assert_eq!(board.waiting, [("mail".to_owned(), "メール".to_owned())]);
    assert_eq!(board.scan.unwrap().left, ["会議室PC"]);
    let curve = &board.curves[0];
    let phases: Vec<&str> = curve.rows.iter().map(|r| r[1].as_str()).collect();
    assert_eq!(phases, ["攻撃", "水準の低下", "事業継続対応（BCP）"]);
    // Acceptable level, minimum level and the time to be back stand in the picture.
    for words in ["BCPの目標水準 80%", "最低限の水準 20%", "（RTO）"] {
        assert!(curve.svg.0.contains(words), "{words}");
    }
}

#[test]
fn the_board_reads_in_both_languages() {
    for lang in [Lang::Ja, Lang::En] {
        let ui = ui(lang);
        let html = page(&ui, &a_board(&ui));
        insta::assert_snapshot!(format!("board_{}", lang.tag()), tidy(&html));
    }
}
