//! Information assets (情報資産).

use super::{Importance, system::System};
use crate::govern::{department::Department, person::Person};
use crate::*;

/// Who has the asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Relation {
    /// We own it.
    #[choice(ja = "所有", en = "Owned")]
    Owned,
    /// We use it.
    #[choice(ja = "使用", en = "Used")]
    Used,
    /// We manage it.
    #[choice(ja = "管理", en = "Managed")]
    Managed,
}

/// Classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Class {
    /// Public.
    #[choice(ja = "公開", en = "Public")]
    Public,
    /// Internal.
    #[choice(ja = "社内", en = "Internal")]
    Internal,
    /// Confidential.
    #[choice(ja = "秘", en = "Confidential", tone = "caution")]
    Confidential,
    /// Strictly confidential.
    #[choice(ja = "極秘", en = "Strictly confidential", tone = "danger")]
    Secret,
}

/// An information asset.
#[derive(Debug, Clone, Register)]
#[register(
    id = "asset",
    wing = Identify,
    menu = 1,
    ja = "情報資産",
    en = "Asset",
    question_ja = "何を先に守り、何を先に復旧しますか",
    question_en = "What do we protect first, and restore first?",
    about_ja = "顧客情報や受注データなど、守るべき情報を登録します。重要度と責任者が決まると、守る順・復旧する順が出ます。",
    about_en = "Customer data, orders and whatever else needs protection. Importance and owner yield the order of protecting and restoring.",
    purpose_ja = "攻撃や障害のとき、守る順と復旧する順を決めるために使います。",
    purpose_en = "Decides, under attack or failure, what to protect and restore first.",
    sort = "restore_rank",
    meets = ["TK-17", "TK-18"]
)]
pub struct Asset {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Kind.
    #[field(
        ja = "種類",
        en = "Kind",
        search,
        max = 80,
        help_ja = "例: 顧客情報、設計図面、会計データ",
        help_en = "For example customer data, drawings, accounts"
    )]
    pub kind: Option<String>,
    /// Importance.
    #[field(ja = "重要度", en = "Importance", list)]
    pub importance: Option<Importance>,
    /// Classification.
    #[field(ja = "分類", en = "Classification")]
    pub classification: Option<Class>,
    /// Responsible person.
    #[field(ja = "責任者", en = "Owner", list, access = "person")]
    pub owner: Option<Ref<Person>>,
    /// Department.
    #[field(ja = "部門", en = "Department", list, access = "department")]
    pub department: Option<Ref<Department>>,
    /// System it lives in.
    #[field(ja = "置いてあるシステム", en = "System")]
    pub system: Option<Ref<System>>,
    /// Place.
    #[field(ja = "保管場所", en = "Place", search)]
    pub place: Option<String>,
    /// Owned, used or managed.
    #[field(ja = "所有・使用・管理", en = "Owned, used or managed")]
    pub relation: Many<Relation>,
    /// Business supported.
    #[field(ja = "支える業務", en = "Business supported", search)]
    pub business: Option<String>,
    /// Rank of protection.
    #[field(
        ja = "守る順",
        en = "Protect rank",
        help_ja = "1 が最優先です。",
        help_en = "1 comes first."
    )]
    pub protect_rank: Option<i64>,
    /// Rank of restoration.
    #[field(
        ja = "復旧する順",
        en = "Restore rank",
        list,
        help_ja = "1 が最優先です。",
        help_en = "1 comes first."
    )]
    pub restore_rank: Option<i64>,
    /// Holds personal data.
    #[field(ja = "個人情報を含む", en = "Holds personal data")]
    pub personal_data: bool,
    /// Where backed up.
    #[field(ja = "バックアップ先", en = "Backed up at")]
    pub backup: Option<String>,
}

/// Rules of assets.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "asset.registered",
        register: "asset",
        label: Text::new("重要度と責任者が決まっている", "Importance and owner are set"),
        why: Text::new(
            "重要度も責任者も無い資産は、緊急時に守る順番を決められません。",
            "Without importance and owner nobody can say when to protect it.",
        ),
        mend: Text::new("重要度と責任者を入れてください。", "Give importance and owner."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let mut v = Verdict::ok();
            if !c.me.body.contains_key("importance") {
                v = v.and("importance", "重要度が決まっていません。", "Importance is not set.");
            }
            if !c.me.body.contains_key("owner") {
                v = v.and("owner", "責任者が決まっていません。", "No owner is named.");
            }
            v
        },
        meets: &["TK-17"],
    },
    RuleDef {
        id: "asset.restore_order",
        register: "asset",
        label: Text::new("重要な資産に復旧の順番がある", "Important assets have a restore rank"),
        why: Text::new(
            "全部を一度には戻せないためです。",
            "Not everything can be restored at once.",
        ),
        mend: Text::new("復旧する順を数字で入れてください。", "Give the restore rank as a number."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.text("importance") == Importance::High.id()
                    && c.me.int("restore_rank").is_none(),
                "restore_rank",
                Text::new(
                    "重要度が高いのに、復旧する順が決まっていません。",
                    "Of high importance, but without a restore rank.",
                ),
            )
        },
        meets: &["TK-18"],
    },
];
