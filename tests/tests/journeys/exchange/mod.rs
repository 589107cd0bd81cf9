//! Three organisations on three servers that share nothing but files: a shop that was compromised,
//! a payment firm that is strict about third parties, and a carrier that is content with less.

mod client;
mod desk;
mod shop;

use crate::seat::Seat;
use client::Client;
use desk::Desk;
use okiagari_tests::program::{Launch, Server, run};
use shop::Shop;
use std::path::{Path, PathBuf};

const NIGHT: &str = "2026-11-22T02:40";

fn server() -> Server {
    Launch::demo().arg("--at").arg(NIGHT).start()
}

/// A package in a folder between the two, as a memory stick would carry it.
fn carried(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, bytes).expect("written");
    file
}

#[tokio::test]
async fn a_compromised_shop_and_two_clients_come_together_again_by_files_alone() {
    let servers = [server(), server(), server()];
    let [shop, pay, ship] = &servers;
    let Some(chief) = Seat::at(shop).await else { return };
    let Some(officer) = Seat::at(shop).await else { return };
    let (Some(at_pay), Some(at_ship)) = (Seat::at(pay).await, Seat::at(ship).await) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    chief.sign_in(&shop.sign_in("ciso.a@")).await;
    officer.sign_in(&shop.sign_in("security.a@")).await;
    at_pay.sign_in(&pay.sign_in("ciso.b@")).await;
    at_ship.sign_in(&ship.sign_in("ciso.b@")).await;
    // From the first day: what each client asks for, apart from the other.
    let strict = Client::begins(Desk(&at_pay), "third_party", "加盟店の規程 第12条").await;
    let calm = Client::begins(Desk(&at_ship), "own", "").await;
    let it = Shop::begins(Desk(&chief), Desk(&officer)).await;
    it.trusts("ペイリンク決済", &strict).await;
    it.trusts("みなみ野配送", &calm).await;
    strict.trusts(&it).await;
    calm.trusts(&it).await;
    let asked = carried(folder.path(), "pay-asks.zip", &strict.requirements().await);
    it.takes("ペイリンク決済", &asked).await;
    let asked = carried(folder.path(), "ship-asks.zip", &calm.requirements().await);
    it.takes("みなみ野配送", &asked).await;
    it.sees_requirements().await;
    // The attestation: open items plain, a third party's report, two signers.
    it.attests(folder.path()).await;
    let statement = it.signed_by_both().await;
    let whole = carried(folder.path(), "attestation.zip", &it.packed(&statement, true).await);
    let less = carried(folder.path(), "less.zip", &it.packed(&statement, false).await);
    judged_outside(&it, &whole);
    // An altered copy is refused with its reason, and nothing of it stays.
    let mut altered = std::fs::read(&less).expect("read");
    let at = altered.windows(9).position(|w| w == b"\"account\"").expect("a statement");
    altered[at + 1] ^= 1;
    let altered = carried(folder.path(), "altered.zip", &altered);
    calm.refuses(&altered).await;
    strict.takes(&whole).await;
    calm.takes(&less).await;
    // Each decides for itself, and the word goes back.
    let word = strict.decides("reconnect", "再接続する").await;
    let word = carried(folder.path(), "pay-decides.zip", &word);
    it.takes("ペイリンク決済", &word).await;
    let word = calm.decides("wait", "まだ待つ").await;
    let word = carried(folder.path(), "ship-decides.zip", &word);
    it.takes("みなみ野配送", &word).await;
    it.sees_decisions().await;
    chief.phone();
    chief.go(&it.room()).await;
    assert!(chief.overflow().await <= 0, "nothing is cut off on a phone");
    chief.screenshot("exchange-phone").await;
    for seat in [&chief, &officer, &at_pay] {
        seat.calm();
    }
    at_ship.calm_but(422);
    for mut server in servers {
        assert!(server.stop().success(), "it ends in good order");
        let said = run(["verify", "--json", "--data", &server.data().display().to_string()]).ok();
        for line in said.lines() {
            let report: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            assert_eq!(report["ok"], true, "{line}");
        }
    }
}

/// The command on any machine accepts it by the keys that were confirmed, and shows what is open.
fn judged_outside(shop: &Shop<'_>, package: &Path) {
    let mut line = vec!["verify".to_owned(), package.display().to_string(), "--json".to_owned()];
    line.extend(["--at".to_owned(), "2026-11-22T00:00:00Z".to_owned()]);
    for print in &shop.prints {
        line.extend(["--trust".to_owned(), print.clone()]);
    }
    line.extend(["--log-key".to_owned(), shop.log_key.clone()]);
    let said = run(line).ok();
    let report: serde_json::Value = serde_json::from_str(said.trim()).expect("JSON");
    assert_eq!(report["ok"], true, "{report}");
    assert_eq!(report["report"]["signers"].as_array().map(Vec::len), Some(2));
    assert!(report["report"]["log"]["index"].is_u64(), "{report}");
}
