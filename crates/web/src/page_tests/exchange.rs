//! Signing, packing and checking on the pages.

use super::world::{NIGHT, World};
use okiagari_model::RecordId;
use serde_json::json;

const DUTY: [(&str, &str); 3] =
    [("post", "CISO"), ("responsibility", "security"), ("authority", "取締役会の決議")];

/// A case on the client's side with something to ask for.
fn client_case(world: &World) -> (RecordId, RecordId) {
    let keeper = world.make("person", json!({"name": "統括 花"}));
    let them = world.make("contact", json!({"name": "みなと部品", "kind": "partner"}));
    let case = world.make(
        "reconnection",
        json!({"title": "みなと部品との再接続", "side": "client", "counterparty": them.as_str(),
            "goal": "安全に戻す", "scope": "cyber", "scope_line": "技術のリスクだけ",
            "accountable": keeper.as_str(), "opened_at": NIGHT}),
    );
    let own = world.make("contact", json!({"name": "当社", "kind": "partner"}));
    world.make(
        "client_terms",
        json!({"reconnection": case.as_str(), "client": own.as_str(), "attestation": "own",
            "why": "社内の決まり"}),
    );
    world.make(
        "client_requirement",
        json!({"reconnection": case.as_str(), "client": own.as_str(),
            "title": "多要素認証の証拠", "topic": "containment"}),
    );
    world.make("organisation", json!({"name": "株式会社あさひ"}));
    (case, them)
}

#[tokio::test]
async fn requirements_are_signed_packed_and_checked_by_anybody() {
    let world = World::new();
    let (case, them) = client_case(&world);
    let mine = world.as_user("chief").await;
    let room = format!("/reconnect/{case}/packages");
    mine.get(&room).await.is(200).says("あなたの署名鍵がありません").says("まだ受け取っていません");
    // A key without its words is refused, and what was typed stays.
    let refused = mine.post("/signing-keys", &DUTY[..1]).await.is(422);
    refused.says("役職、責任、示す権限").says("value=\"CISO\"");
    assert_eq!(mine.post("/signing-keys", &DUTY).await.place(), "/signing-keys");
    let keys = mine.get("/signing-keys").await.is(200);
    let place = keys.text.find("/r/signing_key/").unwrap() + "/r/signing_key/".len();
    let key: String = keys.text[place..].chars().take_while(|c| *c != '"').collect();
    let bad = ("file", "a.p12", &b"no certificate"[..]);
    mine.upload("/signing-keys/bring", bad, &DUTY).await.is(422).says("使えません");
    // Prepared, read, signed.
    let ask = [
        ("what", "requirements"),
        ("signer", &key),
        ("valid_from", "2026-11-21"),
        ("valid_until", "2027-02-20"),
    ];
    let prepare = format!("{room}/prepare");
    mine.post(&prepare, &ask[..1]).await.is(422).says("有効期間の日付");
    let statement = mine.post(&prepare, &ask).await.place();
    let shown = mine.get(&statement).await.is(200);
    shown.says("多要素認証の証拠").says("責任者による認証書を求める").says("署名待ち");
    let unsigned = mine.post(&format!("{statement}/package"), &[]).await;
    unsigned.is(422).says("まだ全員の署名がそろっていません");
    mine.post(&format!("{statement}/sign"), &[]).await.is(422).says("印を付けてください");
    let read = [("read", "yes")];
    assert_eq!(mine.post(&format!("{statement}/sign"), &read).await.place(), statement);
    mine.get(&room).await.is(200).says("署名済み");
    let zip = mine.post(&format!("{statement}/package"), &[]).await.is(200);
    assert_eq!(zip.header("content-type"), "application/zip");
    // As browsers ask for it: compressed on the way, and whole.
    let asks_small = world.as_user("chief").await.with("accept-encoding", "gzip");
    let small = asks_small.post(&format!("{statement}/package"), &[]).await.is(200);
    assert_eq!(small.header("content-encoding"), "gzip");
    assert!(small.bytes.len() > 1_000);
    // Checked by somebody without an account, in both languages; nothing is kept.
    let nobody = world.nobody();
    let file = |bytes: &'static [u8]| ("file", "p.zip", bytes);
    let whole: &'static [u8] = zip.bytes.clone().leak();
    let good = nobody.upload("/verify/file", file(whole), &[]).await.is(200);
    let good = good.says("検証できました").says("株式会社あさひ").says("証跡に載っています");
    good.says("多要素認証の証拠");
    let english = nobody.with("accept-language", "en");
    english.upload("/verify/file", file(whole), &[]).await.is(200).says("It verifies");
    let mut altered = zip.bytes.clone();
    let place = altered.windows(6).position(|w| w == "多要".as_bytes()).unwrap();
    altered[place] ^= 1;
    let refused = english.upload("/verify/file", file(altered.leak()), &[]).await.is(200);
    refused.says("It is refused").never_says("It verifies");
    // Nobody's word is taken in without an anchor, and nothing of the wrong kind.
    let take = format!("{room}/take");
    let from = [("sender", them.as_str())];
    mine.upload(&take, file(whole), &from).await.is(422).says("信頼の起点");
    mine.upload(&take, file(b"PK"), &[]).await.is(422).says("差出人");
}

#[tokio::test]
async fn a_refused_package_says_why_and_leaves_nothing() {
    let world = World::new();
    let (case, them) = client_case(&world);
    let mine = world.as_user("chief").await;
    let anchor = world.make(
        "trust_anchor",
        json!({"title": "鍵", "contact": them.as_str(), "kind": "fingerprint",
            "value": "ab".repeat(32), "channel": "paper", "received_on": "2026-11-01"}),
    );
    let step = format!("/r/trust_anchor/{anchor}/step/confirm");
    let form = mine.get(&step).await.is(200);
    let rev = form.hidden("_rev");
    let call =
        [("_rev", rev.as_str()), ("called_number", "03-0000-0001"), ("answered_by", "総務部長")];
    mine.post(&step, &call).await.place();
    let take = format!("/reconnect/{case}/packages/take");
    let from = [("sender", them.as_str())];
    let cut = ("file", "p.zip", &b"PK\x03\x04 cut off"[..]);
    let refused = mine.upload(&take, cut, &from).await.is(422);
    refused.says("取り込みませんでした").says("認められません").says("何も残していません");
    mine.get("/r/received_package").await.is(200).never_says("RP-1");
    // The auditor looks; without the right nothing is offered and nothing is done.
    let reader = world.as_user("employee").await;
    let room = format!("/reconnect/{case}/packages");
    let seen = reader.get(&room).await;
    if seen.status == 200 {
        seen.never_says("検証して取り込む").never_says("署名の用意をする");
    }
    reader.upload(&take, cut, &from).await.is(403);
}
