//! Investigation lists (調査リスト): what is looked at, service by service, while the extent of an
//! attack is unknown and the least demanded level must be held.

use crate::govern::role::Role;
use crate::identify::system::System;
use crate::*;

/// One thing to look at.
#[derive(Debug, Clone, Rows)]
pub struct Item {
    /// What.
    #[field(ja = "調べるもの", en = "Item", max = 300)]
    pub item: String,
    /// How.
    #[field(ja = "方法", en = "How", max = 500)]
    pub how: String,
    /// Who.
    #[field(ja = "担当の役割", en = "Who")]
    pub who: Ref<Role>,
}

/// A list.
#[derive(Debug, Clone, Register)]
#[register(
    id = "investigation",
    wing = Prepare,
    menu = 6,
    ja = "調査リスト",
    en = "Investigation list",
    question_ja = "影響範囲が分からないまま続けるとき、サービスごとに何を調べますか",
    question_en = "What is looked at in each service that must go on while the extent is unknown?",
    about_ja = "サービスごとに、守るべき最低限の水準と、調べるもの・方法・担当を決めておきます。",
    about_en = "By service: the least level to be held, and what is looked at, how and by whom.",
    purpose_ja = "影響範囲が分からないときも、最低限のサービスを安全に続けるために使います。",
    purpose_en = "So that the least service goes on safely while the extent is unknown.",
    sort = "name",
    meets = ["NI-406"]
)]
pub struct Investigation {
    /// Name.
    #[field(ja = "名称", en = "Name", title, list, search)]
    pub name: String,
    /// Service.
    #[field(ja = "サービス（システム）", en = "Service", list)]
    pub service: Ref<System>,
    /// The least demanded level.
    #[field(
        ja = "守るべき最低限の水準",
        en = "Least level to be held",
        list,
        search,
        help_ja = "例: 電話での受注だけは続ける",
        help_en = "For example: orders by telephone go on"
    )]
    pub minimum: String,
    /// Items.
    #[field(ja = "調べるもの・方法・担当", en = "Items, how, who")]
    pub items: Table<Item>,
}
