//! What a check finds, bounded.

use super::Check;
use crate::error::StoreError;
use okiagari_model::Message;

/// How many problems of one check are told by name.
const NAMED: usize = 50;

/// One check under way.
#[derive(Debug, Clone)]
pub(super) struct Problems {
    id: &'static str,
    what: Message,
    checked: u64,
    wrong: u64,
    named: Vec<Message>,
}

impl Problems {
    pub(super) fn new(id: &'static str, ja: &str, en: &str) -> Self {
        Self { id, what: Message::new(ja, en), checked: 0, wrong: 0, named: Vec::new() }
    }

    /// So many more things were looked at.
    pub(super) fn count(&mut self, things: u64) {
        self.checked += things;
    }

    pub(super) fn add(&mut self, ja: impl Into<String>, en: impl Into<String>) {
        self.wrong += 1;
        if self.named.len() < NAMED {
            self.named.push(Message::new(ja, en));
        }
    }

    /// Something could not even be read.
    pub(super) fn unreadable(&mut self, ja: &str, en: &str, error: &StoreError) {
        self.add(format!("{ja}が読めません（{error}）"), format!("Cannot read {en}: {error}"));
    }

    /// Takes over what another part of the same check found.
    pub(super) fn merge(&mut self, other: Self) {
        self.checked += other.checked;
        self.wrong += other.wrong;
        let room = NAMED - self.named.len();
        self.named.extend(other.named.into_iter().take(room));
    }

    pub(super) fn is_ok(&self) -> bool {
        self.wrong == 0
    }

    pub(super) fn finish(self) -> Check {
        let detail = if self.is_ok() {
            Message::new(
                format!("{}件を調べ、すべて合っています。", self.checked),
                format!("{} checked, all hold.", self.checked),
            )
        } else {
            Message::new(
                format!("{}件を調べ、{}件の問題が見つかりました。", self.checked, self.wrong),
                format!("{} checked, {} problems found.", self.checked, self.wrong),
            )
        };
        Check { id: self.id, ok: self.is_ok(), what: self.what, detail, problems: self.named }
    }
}
