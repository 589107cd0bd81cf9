//! One vocabulary (用語) for every screen and document, in Japanese and English (G7-16). A test reads
//! all shipped texts: a word that a term takes the place of stands nowhere.

use super::text::Text;

/// A term, what it means, and the words it takes the place of.
#[derive(Debug)]
pub struct Term {
    /// Stable name, for sharing lists between organisations.
    pub id: &'static str,
    /// The term.
    pub term: Text,
    /// Meaning, in a sentence.
    pub meaning: Text,
    /// Japanese words that are not used for it.
    pub instead_ja: &'static [&'static str],
    /// English words that are not used for it; compared without regard to case.
    pub instead_en: &'static [&'static str],
}

const fn term(
    id: &'static str,
    term: Text,
    meaning: Text,
    instead_ja: &'static [&'static str],
    instead_en: &'static [&'static str],
) -> Term {
    Term { id, term, meaning, instead_ja, instead_en }
}

/// The vocabulary, in the order in which a case meets its terms.
pub const TERMS: &[Term] = &[
    term(
        "incident",
        Text::new("インシデント", "Incident"),
        Text::new(
            "業務や情報の安全を損なった、または損なうおそれのある出来事",
            "Something that harms, or may harm, work or the safety of information",
        ),
        &["インシデンツ", "セキュリティ事故"],
        &["security mishap"],
    ),
    term(
        "report",
        Text::new("報告", "Report"),
        Text::new("気づいたことを窓口に知らせること", "Telling the desk what one has noticed"),
        &["通報票"],
        &[],
    ),
    term(
        "triage",
        Text::new("トリアージ", "Triage"),
        Text::new(
            "報告を見て、扱い方と急ぎ具合を決めること",
            "Looking at a report and settling how, and how fast, it is handled",
        ),
        &[],
        &[],
    ),
    term(
        "containment",
        Text::new("封じ込め", "Containment"),
        Text::new("被害が広がるのを止めること", "Keeping the damage from spreading"),
        &["封込", "封じこめ"],
        &[],
    ),
    term(
        "evidence",
        Text::new("証拠", "Evidence"),
        Text::new("起きたことを示す記録や物", "Records and things that show what happened"),
        &["エビデンス"],
        &["evidences"],
    ),
    term(
        "log",
        Text::new("証跡", "Record"),
        Text::new(
            "変更を一つずつ、書き換えられない順序で残したもの",
            "All changes, one after the other, in an order that cannot be altered",
        ),
        &["トレイル"],
        &[],
    ),
    term(
        "indicator",
        Text::new("痕跡", "Indicator"),
        Text::new("侵害を見つける手がかりになるもの", "What tells that a system was broken into"),
        &["インジケータ"],
        &[],
    ),
    term(
        "attack_method",
        Text::new("攻撃の手口", "Attack method"),
        Text::new(
            "攻撃者の目的（戦術）・技術・手順（TTP）",
            "Tactic, technique and procedure of an attacker (TTP)",
        ),
        &["攻撃手口", "アタックメソッド"],
        &["modus operandi"],
    ),
    term(
        "root_cause",
        Text::new("根本原因", "Root cause"),
        Text::new("取り除けば繰り返さない原因", "The cause without which it does not happen again"),
        &["真因", "ルートコーズ", "根本要因"],
        &[],
    ),
    term(
        "restoration",
        Text::new("復旧", "Restoration"),
        Text::new("止まったシステムや業務を戻すこと", "Bringing back what has stopped"),
        &["リカバリ"],
        &[],
    ),
    term(
        "compromised",
        Text::new("侵害された組織", "Compromised organisation"),
        Text::new(
            "インシデントのために接続を切られた組織",
            "The organisation whose links were cut because of an incident",
        ),
        &["被害組織", "被侵害組織"],
        &["victim organisation"],
    ),
    term(
        "client",
        Text::new("クライアント組織", "Client organisation"),
        Text::new(
            "侵害された組織とつながり、再接続するかを決める組織",
            "An organisation linked with the compromised one, which decides whether to reconnect",
        ),
        &["クライアント"],
        &[],
    ),
    term(
        "counterparty",
        Text::new("相手組織", "Client"),
        Text::new(
            "ある案件で向き合う、接続の向こう側の組織",
            "The organisation at the other end of a link in a case",
        ),
        &["カウンターパーティ"],
        &[],
    ),
    term(
        "link",
        Text::new("接続", "Link"),
        Text::new(
            "他の組織とつなぐ回線・API・データの受け渡し",
            "A line, interface or transfer that joins us with another organisation",
        ),
        &["コネクション"],
        &[],
    ),
    term(
        "isolation",
        Text::new("切り離し", "Cut"),
        Text::new("接続を止めること", "Stopping a link"),
        &["アイソレーション", "切離し"],
        &[],
    ),
    term(
        "reconnection",
        Text::new("再接続", "Reconnection"),
        Text::new(
            "切り離した接続を、確かめながら戻すこと",
            "Bringing a cut link back, step by step",
        ),
        &["リコネクション", "再結合"],
        &["re-connection", "reconnexion"],
    ),
    term(
        "framework",
        Text::new("再接続枠組み", "Framework"),
        Text::new(
            "再接続の段階・関門・役割を定めたもの",
            "What lays down phases, gateways and roles of a reconnection",
        ),
        &["フレームワーク"],
        &[],
    ),
    term(
        "phase",
        Text::new("段階", "Phase"),
        Text::new(
            "評価・修復・保証・再接続・復旧のそれぞれ",
            "Assessment, remediation, assurance, reconnection, recovery",
        ),
        &["フェーズ", "フェイズ"],
        &[],
    ),
    term(
        "gateway",
        Text::new("関門", "Gateway"),
        Text::new(
            "段階を終えるために達する基準の集まり",
            "The criteria at which a phase is complete",
        ),
        &["ゲート条件"],
        &[],
    ),
    term(
        "assessment",
        Text::new("評価", "Assessment"),
        Text::new(
            "何が起き、どこまで及んだかを見きわめる段階",
            "The phase in which kind and extent are found",
        ),
        &["アセスメント"],
        &[],
    ),
    term(
        "remediation",
        Text::new("修復", "Remediation"),
        Text::new(
            "直し、止め、復元し、再開に備える段階",
            "The phase of mending, stopping, restoring and making ready",
        ),
        &["レメディエーション", "リメディエーション"],
        &[],
    ),
    term(
        "assurance",
        Text::new("保証", "Assurance"),
        Text::new("安全だと信じてよい根拠を示すこと", "Giving ground to believe that it is safe"),
        &["アシュアランス"],
        &[],
    ),
    term(
        "attestation",
        Text::new("認証書", "Attestation"),
        Text::new(
            "責任を持つ人が署名し、状態を述べた文書",
            "A signed statement on the state of things by those who answer for it",
        ),
        &["アテステーション", "アテステイション"],
        &[],
    ),
    term(
        "custody",
        Text::new("受け渡し", "Hand-over"),
        Text::new(
            "証拠が人から人へ渡ること。途切れずに残す",
            "Evidence passing from one to the next, without a gap",
        ),
        &["カストディ"],
        &[],
    ),
    term(
        "obligation",
        Text::new("期限", "Deadline"),
        Text::new("いつまでに、だれに、何をするか", "What is due, to whom, by when"),
        &["デッドライン"],
        &[],
    ),
    term(
        "finding",
        Text::new("不備", "Finding"),
        Text::new("足りない、または食い違っているもの", "What is missing, or does not agree"),
        &["ファインディング"],
        &[],
    ),
    term(
        "lesson",
        Text::new("教訓", "Lesson"),
        Text::new(
            "次に生かすと決めた、経験から得たこと",
            "What was learned and is to change something",
        ),
        &["レッスンズ"],
        &["learnings"],
    ),
    term(
        "audit",
        Text::new("監査", "Audit"),
        Text::new(
            "決めたとおりかを、独立した立場で確かめること",
            "Checking independently that things are as laid down",
        ),
        &["オーディット"],
        &[],
    ),
    term(
        "stakeholder",
        Text::new("関係者", "Stakeholder"),
        Text::new(
            "影響を受け、または与える人や組織",
            "People or organisations that are affected, or affect us",
        ),
        &["ステークホルダー", "ステークホルダ"],
        &[],
    ),
];

