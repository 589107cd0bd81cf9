//! OT specialists (制御系の専門家): brought in when a control system is hit (NI-164).

use crate::govern::person::Person;
use crate::identify::system::System;
use crate::respond::incident::Incident;
use crate::respond::task::Task;
use crate::*;

/// A specialist.
#[derive(Debug, Clone, Register)]
#[register(
    id = "ot_specialist",
    wing = Prepare,
    menu = 9,
    ja = "制御系（OT）の専門家",
    en = "OT specialist",
    question_ja = "工場や設備が止まったら、だれの知識が要りますか",
    question_en = "Whose knowledge is needed when a plant stops?",
    about_ja = "制御システムに詳しい人を、分野と連絡のつき方とともに登録します。制御系のシステムが影響を受けると、対応に加える作業が開きます。",
    about_en = "People who know the control systems, with area and reach. A task to bring them in opens when such a system is hit.",
    purpose_ja = "ITの手順をそのまま当てはめて、設備や人に害を出さないために使います。",
    purpose_en = "So that procedures of IT do no harm to plant and people.",
    sort = "area",
    meets = ["NI-164"]
)]
pub struct OtSpecialist {
    /// Area of knowledge.
    #[field(ja = "詳しい分野", en = "Area of knowledge", title, list, search)]
    pub area: String,
    /// Who.
    #[field(ja = "人", en = "Who", list)]
    pub person: Ref<Person>,
    /// How and when reached.
    #[field(
        ja = "連絡のつき方",
        en = "Reach",
        list,
        help_ja = "時間帯、駆けつける時間、遠隔でできることを書きます。",
        help_en = "Hours, time to be on site, what is possible from afar."
    )]
    pub reach: String,
    /// For which systems; none means all.
    #[field(ja = "対象のシステム", en = "For which systems", list)]
    pub systems: Vec<Ref<System>>,
}

/// Opens a task for each specialist that an affected control system calls for and that is not
/// asked yet.
fn bring_in(c: &RuleCtx<'_>) -> Vec<NewRecord> {
    let hit: Vec<&str> =
        c.me.rows("systems")
            .filter_map(|row| row.get("system")?.as_str())
            .filter(|id| c.all("system").any(|s| s.id.as_str() == *id && s.flag("ot")))
            .collect();
    if hit.is_empty() || matches!(c.me.text("state"), "closed" | "false_alarm") {
        return Vec::new();
    }
    c.all("ot_specialist")
        .filter(|s| {
            let of = s.ids("systems");
            of.is_empty() || of.iter().any(|id| hit.contains(id))
        })
        .filter_map(|s| {
            let who = s.ids("person").first().map(|id| RecordId::new(*id))?;
            let title = format!("制御系の専門家を対応に加える（{}）", s.text("area"));
            let asked = c.incoming("task", "incident").any(|t| t.text("title") == title);
            (!asked).then(|| {
                let incident: Ref<Incident> = Ref::new(c.me.id.clone());
                NewRecord::of(&Task {
                    title_en: Some(format!("Bring in the OT specialist ({})", s.text("area"))),
                    assignee: Some(Ref::new(who)),
                    due_at: Some(c.now.plus(HOUR)),
                    note: Some(Long(s.text("reach").to_owned())),
                    ..Task::new(incident, title)
                })
            })
        })
        .collect()
}

/// A control system is hit: those who know it are brought in.
pub const BRING_IN: Follow = Follow {
    label: Text::new("制御系の専門家を加える作業を開く", "Opens tasks to bring in OT specialists"),
    inputs: &[Input::All("system"), Input::All("ot_specialist"), Input::In("task", "incident")],
    open: bring_in,
    meets: &["NI-164"],
};

/// Rules of specialists.
pub const RULES: &[RuleDef] = &[RuleDef {
    id: "ot_specialist.there",
    register: "system",
    label: Text::new(
        "制御系のシステムには、詳しい人が登録されている",
        "Somebody who knows it is on record for each control system",
    ),
    why: Text::new(
        "知らない人が止めたり動かしたりすると、設備や人に害が出るためです。",
        "Stopped or started by whoever does not know it, a plant can hurt people.",
    ),
    mend: Text::new(
        "「制御系（OT）の専門家」に、このシステムに詳しい人を登録してください。",
        "Register somebody who knows this system.",
    ),
    severity: Severity::Warning,
    inputs: &[Input::All("ot_specialist")],
    tells: &[],
    check: |c| {
        let known = c.all("ot_specialist").any(|s| {
            let of = s.ids("systems");
            of.is_empty() || of.contains(&c.me.id.as_str())
        });
        Verdict::when(
            c.me.flag("ot") && !known,
            "ot",
            Text::new("詳しい人が登録されていません。", "Nobody who knows it is on record."),
        )
    },
    meets: &["NI-164"],
}];
