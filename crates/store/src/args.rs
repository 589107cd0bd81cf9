//! Parameters that are collected while a statement is put together.

use crate::conn::P;

/// A parameter that the statement owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    Int(i64),
    Text(String),
}

/// The most values of one `IN (…)`.
pub(crate) const IN_MOST: usize = 256;

/// The parameters of a statement, in order.
#[derive(Debug, Default)]
pub(crate) struct Args(Vec<Arg>);

impl Args {
    /// Adds one and gives its placeholder.
    pub(crate) fn add(&mut self, arg: Arg) -> String {
        self.0.push(arg);
        format!("${}", self.0.len())
    }

    pub(crate) fn text(&mut self, text: impl Into<String>) -> String {
        self.add(Arg::Text(text.into()))
    }

    pub(crate) fn int(&mut self, number: i64) -> String {
        self.add(Arg::Int(number))
    }

    /// Several, separated by commas, for `IN (…)`.
    pub(crate) fn list(&mut self, args: impl IntoIterator<Item = Arg>) -> String {
        let placeholders: Vec<String> = args.into_iter().map(|arg| self.add(arg)).collect();
        placeholders.join(", ")
    }

    /// At most [`IN_MOST`] texts for `IN (…)`. The last is repeated up to one of a few lengths, so
    /// that few different statements are prepared.
    pub(crate) fn ids(&mut self, ids: &[&str]) -> String {
        let length = [1, 4, 16, 64].into_iter().find(|n| ids.len() <= *n).unwrap_or(IN_MOST);
        let last = ids.last().copied().unwrap_or_default();
        let padding = std::iter::repeat_n(&last, length.saturating_sub(ids.len()));
        self.list(ids.iter().chain(padding).map(|id| Arg::Text((*id).to_owned())))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Drops those after the first `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    pub(crate) fn params(&self) -> Vec<P<'_>> {
        let mut out = Vec::with_capacity(self.0.len());
        for arg in &self.0 {
            out.push(match arg {
                Arg::Int(number) => P::Int(*number),
                Arg::Text(text) => P::Text(text),
            });
        }
        out
    }
}
