//! Samples of audits (監査の標本): drawn at random by a seed that is on record, so that anybody can
//! draw them again.

use super::audit::Audit;
use crate::govern::person::Person;
use crate::*;
use sha2::{Digest, Sha256};

/// A sample. Drawn by the program, never typed.
#[derive(Debug, Clone, Register)]
#[register(
    id = "audit_sample",
    wing = Improve,
    menu = 8,
    ja = "監査の標本",
    en = "Audit sample",
    question_ja = "どの記録を、どう選んで確かめましたか",
    question_en = "Which records were looked at, and how were they chosen?",
    about_ja = "監査の画面で標本を抽出するたびに、プログラムが残します。種と時点が残るので、だれでも同じ標本を抽出し直せます。",
    about_en = "Kept by the program each time a sample is drawn on an audit's page. Seed and moment are kept, so anybody can draw the same one again.",
    purpose_ja = "標本を選り好みしていないことを示すために残します。",
    purpose_en = "Shows that the sample was not picked by liking.",
    sort = "drawn_at",
    sort_down,
    append_only,
    retention_years = 10,
    meets = ["NI-206"]
)]
pub struct AuditSample {
    /// Audit.
    #[field(ja = "監査", en = "Audit", list, access = "case", system)]
    pub audit: Ref<Audit>,
    /// What it is for.
    #[field(ja = "確かめること", en = "What it is for", title, list, search, system, max = 200)]
    pub purpose: String,
    /// Register.
    #[field(ja = "台帳", en = "Register", list, system, max = 40)]
    pub register: String,
    /// Leaf as of which the register was read.
    #[field(ja = "時点（証跡項目）", en = "As of leaf", system)]
    pub at_leaf: i64,
    /// Records there were.
    #[field(ja = "母集団の数", en = "Population", list, system)]
    pub population: i64,
    /// SHA-256 over their ids, sorted, a line each.
    #[field(ja = "母集団の照合値", en = "Digest of the population", system, max = 64)]
    pub population_digest: String,
    /// Seed.
    #[field(ja = "種", en = "Seed", list, system, max = 64)]
    pub seed: String,
    /// Records asked for.
    #[field(ja = "抽出した数", en = "Size", list, system)]
    pub size: i64,
    /// Ids drawn, in the order of drawing.
    #[field(ja = "抽出した記録", en = "Records drawn", system, max = 500)]
    pub drawn: Vec<String>,
    /// Who.
    #[field(ja = "抽出した人", en = "Drawn by", list, system)]
    pub drawn_by: Option<Ref<Person>>,
    /// When.
    #[field(ja = "抽出した日時", en = "Drawn at", list, system)]
    pub drawn_at: Time,
}

/// The most records of one sample.
pub const MOST: usize = 500;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Draws `size` ids: those with the smallest SHA-256 of seed, newline, id. The order in which the
/// ids are handed in plays no part; `sha256sum` is enough to draw the same ones again.
pub fn draw(seed: &str, ids: &[String], size: usize) -> Vec<String> {
    let mut ranked: Vec<(String, &String)> = ids
        .iter()
        .map(|id| (hex(&Sha256::digest(format!("{seed}\n{id}").as_bytes())), id))
        .collect();
    ranked.sort();
    ranked.dedup();
    ranked.into_iter().take(size).map(|(_, id)| id.clone()).collect()
}

/// SHA-256 over the ids of a population, sorted, a line each.
pub fn population_digest(ids: &[String]) -> String {
    let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    ids.sort_unstable();
    let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
    hex(&Sha256::digest(lines.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_drawn_again_by_its_seed_whatever_the_order_of_the_records() {
        let mut ids: Vec<String> = (0..200).map(|n| format!("r{n:03}")).collect();
        let first = draw("2026-11", &ids, 12);
        ids.reverse();
        assert_eq!(draw("2026-11", &ids, 12), first);
        assert_ne!(draw("2026-12", &ids, 12), first, "another seed draws others");
        assert_eq!(draw("2026-11", &ids, 5), first[..5], "a smaller one is its beginning");
        assert_eq!(draw("2026-11", &ids, 500).len(), 200, "no more than there are");
        // As a shell does it: for i in r0 r1 r2; do printf '2026-11\n%s' $i | sha256sum; done
        let few: Vec<String> = ["r0", "r1", "r2"].map(str::to_owned).to_vec();
        let by_hand = |id: &str| hex(&Sha256::digest(format!("2026-11\n{id}").as_bytes()));
        let mut sorted = few.clone();
        sorted.sort_by_key(|id| by_hand(id));
        assert_eq!(draw("2026-11", &few, 3), sorted);
    }
}
