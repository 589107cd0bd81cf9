//! Rules of reports.

use super::report::ReportKind;
use crate::*;

/// Rules of reports.
pub const RULES: &[RuleDef] = &[
    RuleDef {
        id: "report.owner",
        register: "report",
        label: Text::new("すべての報告に受け持つ人がいる", "Every report has an owner"),
        why: Text::new(
            "想定外の報告も、だれかが必ず見るようにするためです。",
            "So that even the unforeseen is looked at by somebody.",
        ),
        mend: Text::new(
            "受け持つ人を決めてください。「想定外の受け皿」の役割に担当を置くと自動で決まります。",
            "Name an owner. With a holder for the unforeseen it is done by itself.",
        ),
        severity: Severity::Serious,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                matches!(c.me.text("state"), "received" | "taken" | "watching" | "fixing")
                    && !c.me.body.contains_key("owner"),
                "owner",
                Text::new("受け持つ人がいません。", "Nobody has taken it."),
            )
        },
        meets: &["JP-06"],
    },
    RuleDef {
        id: "report.delay",
        register: "report",
        label: Text::new("気づいてから速やかに報告されている", "Reported promptly after noticing"),
        why: Text::new(
            "遅れの原因（窓口が分からない、言いにくい）を減らすためです。報告者を責めるものではありません。",
            "To remove what delays reports, such as an unknown desk. It does not blame the reporter.",
        ),
        mend: Text::new(
            "報告しにくかった理由を尋ね、改善に登録してください。",
            "Ask what made it hard to report, and register an improvement.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::All("setting")],
        tells: &[],
        check: |c| {
            let limit = c.settings.int("report.delay_minutes");
            match (c.me.time("detected_at"), c.me.time("reported_at")) {
                (Some(seen), Some(told)) if told.since(seen) > limit * MINUTE => Verdict::finding(
                    "reported_at",
                    format!(
                        "気づいてから報告まで{}分かかりました（目安 {limit}分）。",
                        told.since(seen) / MINUTE
                    ),
                    format!(
                        "{} minutes from noticing to reporting (limit {limit}).",
                        told.since(seen) / MINUTE
                    ),
                ),
                _ => Verdict::ok(),
            }
        },
        meets: &["TK-68"],
    },
    RuleDef {
        id: "report.waiting",
        register: "report",
        label: Text::new("報告が期限内に受け付けられている", "The report is taken in time"),
        why: Text::new(
            "報告した人を待たせず、被害を広げないためです。",
            "So that the reporter does not wait and damage does not spread.",
        ),
        mend: Text::new(
            "報告を開き、受け付けるか判断してください。",
            "Open the report; take it or judge it.",
        ),
        severity: Severity::Serious,
        inputs: &[Input::All("setting")],
        tells: &["security_manager", "unforeseen_owner"],
        check: |c| {
            let (Some(told), "received") = (c.me.time("reported_at"), c.me.text("state")) else {
                return Verdict::ok();
            };
            let limit = told.plus(c.settings.int("report.receipt_minutes") * MINUTE);
            if c.now < limit {
                return Verdict::ok().check_at(limit);
            }
            Verdict::finding(
                "state",
                format!("報告から{}分、まだ受け付けられていません。", c.now.since(told) / MINUTE),
                format!("Waiting for {} minutes.", c.now.since(told) / MINUTE),
            )
            .check_at(c.now.plus(10 * MINUTE))
        },
        meets: &["TK-68"],
    },
    RuleDef {
        id: "report.answered",
        register: "report",
        label: Text::new("報告者に結果を返している", "The reporter was told the result"),
        why: Text::new("結果が返ると、次も報告しやすくなります。", "Who hears back reports again."),
        mend: Text::new("報告者への返事を書いてください。", "Write the answer to the reporter."),
        severity: Severity::Notice,
        inputs: &[],
        tells: &[],
        check: |c| {
            Verdict::when(
                c.me.time("judged_at").is_some() && !c.me.body.contains_key("answer"),
                "answer",
                Text::new(
                    "報告者への返事がまだありません。",
                    "The reporter has not been answered yet.",
                ),
            )
        },
        meets: &["IPA-68"],
    },
    RuleDef {
        id: "report.notifier",
        register: "report",
        label: Text::new(
            "社外からの通報に、知らせてくれた人と連絡先がある",
            "An outside notice names who told us and how to reach them",
        ),
        why: Text::new(
            "詳しいことを尋ね、結果を返すためです。",
            "So that we can ask for details and tell the result.",
        ),
        mend: Text::new(
            "知らせてくれた組織か人の名前と、連絡先を入れてください。匿名なら、その旨を名前に書いてください。",
            "Give their organisation or name, and a contact. Where they stay anonymous, say so as the name.",
        ),
        severity: Severity::Warning,
        inputs: &[],
        tells: &[],
        check: |c| {
            let has = |f: &str| c.me.body.contains_key(f);
            let named = has("reporter_name") || has("reporter_org");
            let (outside, reached) =
                (c.me.text("kind") == ReportKind::Outside.id(), has("reporter_contact"));
            Verdict::when(
                outside && !(named && reached),
                "reporter_contact",
                Text::new(
                    "知らせてくれた人か連絡先がありません。",
                    "Who told us, or how to reach them, is missing.",
                ),
            )
        },
        meets: &[],
    },
    RuleDef {
        id: "report.triaged",
        register: "report",
        label: Text::new(
            "どの報告にも判断基準を当てはめている",
            "The written criteria were applied to every report",
        ),
        why: Text::new(
            "同じ基準で判断したことを、後から示せるようにするためです。",
            "So that it can be shown later that all were judged by the same measure.",
        ),
        mend: Text::new(
            "報告の画面の「見極める」で、基準・影響・急ぎの度合いを記録してください。",
            "Use \"Triage\" on the report: criteria, effect and urgency are recorded there.",
        ),
        severity: Severity::Notice,
        inputs: &[Input::In("triage", "report"), Input::Beside("incident", "triage", "incident")],
        tells: &[],
        check: |c| {
            let judged = matches!(c.me.text("state"), "incident" | "not_incident" | "watching");
            let none = c.incoming("triage", "report").next().is_none()
                && c.beside("incident", "triage", "incident").next().is_none();
            Verdict::when(
                judged && none,
                "state",
                Text::new(
                    "判断基準を当てはめた記録がありません。",
                    "There is no record of the criteria being applied.",
                ),
            )
        },
        meets: &["NI-282"],
    },
    RuleDef {
        id: "report.watched",
        register: "report",
        label: Text::new(
            "様子見の報告を、期限までにもう一度見ている",
            "What is watched is looked at again in time",
        ),
        why: Text::new(
            "様子見のまま忘れられると、静かに進む被害に気づけません。",
            "What is watched and forgotten lets damage go on quietly.",
        ),
        mend: Text::new(
            "報告を開き、もう一度見極めてください。",
            "Open the report and triage it again.",
        ),
        severity: Severity::Warning,
        inputs: &[Input::All("setting")],
        tells: &["security_manager"],
        check: |c| {
            let (Some(judged), "watching") = (c.me.time("judged_at"), c.me.text("state")) else {
                return Verdict::ok();
            };
            let days = c.settings.int("report.watch_days");
            let limit = judged.plus(days * DAY);
            if c.now < limit {
                return Verdict::ok().check_at(limit);
            }
            Verdict::finding(
                "state",
                format!("様子を見ると決めてから{days}日がたちました。"),
                format!("It has been watched for {days} days."),
            )
        },
        meets: &["NI-178"],
    },
];
