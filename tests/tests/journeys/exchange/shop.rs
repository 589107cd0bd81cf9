//! The compromised shop: company A of the made-up companies, in its case.

use super::client::Client;
use super::desk::Desk;
use std::path::Path;

/// What the shop has.
pub struct Shop<'a> {
    chief: Desk<'a>,
    officer: Desk<'a>,
    case: String,
    /// Fingerprints of its signers.
    pub prints: Vec<String>,
    /// Key of its record.
    pub log_key: String,
}

/// What nothing stands for yet in the case.
const MISSING: [(&str, &str); 7] = [
    ("threat_gone", "不審な接続が無いこと"),
    ("resilience", "注文データの復元力"),
    ("backup_plan", "バックアップの見直し"),
    ("test_results", "復元の試験"),
    ("lessons", "教訓と改善"),
    ("monitoring", "監視の継続"),
    ("further", "求められた情報"),
];

impl<'a> Shop<'a> {
    /// Finds its case and makes the keys of its two signers.
    pub async fn begins(chief: Desk<'a>, officer: Desk<'a>) -> Self {
        let case = chief.find("reconnection", "決済・配送との接続を戻す").await;
        let prints = vec![
            chief.key("CISO", &["security"]).await,
            officer.key("情報セキュリティ責任者", &["reconnection"]).await,
        ];
        let log_key = chief.log_key().await;
        Self { chief, officer, case, prints, log_key }
    }

    /// The room of its packages.
    pub fn room(&self) -> String {
        format!("/reconnect/{}/packages", self.case)
    }

    /// Holds a client's key, confirmed.
    pub async fn trusts(&self, name: &str, client: &Client<'_>) {
        let contact = self.chief.find("contact", name).await;
        self.chief.anchors(&contact, std::slice::from_ref(&client.print), &client.log_key).await;
    }

    /// Takes a client's package in.
    pub async fn takes(&self, name: &str, package: &Path) {
        let contact = self.chief.find("contact", name).await;
        self.chief.puts_in(&self.room(), &contact, package).await;
        self.chief
            .0
            .arrive("it is in", "location.pathname.startsWith('/r/received_package/')")
            .await;
    }

    /// Both clients' requirements stand on the board, each as its own.
    pub async fn sees_requirements(&self) {
        self.chief.0.go(&format!("/reconnect/{}/clients", self.case)).await;
        self.chief.0.reads("main", "管理者の多要素認証の証拠").await;
        self.chief.0.screenshot("exchange-board").await;
    }

    /// Settles the attestation of the case: what is open stays open, with a day.
    pub async fn attests(&self, folder: &Path) {
        let desk = &self.chief;
        let file = folder.join("mfa.csv");
        std::fs::write(&file, "管理者,多要素認証\n全員,有効\n").expect("written");
        desk.0.go("/r/incident?q=管理画面への不審なログイン").await;
        desk.0.click_text("main a", "管理画面への不審なログイン").await;
        desk.0.attach("#entry [type=file]", &file).await;
        desk.0.reads("#entry [data-upload-list]", "mfa.csv").await;
        desk.0.click("#entry .btn-primary").await;
        desk.0.reads("#room-evidence .evidence-row", "mfa.csv").await;
        let evidence = desk.find("evidence", "mfa.csv").await;
        let mfa = desk.find("assurance_item", "管理者全員の多要素認証").await;
        desk.send(&format!("/r/assurance_item/{mfa}/edit"), &[("evidence", &evidence)]).await;
        desk.step("assurance_item", &mfa, "finish", &[]).await;
        let day = [("expected_on", "2026-12-10")];
        let cause = desk.find("assurance_item", "どこから入られたか").await;
        desk.step("assurance_item", &cause, "schedule", &day).await;
        for (topic, title) in MISSING {
            let fields = [
                ("reconnection", self.case.as_str()),
                ("topic", topic),
                ("title", title),
                ("statement", "進めています"),
            ];
            let id = desk.make("assurance_item", &fields).await;
            desk.step("assurance_item", &id, "schedule", &day).await;
        }
        self.investigated(&evidence, &mfa).await;
    }

    async fn investigated(&self, evidence: &str, supports: &str) {
        let desk = &self.chief;
        let provider = desk.make("contact", &[("name", "調査の会社"), ("kind", "vendor")]).await;
        let report = [
            ("title", "独立した調査の報告書"),
            ("reconnection", self.case.as_str()),
            ("provider", &provider),
            ("scope", "管理画面と注文データ"),
            ("from_on", "2026-11-10"),
            ("to_on", "2026-11-21"),
            ("method", "ログと機器の解析"),
            ("findings", "残存する不正な接続なし"),
            ("limits", "出店者の端末は対象外"),
            ("signed_by", "調査 主任"),
            ("signed_on", "2026-11-21"),
            ("file", evidence),
        ];
        let report = desk.make("investigation_report", &report).await;
        let person = desk.find("person", "片桐").await;
        let checked = [
            ("independence", "資本と取引の関係が無い"),
            ("checked_by", person.as_str()),
            ("supports", supports),
        ];
        desk.step("investigation_report", &report, "check", &checked).await;
        let draft = desk.find("attestation", "決済・配送との再接続").await;
        desk.send(&format!("/r/attestation/{draft}/edit"), &[("reports", &report)]).await;
        desk.step("attestation", &draft, "review", &[("reviewed_by", &person)]).await;
    }

    /// Prepared by the chief, read and signed by both, issued.
    pub async fn signed_by_both(&self) -> String {
        let statement = self.chief.prepares(&self.room(), "attestation", 2).await;
        self.chief.0.reads("main", "独立した調査の報告書").await;
        self.chief.0.screenshot("exchange-statement").await;
        self.chief.signs(&statement).await;
        self.officer.signs(&statement).await;
        self.chief.0.go(&statement).await;
        self.chief.0.click_text("main a", "発行する").await;
        self.chief.send_step().await;
        statement
    }

    /// Its package, whole or with the evidence withheld.
    pub async fn packed(&self, statement: &str, whole: bool) -> Vec<u8> {
        self.chief.downloads(statement, whole).await
    }

    /// One client reconnects, the other waits; both words are signed.
    pub async fn sees_decisions(&self) {
        self.chief.0.go(&self.room()).await;
        self.chief.0.reads("#in", "再接続の決定").await;
        self.chief.0.count("#in tbody tr", 4).await;
        self.chief.0.screenshot("exchange-room").await;
    }
}

impl Desk<'_> {
    /// Sends the form of a step that is shown.
    async fn send_step(&self) {
        self.0.see("#form").await;
        self.0.send().await;
    }
}
