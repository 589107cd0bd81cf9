//! Audits as auditors see them, reports as documents, the vocabulary in every shipped text.

use super::world::{NIGHT, World};
use okiagari_model::vocabulary::{TERMS, misused};
use serde_json::json;
use std::path::{Path, PathBuf};

#[tokio::test]
async fn an_audit_shows_the_record_as_of_a_moment_draws_samples_and_lists_acts_and_versions() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let person = world.make("person", json!({"name": "見崎 守"}));
    let audit = world.make(
        "audit",
        json!({"title": "秋の監査", "kind": "internal", "scope": "資産の管理", "criteria": "規程 第3版",
            "lead": person.as_str(), "planned_on": "2026-11-30", "registers": ["asset", "role"]}),
    );
    chief.get("/audit").await.is(200).says("秋の監査");
    world.pass(3_600_000);
    for n in 0..4 {
        world.make("asset", json!({"name": format!("機器{n}"), "kind": "device"}));
    }
    let page = format!("/audit/{audit}");
    let now = chief.get(&page).await.is(200);
    let now = now.says("資産の管理").says("見崎 守").says("権限の表").says("/r/asset\"");
    // Only registers in the scope.
    now.never_says("href=\"/r/person\"");
    let then = chief.get(&format!("{page}?at=2026-11-21T02:50")).await.is(200);
    then.says("の時点です").never_says("/r/asset?at=");
    chief.get(&format!("{page}?at=nonsense")).await.is(422).says("日時が読めません");
    chief.get(&format!("{page}?at=1999-01-01T00:00")).await.is(422).says("まだ記録がありません");
    let ask = [("register", "asset"), ("purpose", "管理者の有無"), ("size", "2"), ("seed", "秋")];
    chief.post(&format!("{page}/sample"), &ask).await.is(303);
    let drawn = chief.get(&page).await.is(200).says("管理者の有無").says("2 / 4");
    let again = drawn.text.split("?again=").nth(1).unwrap().split('#').next().unwrap().to_owned();
    chief.get(&format!("{page}?again={again}")).await.is(200).says("同じ記録になりました");
    let none = [("register", "asset"), ("purpose", ""), ("size", "0")];
    chief.post(&format!("{page}/sample"), &none).await.is(422).says("1から500まで");
    chief.get("/audit/none").await.is(404);
    // Without the right to see audits there is no such page.
    let employee = world.as_user("employee").await;
    assert!(employee.get(&page).await.status >= 403);
}

#[tokio::test]
async fn a_report_is_made_for_its_readers_needs_and_says_what_it_bears_on() {
    let world = World::new();
    let chief = world.as_user("chief").await;
    let plan = world.make(
        "report_plan",
        json!({"name": "四半期の報告", "stakeholder": "management", "objective": "受注を止めない",
            "decision": "来期の予算", "language": "ja", "level": "management", "method": "meeting",
            "needs": [{"key": "N1", "need": "何が起きたか", "part": "incidents"},
                {"key": "N2", "need": "投資の効き目", "part": "words"}]}),
    );
    world.make(
        "incident",
        json!({"title": "不審な通信", "kind": "cyber_attack", "aware_at": NIGHT - 86_400_000}),
    );
    let issue = |period: &str, more: serde_json::Value| {
        let mut body = json!({"plan": plan.as_str(), "title": format!("{period}の報告"),
            "period_from": "2026-08-21", "period_to": period});
        if let (Some(a), Some(b)) = (body.as_object_mut(), more.as_object()) {
            a.extend(b.clone());
        }
        world.make("report_issue", body)
    };
    issue("2026-08-20", json!({"response": "取引先への影響も知りたい"}));
    let id = issue(
        "2026-11-21",
        json!({"objective_bearing": "受注の停止は無かった", "asks": "予算の据え置き",
            "options": "増やす／据え置く", "answers": [{"key": "N1", "text": "通信が一件"}]}),
    );
    let page = chief.get(&format!("/documents/report/{id}")).await.is(200);
    page.says("受注を止めない")
        .says("受注の停止は無かった")
        .says("来期の予算")
        .says("予算の据え置き")
        .says("何が起きたか")
        .says("通信が一件")
        .says("不審な通信")
        .says("まだ答えていません")
        .says("取引先への影響も知りたい");
    chief.get("/documents/report/none").await.is(404);
}

#[tokio::test]
async fn the_vocabulary_is_a_page_and_a_file_in_both_languages() {
    let world = World::new();
    let employee = world.as_user("employee").await;
    let page = employee.get("/glossary").await.is(200);
    for term in TERMS {
        assert!(
            page.text.contains(term.term.ja) && page.text.contains(term.term.en),
            "{}",
            term.id
        );
    }
    let file = employee.get("/glossary.csv").await.is(200);
    assert_eq!(file.text.lines().count(), TERMS.len() + 1);
}

fn texts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The requirements are kept in the words of their sources.
        if path.is_dir() && !["requirements", "coverage", "snapshots", "tests"].contains(&&*name) {
            texts(&path, found);
        } else if ["rs", "html", "json"].iter().any(|e| path.extension().is_some_and(|x| x == *e))
            && name != "vocabulary.rs"
        {
            found.push(path);
        }
    }
}

/// G7-16: one vocabulary in every screen and document.
#[test]
fn every_shipped_text_keeps_to_the_vocabulary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in [
        "crates/model/src",
        "crates/app/src",
        "crates/web/src",
        "crates/web/templates",
        "crates/okiagari/src",
        "catalogs",
    ] {
        texts(&root.join(folder), &mut files);
    }
    assert!(files.len() > 300, "{}", files.len());
    let mut wrong = Vec::new();
    let mut all = String::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//"))
        {
            for (word, term) in misused(line) {
                let place = path.strip_prefix(&root).unwrap().display().to_string();
                wrong.push(format!("{place}:{}: \"{word}\" is \"{}\"", n + 1, term.term.ja));
            }
        }
        all.push_str(&text);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // And the terms are those that are really said.
    for term in TERMS {
        assert!(all.contains(term.term.ja), "{} is said nowhere", term.term.ja);
    }
}
