//! Head and checkpoints: what was stated about the log, against what its bytes give.

use super::leaves::Log;
use super::problems::Problems;
use super::{Check, Run, VerifyOptions};
use crate::error::StoreError;
use crate::log::StoredCheckpoint;
use crate::logstate::Head;
use okiagari_log::{Checkpoint, EpochOpen, Note, VerifierKey, epoch_origin};
use okiagari_model::Message;

pub(super) fn check(
    run: &Run<'_>,
    head: &Head,
    log: &Log,
    options: &VerifyOptions,
) -> Result<(Check, Vec<Message>), StoreError> {
    let mut problems = Problems::new(
        "checkpoint",
        "証跡の大きさ・根・署名",
        "Size, root and signatures of the log",
    );
    problems.count(1);
    check_head(head, log, &mut problems);
    let stored = run.store.read(|tx| tx.checkpoints(run.org, u32::MAX));
    let stored = match stored {
        Ok(stored) => stored,
        Err(error) => {
            problems.unreadable("証跡署名", "the checkpoints", &error);
            Vec::new()
        }
    };
    for checkpoint in &stored {
        problems.count(1);
        if let Err(why) = check_stored(checkpoint, head, log, options) {
            let size = checkpoint.size;
            problems.add(
                format!("証跡署名（{size}件時点）: {}", why.ja),
                format!("Checkpoint at {size} leaves: {}", why.en),
            );
        }
    }
    if let Some(note) = &options.outside {
        problems.count(1);
        if let Err(why) = check_outside(run, note, head, log, &stored, options)? {
            problems.add(
                format!("外部に保管した証跡署名: {}", why.ja),
                format!("The checkpoint kept outside: {}", why.en),
            );
        }
    }
    Ok((problems.finish(), not_shown(head, log, &stored, options)))
}

fn check_head(head: &Head, log: &Log, problems: &mut Problems) {
    if head.root != log.root {
        problems.add(
            "先頭の行の根が、証跡項目から計算した根と合いません",
            "The root in the head row is not that of the leaves",
        );
    }
    if log.last_epoch.is_some_and(|epoch| epoch != head.epoch) {
        problems.add(
            "先頭の行の期が合いません",
            "The epoch in the head row is not that of the last leaf",
        );
    }
    if log.last_time.is_some_and(|time| time != head.last_time) {
        problems.add(
            "先頭の行の時刻が合いません",
            "The time in the head row is not that of the last leaf",
        );
    }
}

/// The keys that may have signed for an origin.
fn keys(
    checkpoint_signer: Option<&str>,
    origin: &str,
    options: &VerifyOptions,
) -> Vec<VerifierKey> {
    let known = options.keys.iter().filter_map(|key| key.renamed(origin).ok());
    if options.keys.is_empty() {
        checkpoint_signer.and_then(|text| text.parse().ok()).into_iter().collect()
    } else {
        known.collect()
    }
}

