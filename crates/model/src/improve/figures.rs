//! The figures of response, recovery and improvement over a period.

use crate::core::metric::{Better, MetricDef, Unit, count, is_drill, mean_minutes};
use crate::recover::restoration::lost_minutes;
use crate::*;
use std::rc::Rc;

/// From occurrence to notice.
pub const DETECT: MetricDef = MetricDef {
    id: "time_to_detect",
    label: Text::new("気づくまでの平均時間", "Mean time to detect"),
    formula: Text::new(
        "発生から気づくまでの平均。発生日時が分かるものだけ。訓練は含みません。",
        "Mean from occurrence to detection where both are known, drills left out.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "incident",
    compute: |r, p| mean_minutes(r, p, &["occurred_at"], "detected_at"),
    meets: &[],
};

/// From notice to report.
pub const ACKNOWLEDGE: MetricDef = MetricDef {
    id: "time_to_acknowledge",
    label: Text::new("受け止めるまでの平均時間", "Mean time to acknowledge"),
    formula: Text::new(
        "気づいてから報告を受けるまでの平均。訓練は含みません。",
        "Mean from detection to the report being taken, drills left out.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "incident",
    compute: |r, p| mean_minutes(r, p, &["detected_at"], "reported_at"),
    meets: &[],
};

/// From notice to containment.
pub const CONTAIN: MetricDef = MetricDef {
    id: "time_to_contain",
    label: Text::new("封じ込めまでの平均時間", "Mean time to contain"),
    formula: Text::new(
        "気づいてから封じ込めるまでの平均。訓練は含みません。",
        "Mean from detection to containment, drills left out.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "incident",
    compute: |r, p| mean_minutes(r, p, &["detected_at"], "contained_at"),
    meets: &[],
};

/// From notice to close.
pub const CLOSE: MetricDef = MetricDef {
    id: "time_to_close",
    label: Text::new("終了までの平均時間", "Mean time to close"),
    formula: Text::new(
        "気づいてから終了するまでの平均。誤検知と訓練は含みません。",
        "Mean from detection to close, false alarms and drills left out.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "incident",
    compute: |r, p| {
        let real: Vec<Rc<Record>> = r
            .iter()
            .filter(|i| !matches!(i.text("state"), "false_alarm" | "merged"))
            .cloned()
            .collect();
        mean_minutes(&real, p, &["detected_at"], "closed_at")
    },
    meets: &[],
};

/// Drills completed (TK-124).
pub const DRILLS: MetricDef = MetricDef {
    id: "drills",
    label: Text::new("対応訓練の実施回数", "Response drills completed"),
    formula: Text::new(
        "期間内に終了した訓練の数。目標は年2回以上です。",
        "Drills closed in the period; at least two a year.",
    ),
    unit: Unit::Count,
    better: Better::More,
    register: "incident",
    compute: |r, p| {
        of(r.iter().filter(|i| {
            is_drill(i)
                && i.text("state") == "closed"
                && i.time("closed_at").is_some_and(|t| p.has(t))
        }))
    },
    meets: &["TK-124"],
};

/// Mean time to recovery of main systems (TK-125).
pub const MTTR_MAIN: MetricDef = MetricDef {
    id: "mttr_main",
    label: Text::new("主要システムの平均復旧時間（MTTR）", "MTTR of main systems"),
    formula: Text::new(
        "重要度「高」のシステムについて、障害発生（分からなければ停止）から再開までの平均。訓練は含みません。目標は前年度より短いこと。",
        "Systems of high importance: mean from failure (or stop) to service, drills left out; shorter than last year.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "restoration",
    compute: |r, p| mttr(r, p, false),
    meets: &["TK-125"],
};

/// The same in drills.
pub const MTTR_DRILLS: MetricDef = MetricDef {
    id: "mttr_drills",
    label: Text::new("訓練での平均復旧時間", "MTTR in drills"),
    formula: Text::new(
        "主要システムについて、訓練だけの平均。本番とは分けて数えます。",
        "Main systems, drills only; counted apart from real recoveries.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "restoration",
    compute: |r, p| mttr(r, p, true),
    meets: &["TK-125"],
};

fn mttr(records: &[Rc<Record>], period: &Period, drills: bool) -> Measured {
    let mut behind = Vec::new();
    let mut total = 0;
    let main = records.iter().filter(|r| !r.ended() && is_drill(r) == drills);
    for r in main.filter(|r| r.text("importance") == "high") {
        let from = r.time("failed_at").or(r.time("stopped_at"));
        if let (Some(from), Some(back)) = (from, r.time("in_service_at"))
            && period.has(back)
            && back >= from
        {
            total += back.since(from) / MINUTE;
            behind.push(r.id.clone());
        }
    }
    // Without a recovery there is nothing to measure; zero would look like the best year.
    let n = i64::try_from(behind.len()).ok().filter(|n| *n > 0);
    Measured { value: n.map(|n| total / n), behind }
}

/// Share of planned improvements carried out (TK-126).
pub const IMPROVEMENT_RATE: MetricDef = MetricDef {
    id: "improvement_rate",
    label: Text::new("改善策の実施率", "Improvements carried out"),
    formula: Text::new(
        "年度の計画に入れた件数のうち、その年度に実施した割合。繰り越した件は新しい年度でも数え、取りやめた件も分母に残ります。月の値は、その月が期限の件で数えます。目標は80%以上です。",
        "Of those planned for the fiscal year, the share done in it. Carried-over items count anew, dropped ones stay in the divisor. Months count by due date. At least 80 %.",
    ),
    unit: Unit::Percent,
    better: Better::More,
    register: "improvement",
    compute: improvement_rate,
    meets: &["TK-126"],
};

fn utc() -> Zone {
    Zone::named("UTC").unwrap_or_else(Zone::tokyo)
}

fn improvement_rate(records: &[Rc<Record>], p: &Period) -> Measured {
    // The year by its first day, half a day on so that it is the right day in every zone.
    let first = p.from.plus(14 * HOUR).date(&utc());
    let year = first.map(|d| d.civil().year().to_string()).unwrap_or_default();
    let whole_year = p.to.since(p.from) > 300 * DAY;
    let planned: Vec<&Rc<Record>> = records
        .iter()
        .filter(|i| {
            if whole_year {
                return i.ids("years").contains(&year.as_str());
            }
            let due = Time::parse(&format!("{}T12:00", i.text("due_on")), &utc());
            !i.ids("years").is_empty() && due.is_some_and(|t| p.has(t))
        })
        .collect();
    let done = planned.iter().filter(|i| i.time("done_at").is_some_and(|t| p.has(t))).count();
    let mut measured = of(planned.into_iter());
    measured.value = match (i64::try_from(done), measured.value) {
        (Ok(done), Some(all)) if all > 0 => Some(done * 100 / all),
        _ => None,
    };
    measured
}

/// Recoveries within the target time (TK-127).
pub const RTO_MET: MetricDef = MetricDef {
    id: "rto_met",
    label: Text::new("目標復旧時間（RTO）の達成率", "Recoveries within the RTO"),
    formula: Text::new(
        "再開したもののうち、停止から目標時間内に再開した割合。訓練での復旧も含みます。",
        "Of all recoveries, those in service within the target after the stop; drills included.",
    ),
    unit: Unit::Percent,
    better: Better::More,
    register: "restoration",
    compute: |r, p| attained(r, p, rto_kept),
    meets: &["TK-127"],
};

/// Recoveries that lost no more than the target allows (TK-127).
pub const RPO_MET: MetricDef = MetricDef {
    id: "rpo_met",
    label: Text::new("目標復旧時点（RPO）の達成率", "Recoveries within the RPO"),
    formula: Text::new(
        "再開したもののうち、失ったデータが目標以内だった割合。訓練での復旧も含みます。",
        "Of all recoveries, those that lost no more data than the target allows; drills included.",
    ),
    unit: Unit::Percent,
    better: Better::More,
    register: "restoration",
    compute: |r, p| attained(r, p, rpo_kept),
    meets: &["TK-127"],
};

/// Whether a recovery kept its RTO; `None` where times or target are missing.
pub fn rto_kept(r: &Record) -> Option<bool> {
    let took = r.time("in_service_at")?.since(r.time("stopped_at")?);
    Some(took <= r.int("rto")? * MINUTE)
}

/// Whether a recovery kept its RPO; `None` where times or target are missing.
pub fn rpo_kept(r: &Record) -> Option<bool> {
    r.time("in_service_at")?;
    Some(lost_minutes(r)? <= r.int("rpo")?)
}

fn attained(records: &[Rc<Record>], p: &Period, kept: fn(&Record) -> Option<bool>) -> Measured {
    let judged: Vec<&Rc<Record>> = records
        .iter()
        .filter(|r| !r.ended() && r.time("in_service_at").is_some_and(|t| p.has(t)))
        .filter(|r| kept(r).is_some())
        .collect();
    let good = judged.iter().filter(|r| kept(r) == Some(true)).count();
    let mut measured = of(judged.into_iter());
    measured.value = match (i64::try_from(good), measured.value) {
        (Ok(good), Some(all)) if all > 0 => Some(good * 100 / all),
        _ => None,
    };
    measured
}

/// Delay of reports in drills (TK-128).
pub const DRILL_REPORT_DELAY: MetricDef = MetricDef {
    id: "drill_report_delay",
    label: Text::new("訓練での報告までの時間", "Delay of reports in drills"),
    formula: Text::new(
        "訓練で、気づいてから報告するまでの平均。年度ごとの変化を見ます。",
        "In drills, mean from detection to report; compared year on year.",
    ),
    unit: Unit::Minutes,
    better: Better::Less,
    register: "incident",
    compute: |r, p| {
        let mut measured = of(r.iter().filter(|i| {
            is_drill(i)
                && i.time("detected_at").is_some()
                && i.time("reported_at").is_some_and(|t| p.has(t))
        }));
        let total: i64 = r
            .iter()
            .filter(|i| measured.behind.contains(&i.id))
            .filter_map(|i| Some(i.time("reported_at")?.since(i.time("detected_at")?) / MINUTE))
            .sum();
        measured.value = measured.value.filter(|n| *n > 0).map(|n| total / n);
        measured
    },
    meets: &["TK-128"],
};

/// Systems away now.
pub const AWAY: MetricDef = MetricDef {
    id: "systems_away",
    label: Text::new("いま止まっているシステム", "Systems away now"),
    formula: Text::new(
        "復旧の途中で、まだ再開していない数。",
        "On their way back, not yet in service.",
    ),
    unit: Unit::Count,
    better: Better::Less,
    register: "restoration",
    compute: |r, _| count(r, crate::recover::restoration::away),
    meets: &[],
};

fn of<'a>(records: impl Iterator<Item = &'a Rc<Record>>) -> Measured {
    let behind: Vec<RecordId> = records.map(|r| r.id.clone()).collect();
    Measured { value: i64::try_from(behind.len()).ok(), behind }
}

/// The mean of one score of the exercises held in the period, as a share of the best score.
fn score(records: &[Rc<Record>], period: &Period, field: &str) -> Measured {
    use crate::prepare::exercise::{held, technical};
    // The day is compared at noon of Japan's calendar: no zone is handed in, and a day is a day.
    let noon = |r: &Record| Time::parse(&format!("{}T12:00", r.text("held_on")), &Zone::tokyo());
    let scored: Vec<(&Rc<Record>, i64)> = records
        .iter()
        .filter(|r| held(r) && !technical(r) && noon(r).is_some_and(|t| period.has(t)))
        .filter_map(|r| Some((r, r.int(field)?)))
        .collect();
    let total: i64 = scored.iter().map(|(_, n)| n * 20).sum();
    let mut measured = of(scored.into_iter().map(|(r, _)| r));
    measured.value = measured.value.filter(|n| *n > 0).map(|n| total / n);
    measured
}

/// A score of exercises as a metric, compared year on year (TK-128).
const fn scored(
    id: &'static str,
    label: Text,
    compute: fn(&[Rc<Record>], &Period) -> Measured,
) -> MetricDef {
    MetricDef {
        id,
        label,
        formula: Text::new(
            "期間内に行った演習の評価（1〜5）の平均を、5を100%として示します。演習が無い期間は「測れません」。",
            "Mean score (1–5) of the exercises in the period, 5 being 100%. Not measurable without one.",
        ),
        unit: Unit::Percent,
        better: Better::More,
        register: "exercise",
        compute,
        meets: &["TK-128"],
    }
}

/// Contact system (report delay, leaks).
pub const SCORE_CONTACT: MetricDef = scored(
    "drill_score_contact",
    Text::new("演習の評価：連絡体制", "Exercise score: contact system"),
    |r, p| score(r, p, "score_contact"),
);

/// Decisions and orders.
pub const SCORE_DECISIONS: MetricDef = scored(
    "drill_score_decisions",
    Text::new("演習の評価：判断と指示", "Exercise score: decisions and orders"),
    |r, p| score(r, p, "score_decisions"),
);

/// Fit of documents.
pub const SCORE_DOCUMENTS: MetricDef = scored(
    "drill_score_documents",
    Text::new("演習の評価：文書との整合", "Exercise score: fit of documents"),
    |r, p| score(r, p, "score_documents"),
);
