//! Several changes in one commit: all of them or none. For pastes and merges of hundreds of lines,
//! where waiting for the disk once a line would make people wait for minutes.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::write::{self, Actor, Receipt, Request};
use okiagari_model::Change;

/// The most changes of one commit: others wait while it is written.
pub const AT_ONCE: usize = 500;

impl App {
    /// Makes several changes in the order given, each with its own leaf, all of them or none.
    ///
    /// # Errors
    /// What keeps the first of them from being made; nothing is written then. More than
    /// [`AT_ONCE`] are refused.
    pub fn changes(&self, ctx: &Ctx, changes: Vec<Change>) -> Result<Vec<Receipt>, AppError> {
        self.changes_by(ctx, changes, write::apply)
    }

    /// As [`App::changes`], where the program itself fills in fields that nobody may type.
    pub(crate) fn changes_read(
        &self,
        ctx: &Ctx,
        changes: Vec<Change>,
    ) -> Result<Vec<Receipt>, AppError> {
        self.changes_by(ctx, changes, write::apply_with_file)
    }

    fn changes_by(
        &self,
        ctx: &Ctx,
        changes: Vec<Change>,
        apply: fn(
            &mut okiagari_store::WriteTx<'_>,
            &crate::env::Env,
            &Request,
        ) -> Result<Receipt, AppError>,
    ) -> Result<Vec<Receipt>, AppError> {
        if changes.len() > AT_ONCE {
            return Err(AppError::input(
                format!("一度に書けるのは{AT_ONCE}件までです。"),
                format!("Up to {AT_ONCE} changes at once."),
            ));
        }
        let org = ctx.subject.org.clone();
        let subject = ctx.subject.clone();
        let (env, now) = (self.env().clone(), self.now());
        self.store().write(&org.clone(), "changes", move |tx| {
            changes
                .into_iter()
                .map(|change| {
                    let actor = Actor::Person(subject.clone());
                    apply(tx, &env, &Request { org: org.clone(), actor, change, now })
                })
                .collect()
        })
    }
}