fn verified(note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, Message> {
    let holds = keys.iter().find_map(|key| Checkpoint::verify(note, key).ok());
    holds.ok_or_else(|| {
        Message::new("署名が確かめられません", "its signature does not hold under a known key")
    })
}

fn check_stored(
    stored: &StoredCheckpoint,
    head: &Head,
    log: &Log,
    options: &VerifyOptions,
) -> Result<(), Message> {
    let origin = epoch_origin(&head.base, stored.epoch);
    let signer: VerifierKey = stored
        .signer
        .parse()
        .map_err(|_| Message::new("署名者の鍵が読めません", "the signer's key cannot be read"))?;
    let checkpoint = verified(&stored.note, &keys(Some(&stored.signer), &origin, options))?;
    let named = Note::parse(&stored.note)
        .is_ok_and(|note| note.signatures.iter().any(|s| s.key_id == signer.key_id()));
    if !named {
        return Err(Message::new("署名者の列が合いません", "the signer column is of another key"));
    }
    if checkpoint.origin != origin || checkpoint.size != stored.size {
        return Err(Message::new(
            "署名された名前か大きさが列と合いません",
            "the signed name or size is not that of its columns",
        ));
    }
    match log.roots.get(&checkpoint.size) {
        Some(root) if *root == checkpoint.root => Ok(()),
        Some(_) => Err(Message::new(
            "署名された根が、証跡項目から計算した根と合いません",
            "the signed root is not that of the leaves",
        )),
        None => Err(Message::new(
            "証跡が、署名された大きさより短くなっています",
            "the log is shorter than what was signed",
        )),
    }
}

fn check_outside(
    run: &Run<'_>,
    note: &str,
    head: &Head,
    log: &Log,
    stored: &[StoredCheckpoint],
    options: &VerifyOptions,
) -> Result<Result<(), Message>, StoreError> {
    let Ok(parsed) =
        Note::parse(note).map_err(|_| ()).and_then(|n| Checkpoint::parse(&n.text).map_err(|_| ()))
    else {
        return Ok(Err(Message::new("読めません", "it cannot be read")));
    };
    let (base, epoch) = okiagari_log::leaf::split_origin(&parsed.origin);
    if base != head.base {
        return Ok(Err(Message::new("別の証跡のものです", "it is of another log")));
    }
    let signer = stored.iter().find(|c| c.epoch == epoch).map(|c| c.signer.as_str());
    let checkpoint = match verified(note, &keys(signer, &parsed.origin, options)) {
        Ok(checkpoint) => checkpoint,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(open) = log.opened.get(&(epoch + 1)).filter(|o| checkpoint.size > o.from_size) {
        return Ok(check_lost(&checkpoint, open));
    }
    if checkpoint.size > head.size {
        return Ok(Err(Message::new(
            format!("当時{}件あった証跡が、いまは{}件しかありません", checkpoint.size, head.size),
            format!("the log had {} leaves then and has {} now", checkpoint.size, head.size),
        )));
    }
    let root = match log.roots.get(&checkpoint.size) {
        Some(root) => Ok(*root),
        None if checkpoint.size == head.size => Ok(log.root),
        None => run.store.read(|tx| tx.root_at(run.org, checkpoint.size)),
    };
    Ok(match root {
        Ok(root) if root == checkpoint.root => Ok(()),
        Ok(_) => Err(Message::new(
            format!("{}件時点の根が合いません。証跡が書き換えられています", checkpoint.size),
            format!("the root at {} leaves is another: the log was rewritten", checkpoint.size),
        )),
        Err(error) => Err(Message::new(
            format!("根が計算できません（{error}）"),
            format!("the root cannot be worked out: {error}"),
        )),
    })
}

/// A checkpoint that speaks of leaves which the next epoch names as lost: as many as it names and
/// no more, and of the same root where it speaks of all of them.
fn check_lost(checkpoint: &Checkpoint, open: &EpochOpen) -> Result<(), Message> {
    let (size, known) = (checkpoint.size, open.known_size);
    if size > known {
        return Err(Message::new(
            format!("当時{size}件あった証跡のうち、次の期が失われたと記すのは{known}件までです"),
            format!(
                "the log had {size} leaves then, and the next epoch names only {known} as lost"
            ),
        ));
    }
    if size == known && checkpoint.root != open.known_root {
        return Err(Message::new(
            "次の期に記された、失われた証跡の根が合いません",
            "the next epoch names another root of the leaves that were lost",
        ));
    }
    Ok(())
}

/// What this verification cannot show.
fn not_shown(
    head: &Head,
    log: &Log,
    stored: &[StoredCheckpoint],
    options: &VerifyOptions,
) -> Vec<Message> {
    let mut out = Vec::new();
    for (epoch, open) in log.opened.iter().filter(|(_, o)| o.known_size > o.from_size) {
        let (from, last, before) = (open.from_size, open.known_size.saturating_sub(1), epoch - 1);
        out.push(Message::new(
            format!("第{before}期の証跡項目{from}〜{last}は復元のときに失われました。第{epoch}期の初めにそう記されています。"),
            format!("Leaves {from} to {last} of epoch {before} were lost in a restore; epoch {epoch} begins by saying so."),
        ));
    }
    if options.outside.is_none() {
        out.push(Message::new(
            "終わりの証跡項目が切り取られていないこと、全体が作り直され署名し直されていないことは、外部に保管した証跡署名がないと示せません。",
            "That no leaves were cut off the end, and that the whole was not rewritten and signed anew, needs a checkpoint kept outside.",
        ));
    }
    if options.keys.is_empty() {
        out.push(Message::new(
            "署名は、データベースの中に書かれた鍵で確かめました。鍵が本物であることは、外で控えた公開鍵を渡すと示せます。",
            "Signatures were checked with the keys that stand in the database. Give the public key noted outside to show that it is the true one.",
        ));
    }
    let signed = stored.iter().map(|c| c.size).max().unwrap_or(0);
    if signed < head.size {
        let left = head.size - signed;
        out.push(Message::new(
            format!("最後の{left}件は、まだ署名されていません。"),
            format!("The last {left} leaves are not signed yet."),
        ));
    }
    out.push(Message::new(
        "不備・導出値・期限・アカウントは証跡の外にあり、ここでは調べていません。",
        "Findings, derived values, queues and accounts stand outside the log and were not checked here.",
    ));
    out
}
