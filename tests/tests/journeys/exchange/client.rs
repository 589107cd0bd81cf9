//! A client of the shop, with a server of its own.

use super::desk::Desk;
use super::shop::Shop;
use std::path::Path;

/// What a client has made.
pub struct Client<'a> {
    desk: Desk<'a>,
    shop: String,
    case: String,
    link: String,
    /// Fingerprint of its signer.
    pub print: String,
    /// Key of its record.
    pub log_key: String,
}

impl<'a> Client<'a> {
    /// Opens the case on its side and says what it asks for.
    pub async fn begins(desk: Desk<'a>, wish: &str, rule: &str) -> Self {
        let contact = [("name", "株式会社みどりはま衣料"), ("kind", "partner")];
        let shop = desk.make("contact", &contact).await;
        let own = desk.make("contact", &[("name", "当社"), ("kind", "partner")]).await;
        let boss = desk.find("person", "瀬川").await;
        let case = [
            ("title", "みどりはま衣料との再接続"),
            ("side", "client"),
            ("counterparty", &shop),
            ("goal", "注文のデータを確かめてから戻す"),
            ("scope", "cyber"),
            ("scope_line", "技術のリスクだけを扱います"),
            ("accountable", &boss),
        ];
        let case = desk.make("reconnection", &case).await;
        let link = [("name", "みどりはまとの連携"), ("counterparty", &shop), ("connection", "api")];
        let link = desk.make("link", &link).await;
        let cut = [
            ("reconnection", case.as_str()),
            ("cut_by", "us"),
            ("cut_at", "2026-11-21T22:00"),
            ("cut_why", "注文データの完全性が疑われたため"),
            ("extent", "parts"),
        ];
        desk.step("link", &link, "isolate", &cut).await;
        let mut terms = vec![
            ("reconnection", case.as_str()),
            ("client", &own),
            ("attestation", wish),
            ("why", "データの正しさを確かめる"),
        ];
        if !rule.is_empty() {
            terms.extend([("mandatory", "*"), ("rule", rule)]);
        }
        desk.make("client_terms", &terms).await;
        let ask = [
            ("title", "管理者の多要素認証の証拠"),
            ("reconnection", case.as_str()),
            ("client", &own),
            ("topic", "containment"),
        ];
        desk.make("client_requirement", &ask).await;
        let print = desk.key("CISO", &["security"]).await;
        let log_key = desk.log_key().await;
        Self { desk, shop, case, link, print, log_key }
    }

    fn room(&self) -> String {
        format!("/reconnect/{}/packages", self.case)
    }

    /// Holds the shop's keys, confirmed.
    pub async fn trusts(&self, shop: &Shop<'_>) {
        self.desk.anchors(&self.shop, &shop.prints, &shop.log_key).await;
    }

    /// Its requirements, signed.
    pub async fn requirements(&self) -> Vec<u8> {
        let statement = self.desk.prepares(&self.room(), "requirements", 1).await;
        self.desk.signs(&statement).await;
        self.desk.downloads(&statement, true).await
    }

    /// An altered package is named as such and not taken in.
    pub async fn refuses(&self, package: &Path) {
        self.desk.puts_in(&self.room(), &self.shop, package).await;
        self.desk.0.reads("#refused .verdict", "認められません").await;
        self.desk.0.see("#refused .check[data-result=fail]").await;
        self.desk.0.reads("#in", "まだ受け取っていません").await;
        self.desk.0.screenshot("exchange-refused").await;
    }

    /// Takes the attestation in.
    pub async fn takes(&self, package: &Path) {
        self.desk.puts_in(&self.room(), &self.shop, package).await;
        self.desk
            .0
            .arrive("it is in", "location.pathname.startsWith('/r/received_package/')")
            .await;
        self.desk.0.reads("main", "片桐").await;
        self.desk.0.screenshot("exchange-received").await;
    }

    /// Decides on the attestation that it holds, with conditions for what is open.
    pub async fn decides(&self, decision: &str, words: &str) -> Vec<u8> {
        let received = self.desk.find("received_package", "認証書").await;
        let fields = [
            ("title", "連携を戻すか"),
            ("reconnection", self.case.as_str()),
            ("link", &self.link),
            ("client_view", "早く戻したい"),
            ("compromised_view", "直し終えたところから戻したい"),
            ("received", &received),
        ];
        let id = self.desk.make("reconnection_decision", &fields).await;
        let advice = [
            ("recommendation", "conditional"),
            ("technical_grounds", "第三者の調査に残存なし"),
            ("technical_by", "技術責任者"),
        ];
        self.desk.step("reconnection_decision", &id, "recommend", &advice).await;
        let taken = [
            ("decision", decision),
            ("grounds", "認証書と試験の結果"),
            ("decider", "瀬川 CISO"),
            ("decider_client", "*"),
            ("conditions", "注文の件数を毎日突き合わせる"),
            ("watching", "異常な注文の監視"),
            ("accepted_by", "社長"),
        ];
        self.desk.step("reconnection_decision", &id, "decide", &taken).await;
        let statement = self.desk.prepares(&self.room(), &format!("decision:{id}"), 1).await;
        self.desk.0.reads("main", words).await;
        self.desk.signs(&statement).await;
        self.desk.downloads(&statement, true).await
    }
}
