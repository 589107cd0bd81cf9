//! Parameters that are collected while a statement is put together.

use crate::conn::P;

/// A parameter that the statement owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arg {
    Int(i64),
    Text(String),
}

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