/// Words in a text that a term takes the place of: `(word, term)`. Uses of the terms themselves are
/// taken out first, so that a short word inside a term does not count.
pub fn misused(text: &str) -> Vec<(&'static str, &'static Term)> {
    let mut ja = text.to_owned();
    for term in TERMS {
        ja = ja.replace(term.term.ja, "\u{0}");
    }
    let en = text.to_lowercase();
    let mut found = Vec::new();
    for term in TERMS {
        found.extend(term.instead_ja.iter().filter(|w| ja.contains(**w)).map(|w| (*w, term)));
        let word = |w: &&&str| {
            en.match_indices(&w.to_lowercase()).any(|(at, m)| {
                let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                !letter(en[..at].chars().next_back()) && !letter(en[at + m.len()..].chars().next())
            })
        };
        found.extend(term.instead_en.iter().filter(word).map(|w| (*w, term)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_a_term_takes_the_place_of_is_found_and_the_term_is_not() {
        let words = |text: &str| misused(text).iter().map(|(w, _)| *w).collect::<Vec<_>>();
        assert_eq!(words("クライアントの見方"), ["クライアント"]);
        assert!(words("クライアント組織の見方").is_empty());
        assert_eq!(words("Several Evidences were taken"), ["evidences"]);
        assert!(words("Evidence was taken").is_empty());
    }

    #[test]
    fn ids_and_terms_are_said_once() {
        for (n, term) in TERMS.iter().enumerate() {
            for other in &TERMS[n + 1..] {
                assert_ne!(term.id, other.id);
                assert_ne!(term.term.ja, other.term.ja);
            }
            assert!(!term.meaning.ja.is_empty() && !term.meaning.en.is_empty());
        }
    }
}
