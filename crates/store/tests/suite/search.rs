//! Search: any part of a Japanese word, the beginning of others, only what is there now.

use crate::registers::*;
use crate::support::*;
use okiagari_model::*;
use okiagari_store::{ListQuery, Store, StoreError};
use serde_json::json;

fn hits(store: &Store, text: &str) -> Vec<String> {
    let hits = store.read(|tx| tx.search(&org(), text, &everything(), 20));
    hits.map_err(|e: StoreError| e).unwrap().iter().map(|h| h.id.to_string()).collect()
}

#[test]
fn words_are_found_by_their_parts() {
    on_each(|place| {
        let store = place.open();
        let asset = |at: i64, id: &str, json| put(&store, at, Asset::DEF, id, 0, json);
        asset(0, "a1", json!({"name": "基幹システムの復旧手順書", "note": "担当は情報システム部"}));
        asset(1, "a2", json!({"name": "Windows Server 2025", "note": "ＳＱＬを使う"}));
        asset(2, "a3", json!({"name": "名簿", "contacts": [{"phone": "03-1234-5678"}]}));
        put(
            &store,
            3,
            Incident::DEF,
            "i1",
            0,
            json!({"number": "INC-12", "title": "サーバー停止", "story": "手順の復旧"}),
        );
        for (text, expected) in [
            ("復旧", vec!["i1", "a1"]),
            ("復旧手順", vec!["a1"]),
            ("旧手", vec!["a1"]),
            ("書", vec!["a1"]),
            ("簿", vec!["a3"]),
            ("システム", vec!["a1"]),
            ("しすてむ", vec!["a1"]),
            ("ｻｰﾊﾞｰ", vec!["i1"]),
            ("sql", vec!["a2"]),
            ("serv 20", vec!["a2"]),
            ("復旧 停止", vec!["i1"]),
            ("INC-12", vec!["i1"]),
            ("1234", vec!["a3"]),
            ("erver", vec![]),
            ("復旧順", vec![]),
            ("\" OR 1=1 --", vec![]),
            ("' & | ! * ( :", vec![]),
            ("AND NOT NEAR", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(hits(&store, text), expected, "{text}");
        }
        let (org, rows) = (org(), everything());
        let query = ListQuery { search: Some("復旧"), ..ListQuery::new(&org, Asset::DEF, &rows) };
        let page = store.read(|tx| tx.list(&query)).map_err(|e: StoreError| e).unwrap();
        assert_eq!(ids(&page.records), ["a1"]);
        let nothing = ListQuery { search: Some("、。"), ..query };
        let page = store.read(|tx| tx.list(&nothing)).map_err(|e: StoreError| e).unwrap();
        assert!(page.records.is_empty());
    });
}

#[test]
fn a_change_takes_the_old_words_out() {
    on_each(|place| {
        let store = place.open();
        put(&store, 0, Asset::DEF, "a1", 0, json!({"name": "受注台帳", "rank": 1}));
        put(&store, 1, Asset::DEF, "a1", 1, json!({"name": "受注台帳", "rank": 2}));
        assert_eq!(hits(&store, "受注"), ["a1"]);
        put(&store, 2, Asset::DEF, "a1", 2, json!({"name": "発注台帳"}));
        assert_eq!(hits(&store, "受注"), [""; 0]);
        assert_eq!(hits(&store, "発注"), ["a1"]);
    });
}

#[test]
fn very_long_texts_are_found_by_their_beginning() {
    on_each(|place| {
        let store = place.open();
        let long = format!("先頭語 {} {}", "同じ".repeat(4000), "続き ".repeat(9000));
        put(&store, 0, Asset::DEF, "a1", 0, json!({"name": "長文", "note": long}));
        assert_eq!(hits(&store, "先頭語"), ["a1"]);
        assert_eq!(hits(&store, "同じ同じ"), ["a1"]);
    });
}
