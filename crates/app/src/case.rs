//! What belongs to a case follows it.

use crate::error::AppError;
use crate::look::Look;
use okiagari_model::respond::{message::Message, report::Report};
use okiagari_model::{OrgId, Record, Register, Write};
use okiagari_store::WriteTx;

/// When a report becomes part of a case, the messages that told of it do too: they repeat its
/// words, and whoever may not see the case may not read them there (JP-24).
pub fn followers(
    tx: &mut WriteTx<'_>,
    org: &OrgId,
    current: Option<&Record>,
    writes: &[Write],
) -> Result<Vec<Write>, AppError> {
    let (Some(report), Some(write)) = (current, writes.first()) else { return Ok(Vec::new()) };
    let case = write.body.get("incident");
    let (Some(case), true) = (case, write.def.id == Report::ID) else { return Ok(Vec::new()) };
    if report.body.get("incident") == Some(case) {
        return Ok(Vec::new());
    }
    let told = tx.pointing(org, Message::DEF, "report", (Report::ID, &report.id))?;
    let follow = |m: &std::rc::Rc<Record>| {
        let mut body = m.body.clone();
        body.insert("incident".into(), case.clone());
        Write {
            def: Message::DEF,
            id: Some(m.id.clone()),
            rev: m.rev,
            body,
            erase: Vec::new(),
            link_back: None,
        }
    };
    Ok(told.iter().filter(|m| !m.ended()).map(follow).collect())
}
