//! The monitoring standard (監視の基準): what is watched where, by which threshold, who is told.

use crate::govern::role::Role;
use crate::identify::system::System;
use crate::*;

/// Where the watched systems stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Site {
    /// On our own premises.
    #[choice(ja = "社内", en = "On premises")]
    Premises,
    /// In a cloud.
    #[choice(ja = "クラウド", en = "Cloud")]
    Cloud,
    /// Remote: branch, home office, remote access.
    #[choice(ja = "遠隔（拠点・在宅・リモート接続）", en = "Remote (branch, home, remote access)")]
    Remote,
}

/// How often somebody looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Duty {
    /// Daily.
    #[choice(ja = "毎日", en = "Daily")]
    Daily,
    /// Weekly.
    #[choice(ja = "毎週", en = "Weekly")]
    Weekly,
}

impl Duty {
    /// The longest time between two looks, in milliseconds: the day itself and the one after.
    const fn longest(self) -> i64 {
        match self {
            Duty::Daily => 2 * DAY,
            Duty::Weekly => 8 * DAY,
        }
    }
}

/// One line of the standard.
#[derive(Debug, Clone, Register)]
#[register(
    id = "monitoring",
    wing = Prepare,
    menu = 5,
    ja = "監視の基準",
    en = "Monitoring standard",
    question_ja = "何を、どのしきい値で、だれが見ていますか",
    question_en = "What is watched, by which threshold, and by whom?",
    about_ja = "ログの監視と通知の基準です。社内・クラウド・遠隔のどこでも同じ基準で見ます。",
    about_en = "The one standard for watching logs and giving alarms, on premises, in the cloud and remote alike.",
    purpose_ja = "場所によって見落としが出ないように、同じ基準で監視するために使います。",
    purpose_en = "So that nothing is missed because of where it runs.",
    sort = "name",
    meets = ["TK-65"]
)]
pub struct Monitoring {
    /// What is watched.
    #[field(ja = "見るもの", en = "What is watched", title, list, search)]
    pub name: String,
    /// Where.
    #[field(ja = "場所", en = "Where", list)]
    pub sites: Many<Site>,
    /// Systems.
    #[field(ja = "対象システム", en = "Systems", list)]
    pub systems: Vec<Ref<System>>,
    /// Threshold.
    #[field(
        ja = "しきい値",
        en = "Threshold",
        list,
        search,
        help_ja = "例: 1時間に10回を超えるログインの失敗",
        help_en = "For example: more than 10 failed sign-ins in an hour"
    )]
    pub threshold: Option<String>,
    /// Who is alerted.
    #[field(ja = "知らせる役割", en = "Who is alerted", list)]
    pub alerted: Option<Ref<Role>>,
    /// How often somebody looks.
    #[field(ja = "確認の頻度", en = "How often somebody looks", list)]
    pub duty: Option<Duty>,
    /// Last looked at.
    #[field(ja = "最後に確認した日時", en = "Last looked at", list)]
    pub looked_at: Option<Time>,
}

/// Rules of the standard.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "monitoring.complete",
        register: "monitoring",
        label: Text::new(
            "しきい値・知らせる相手・確認の頻度がある",
            "Threshold, who is alerted and how often are given",
        ),
        why: Text::new(
            "人や場所が変わっても、同じ基準で気づけるようにするためです。",
            "So that the same things are noticed whoever looks, wherever it runs.",
        ),
        mend: Text::new("空いている欄を埋めてください。", "Fill in the empty fields."),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            ["sites", "systems", "threshold", "alerted", "duty"]
                .iter()
                .filter(|f| !c.me.body.contains_key(**f))
                .filter_map(|f| c.me.def.field(f))
                .fold(Verdict::ok(), |v, f| {
                    v.and(
                        f.id,
                        format!("「{}」が決まっていません。", f.label.ja),
                        format!("\"{}\" is not settled.", f.label.en),
                    )
                })
        },
        meets: &["TK-65"],
    },
    RuleDef {
        id: "monitoring.looked_at",
        register: "monitoring",
        label: Text::new("決めた頻度で確認している", "Somebody looks as often as agreed"),
        why: Text::new(
            "通知だけに頼ると、通知が止まったことに気づけません。",
            "Alarms alone do not tell that alarms have stopped.",
        ),
        mend: Text::new(
            "確認し、その日時を入れてください。",
            "Look, and give the time at which you did.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &["technical_lead"],
        check: |c| {
            let Some(duty) = Duty::from_id(c.me.text("duty")) else { return Verdict::ok() };
            let until = c.me.time("looked_at").unwrap_or(c.me.created_at).plus(duty.longest());
            if c.now < until {
                return Verdict::ok().check_at(until);
            }
            let label = duty.label();
            Verdict::finding(
                "looked_at",
                format!("{}の確認が止まっています。", label.ja),
                format!("Nobody has looked for longer than agreed ({}).", label.en),
            )
        },
        meets: &["TK-65"],
    },
    RuleDef {
        id: "monitoring.system",
        register: "system",
        label: Text::new(
            "どのシステムも監視の基準に入っている",
            "Every system is under the standard",
        ),
        why: Text::new(
            "遠隔やクラウドのシステムだけが基準から漏れると、そこから侵入されます。",
            "Whatever is left out, remote or in the cloud, is where the intruder comes in.",
        ),
        mend: Text::new(
            "監視の基準の台帳で、このシステムを対象に加えてください。",
            "Add the system to a line of the monitoring standard.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::In("monitoring", "systems")],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.incoming("monitoring", "systems").next().is_none(),
                "",
                Text::new(
                    "監視の基準の対象になっていません。",
                    "It is under no line of the monitoring standard.",
                ),
            )
        },
        meets: &["TK-65"],
    },
];
