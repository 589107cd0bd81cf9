//! The yardstick: the same rows in bare SQLite with the same durability.

use anyhow::Result;
use rusqlite::Connection;
use std::time::{Duration, Instant};

const SCHEMA: &str = "
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
CREATE TABLE revision(org TEXT, register TEXT, id TEXT, rev INT, leaf INT, body TEXT, seed BLOB, PRIMARY KEY(org,register,id,rev)) WITHOUT ROWID;
CREATE TABLE record(org TEXT, register TEXT, id TEXT, leaf_to INT, title TEXT, rev INT, leaf_from INT, created INT, updated INT, by TEXT, PRIMARY KEY(org,register,id,leaf_to)) WITHOUT ROWID;
CREATE INDEX record_recent ON record(org,register,leaf_from);
CREATE TABLE asset(org TEXT, id TEXT, leaf_to INT, rev INT, leaf_from INT, name TEXT, kind TEXT, importance TEXT, class TEXT, place TEXT, relation TEXT, business TEXT, protect INT, restore INT, personal INT, backup TEXT, owner TEXT, PRIMARY KEY(org,id,leaf_to)) WITHOUT ROWID;
CREATE INDEX a1 ON asset(org,restore,id) WHERE leaf_to=9223372036854775807;
CREATE INDEX a2 ON asset(org,name,id) WHERE leaf_to=9223372036854775807;
CREATE INDEX a3 ON asset(org,importance,restore,id) WHERE leaf_to=9223372036854775807;
CREATE INDEX a4 ON asset(org,owner,restore,id) WHERE leaf_to=9223372036854775807;
CREATE TABLE link(org TEXT, fr TEXT, fid TEXT, field TEXT, tr TEXT, tid TEXT, leaf_from INT, leaf_to INT, PRIMARY KEY(org,fr,fid,field,tr,tid,leaf_to)) WITHOUT ROWID;
CREATE INDEX link_to ON link(org,tr,tid,fr,field,leaf_to);
CREATE TABLE leaf(org TEXT, idx INT, time INT, header TEXT, PRIMARY KEY(org,idx)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(tokens, content='', contentless_delete=1);
";

/// Inserts `n` assets as rows, `batch` to a commit. Gives the time it took.
pub fn insert(folder: &std::path::Path, n: usize, batch: usize) -> Result<Duration> {
    let path = folder.join(format!("raw-{batch}.db"));
    let mut db = Connection::open(path)?;
    db.execute_batch(SCHEMA)?;
    let bodies: Vec<String> = (0..n)
        .map(|i| {
            serde_json::Value::Object(crate::setup::asset_body(
                i,
                Some("01m7x0zhb0nazbsftcfp44xc9r"),
            ))
            .to_string()
        })
        .collect();
    let began = Instant::now();
    let mut i = 0;
    while i < n {
        let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for (k, body) in bodies.iter().enumerate().skip(i).take(batch) {
            one(&tx, k, body)?;
        }
        tx.commit()?;
        i += batch;
    }
    Ok(began.elapsed())
}

fn one(tx: &rusqlite::Transaction<'_>, k: usize, body: &str) -> Result<()> {
    let id = format!("01m7x0zhb0nazbsftcfp{k:06}");
    let n = i64::try_from(k)?;
    let name = format!("顧客データベース 第{k}区画");
    let max = i64::MAX;
    tx.prepare_cached("INSERT INTO revision VALUES('bench','asset',?1,1,?2,?3,?4)")?
        .execute(rusqlite::params![id, n, body, [7u8; 32]])?;
    tx.prepare_cached(
        "INSERT INTO record VALUES('bench','asset',?1,?2,?3,1,?4,?4,?4,'system:demo')",
    )?
    .execute(rusqlite::params![id, max, name, n])?;
    tx.prepare_cached("INSERT INTO asset VALUES('bench',?1,?2,1,?3,?4,'顧客情報','high','confidential','第1データセンター','[\"owned\"]','受注と発送',?5,?5,1,'磁気テープ','01m7x0zhb0nazbsftcfp44xc9r')")?
        .execute(rusqlite::params![id, max, n, name, n % 100])?;
    tx.prepare_cached("INSERT INTO link VALUES('bench','asset',?1,'owner','person','01m7x0zhb0nazbsftcfp44xc9r',?2,?3)")?
        .execute(rusqlite::params![id, n, max])?;
    tx.prepare_cached("INSERT INTO leaf VALUES('bench',?1,?1,?2)")?
        .execute(rusqlite::params![n, "{\"action\":\"asset.create\",\"actor\":\"system:demo\",\"epoch\":1,\"index\":1,\"items\":[{\"commit\":\"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq=\",\"id\":\"01m7x0zhb0nazbsftcfp44xc9r\",\"reg\":\"asset\",\"rev\":1}],\"log\":\"bench.example/bench\",\"role\":\"system\",\"time\":1,\"v\":1}"])?;
    tx.prepare_cached("INSERT INTO search(rowid,tokens) VALUES(?1,?2)")?
        .execute(rusqlite::params![n + 1, format!("bench 顧客 客デ デー ータ タベ ベー ース 第{k} 区画 顧客 客情 情報 受注 注と と発 発送 第1 デー ータ セン ンタ ター")])?;
    Ok(())
}
