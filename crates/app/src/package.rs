//! Packages of evidence for forensics outside (TK-62): a tar archive with the files, their SHA-256
//! list as `sha256sum -c` reads it, and the chain of custody. Written as a stream: the files are
//! decrypted one after the other, the originals stay untouched.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::write::{self, Actor, Request};
use okiagari_model::prepare::disclosure_limit::{DisclosureLimit, held_evidence};
use okiagari_model::respond::access_entry::Way;
use okiagari_model::respond::evidence::{self, Evidence, EvidenceKind, Piece};
use okiagari_model::respond::evidence_package::EvidencePackage;
use okiagari_model::respond::incident::Incident;
use okiagari_model::{
    Action, Body, Change, Choice, Cond, FieldProblem, Lang, Message, Record, RecordId, Ref,
    Register, Time, Value, policy,
};
use okiagari_press::{Cell, Column, ColumnKind, Sheet, tar, to_csv};
use okiagari_store::blob::{self, Blob, BlobError};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::Write;

/// Who asks for a package, and what goes into it.
#[derive(Debug, Clone)]
pub struct PackageAsk {
    /// To whom it goes.
    pub receiver: String,
    /// Why.
    pub purpose: String,
    /// Items; empty takes all of the incident.
    pub items: Vec<RecordId>,
}

/// A package that is ready to be written.
#[derive(Debug)]
pub struct Package {
    /// The record of the export.
    pub id: RecordId,
    /// Its number, `PKG-3`.
    pub number: String,
    /// When.
    made_at: Time,
    /// Evidence with a file, each with its name in the archive.
    files: Vec<(String, Blob)>,
    /// Small parts: lists, custody, sheet.
    parts: Vec<(&'static str, Vec<u8>)>,
}

/// What the texts of a package are made of.
struct Contents<'a> {
    number: &'a str,
    incident: &'a Record,
    ask: &'a PackageAsk,
    by: &'a str,
    made_at: Time,
    items: &'a [Record],
    /// Name in the archive by record, where it has a file that can be read.
    names: HashMap<RecordId, String>,
    people: HashMap<String, String>,
    ctx: &'a Ctx,
}

impl App {
    /// Records that somebody exports evidence, and prepares the package. Nothing leaves before the
    /// record is written.
    ///
    /// # Errors
    /// Not allowed; nothing to export; no receiver or purpose; an item that may not be seen.
    pub fn export_evidence(
        &self,
        ctx: &Ctx,
        incident: &RecordId,
        ask: &PackageAsk,
    ) -> Result<Package, AppError> {
        if policy::rows(&ctx.subject, EvidencePackage::DEF, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("create"));
        }
        said(ask)?;
        let case = self.record(ctx, Incident::DEF, incident, None)?.record;
        let mut items =
            self.every(ctx, Evidence::DEF, vec![Cond::eq("incident", incident.as_str())])?;
        items.sort_by_key(|e| (e.time("taken_at"), e.id.clone()));
        if !ask.items.is_empty() {
            items.retain(|e| ask.items.contains(&e.id));
            if items.len() != ask.items.len() {
                return Err(AppError::NotFound);
            }
        }
        if items.is_empty() {
            return Err(AppError::input(
                "この案件には、まだ証拠がありません。",
                "There is no evidence in this case yet.",
            ));
        }
        self.stays_inside(ctx, &items)?;
        let files = self.files_of(ctx, &items)?;
        let made_at = self.now();
        let body = EvidencePackage {
            number: None,
            incident: Ref::new(incident.clone()),
            receiver: ask.receiver.trim().to_owned(),
            purpose: ask.purpose.trim().to_owned(),
            items: items.iter().map(|e| Ref::new(e.id.clone())).collect(),
            made_by: ctx.subject.person.clone().map(Ref::new),
            made_at,
        }
        .to_body();
        let receipt = self.record_package(ctx, body, made_at)?;
        for item in &items {
            self.note_opening(ctx, item, Way::Export)?;
        }
        let number = receipt.number.unwrap_or_default();
        let people = self.people_of(ctx, &items)?;
        let by = ctx.subject.person.as_ref().and_then(|p| people.get(p.as_str())).cloned();
        let by = by.unwrap_or_else(|| ctx.subject.account.as_str().to_owned());
        let contents = Contents {
            number: &number,
            incident: &case,
            ask,
            by: &by,
            made_at,
            items: &items,
            names: files.iter().map(|(id, name, _)| (id.clone(), name.clone())).collect(),
            people,
            ctx,
        };
        let parts = contents.parts(&files);
        let files = files.into_iter().map(|(_, name, blob)| (name, blob)).collect();
        Ok(Package { id: receipt.id, number, made_at, files, parts })
    }

    /// Writes a package. On an error what was written is not the whole archive.
    ///
    /// # Errors
    /// A file that is damaged or gone; a writer that takes no more.
    pub fn write_package(&self, package: &Package, mut out: impl Write) -> Result<(), AppError> {
        let modified = u64::try_from(package.made_at.millis() / 1_000).unwrap_or(0);
        let folder = &package.number;
        let head = |name: &str, size: u64| {
            tar::header(&format!("{folder}/{name}"), size, modified)
                .map_err(|e| AppError::Internal(e.to_string()))
        };
        let broken = |e: std::io::Error| AppError::Blob(BlobError::Write(e));
        for (name, bytes) in &package.parts {
            let size = bytes.len() as u64;
            out.write_all(&head(name, size)?).map_err(broken)?;
            out.write_all(bytes).map_err(broken)?;
            out.write_all(tar::filling(size)).map_err(broken)?;
        }
        for (name, blob) in &package.files {
            out.write_all(&head(name, blob.size)?).map_err(broken)?;
            self.files().get(blob, &mut out)?;
            out.write_all(tar::filling(blob.size)).map_err(broken)?;
        }
        out.write_all(&tar::END).map_err(broken)
    }

    /// Refuses items of kinds, or with words, that a disclosure limit keeps inside (NI-447).
    fn stays_inside(&self, ctx: &Ctx, items: &[Record]) -> Result<(), AppError> {
        let all = self.store().read(|tx| {
            let everything = okiagari_model::RowFilter::everything();
            Ok::<_, AppError>(tx.all(&ctx.subject.org, DisclosureLimit::DEF, &everything)?)
        })?;
        let limits: Vec<&Record> = all.iter().filter(|l| !l.ended()).collect();
        let problems: Vec<FieldProblem> = items
            .iter()
            .filter_map(|item| Some((item, held_evidence(&limits, item).into_iter().next()?)))
            .map(|(item, held)| {
                let (name, limit, by) = (item.title(), held.limit, held.by);
                let text = Message::new(
                    format!(
                        "「{name}」は社外に出せません（{limit}: {by}）。選択から外してください。"
                    ),
                    format!("\"{name}\" stays inside ({limit}: {by}). Leave it out."),
                );
                FieldProblem::new("items", "stays_inside", text)
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(AppError::Fields(problems)) }
    }

    /// The files of items that can still be read, each with its name in the archive.
    fn files_of(
        &self,
        ctx: &Ctx,
        items: &[Record],
    ) -> Result<Vec<(RecordId, String, Blob)>, AppError> {
        let mut files = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let Some(digest) = blob::parse_sha256(item.text("sha256")) else { continue };
            if item.text("file_name").is_empty() {
                continue;
            }
            let blob = self.files().info(&ctx.subject.org, &digest)?;
            if blob.erased_at.is_none() {
                let name = format!("files/{:04}{}", n + 1, ending(item.text("file_name")));
                files.push((item.id.clone(), name, blob));
            }
        }
        Ok(files)
    }

    fn record_package(&self, ctx: &Ctx, body: Body, now: Time) -> Result<write::Receipt, AppError> {
        let org = ctx.subject.org.clone();
        let request = Request {
            org: org.clone(),
            actor: Actor::Person(ctx.subject.clone()),
            change: Change::Create { def: EvidencePackage::DEF, body, reason: None },
            now,
        };
        let env = self.env().clone();
        self.store()
            .write(&org, "evidence package", move |tx| write::apply_with_file(tx, &env, &request))
    }

    /// Names of all people that items name, and of who asks.
    fn people_of(&self, ctx: &Ctx, items: &[Record]) -> Result<HashMap<String, String>, AppError> {
        let mut ids: Vec<String> = items
            .iter()
            .flat_map(|e| [e.ids("taken_by"), e.ids("examiner")].concat())
            .map(str::to_owned)
            .collect();
        ids.extend(ctx.subject.person.as_ref().map(|p| p.as_str().to_owned()));
        ids.sort();
        ids.dedup();
        self.store().read(|tx| {
            let named = ids.into_iter().map(|id| {
                let name = self.person_name(tx, ctx, &RecordId::new(&id))?;
                Ok((id, name))
            });
            named.collect()
        })
    }
}

/// Receiver and purpose are given.
fn said(ask: &PackageAsk) -> Result<(), AppError> {
    let fields = [("receiver", &ask.receiver), ("purpose", &ask.purpose)];
    let problems: Vec<FieldProblem> = fields
        .into_iter()
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(field, _)| {
            let label =
                EvidencePackage::DEF.field(field).map_or(("", ""), |f| (f.label.ja, f.label.en));
            let text = Message::new(
                format!("「{}」を入れてください。", label.0),
                format!("Please give \"{}\".", label.1),
            );
            FieldProblem::new(field, "required", text)
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(AppError::Fields(problems)) }
}

/// The ending of a file name, where it is a plain short one.
fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, e)| e.to_ascii_lowercase())
        .filter(|e| (1..=8).contains(&e.len()) && e.chars().all(|c| c.is_ascii_alphanumeric()))
        .map_or_else(String::new, |e| format!(".{e}"))
}

impl Contents<'_> {
    fn parts(&self, files: &[(RecordId, String, Blob)]) -> Vec<(&'static str, Vec<u8>)> {
        let mut parts = vec![
            ("README.txt", self.readme().into_bytes()),
            ("items.csv", to_csv(&self.list())),
            ("custody.csv", to_csv(&self.custody())),
            ("sheet.html", self.sheet().into_bytes()),
        ];
        let mut sums = String::new();
        let mut line = |hash: &str, name: &str| {
            sums.push_str(&format!("{hash}  {name}\n"));
        };
        for (name, bytes) in &parts {
            line(&blob::hex(&Sha256::digest(bytes)), name);
        }
        for (_, name, blob) in files {
            line(&blob::hex(&blob.sha256), name);
        }
        parts.push(("SHA256SUMS", sums.into_bytes()));
        parts
    }

    fn at(&self, time: Option<Time>) -> String {
        time.map_or_else(String::new, |t| t.show(self.ctx.lang, &self.ctx.zone))
    }

    fn person(&self, item: &Record, field: &str) -> String {
        item.ids(field).first().and_then(|id| self.people.get(*id)).cloned().unwrap_or_default()
    }

    fn readme(&self) -> String {
        format!(
            "証拠の写し / Copies of evidence\n\n\
             番号 / number: {}\n案件 / incident: {}\n渡す相手 / for: {}\n目的 / purpose: {}\n\
             書き出し / exported: {} {}\n件数 / items: {} ({} files)\n\n\
             確かめ方 / How to check, in this folder:\n  sha256sum -c SHA256SUMS\n\n\
             原本は変わっていません。この写しの書き出しは記録に残っています。\n\
             Originals are unaltered. This export stands in the record.\n\
             files/ には有害なプログラムが入っていることがあります。隔離した環境で開いてください。\n\
             files/ may hold malware. Open them in an isolated place only.\n",
            self.number,
            self.incident.title(),
            self.ask.receiver.trim(),
            self.ask.purpose.trim(),
            self.at(Some(self.made_at)),
            self.by,
            self.items.len(),
            self.names.len(),
        )
    }

    /// One row an item.
    fn list(&self) -> Sheet {
        let rows = self.items.iter().enumerate().map(|(n, e)| {
            let kind = EvidenceKind::from_id(e.text("kind")).map(|k| k.label().get(self.ctx.lang));
            let text = |t: &str| Cell::from(t);
            let piece = Piece::from_id(e.text("piece")).map(|p| p.label().get(self.ctx.lang));
            let of = e.ids("copy_of").first().map(|id| (*id).to_owned());
            let original = of.map_or_else(String::new, |id| {
                let named = self.items.iter().position(|i| i.id.as_str() == id);
                named.map_or(id, |at| (at + 1).to_string())
            });
            vec![
                Cell::Int(i64::try_from(n + 1).unwrap_or(i64::MAX)),
                text(e.text("name")),
                text(kind.unwrap_or_default()),
                text(e.text("origin")),
                text(&self.person(e, "taken_by")),
                text(&self.at(e.time("taken_at"))),
                text(e.text("method")),
                text(e.text("tool_version")),
                text(e.text("time_source")),
                text(piece.unwrap_or_default()),
                text(&original),
                text(&self.person(e, "examiner")),
                text(e.text("medium")),
                text(e.text("storage")),
                text(&evidence::digest(e)),
                e.int("size").map_or(Cell::Empty, Cell::Int),
                text(e.text("file_name")),
                text(self.names.get(&e.id).map_or("", String::as_str)),
                text(e.id.as_str()),
                Cell::Int(i64::from(e.rev)),
            ]
        });
        Sheet { title: "items".into(), columns: columns(&ITEM_COLUMNS), rows: rows.collect() }
    }

    /// One row a hand-over, and the export itself at the end of each item's chain.
    fn custody(&self) -> Sheet {
        let mut rows = Vec::new();
        for (n, e) in self.items.iter().enumerate() {
            let text = |row: &Body, f: &str| {
                row.get(f).and_then(Value::as_str).map_or(Cell::Empty, Cell::from)
            };
            let number = i64::try_from(n + 1).unwrap_or(i64::MAX);
            let first = |event: &str| vec![Cell::Int(number), e.text("name").into(), event.into()];
            let mut taken = first("採取 / taken");
            taken.extend([
                Cell::from(self.at(e.time("taken_at")).as_str()),
                e.text("origin").into(),
                self.person(e, "taken_by").as_str().into(),
                e.text("method").into(),
            ]);
            rows.push(taken);
            let mut moves: Vec<&Body> = e.rows("custody").collect();
            moves.sort_by_key(|r| r.get("at").and_then(Value::as_i64));
            for row in moves {
                let at = row.get("at").and_then(Value::as_i64).map(Time::from_millis);
                let mut line = first("受け渡し / hand-over");
                line.extend([
                    Cell::from(self.at(at).as_str()),
                    text(row, "from"),
                    text(row, "to"),
                    text(row, "why"),
                ]);
                rows.push(line);
            }
            let mut copy = first("写しの書き出し / copy exported");
            copy.extend([
                Cell::from(self.at(Some(self.made_at)).as_str()),
                self.by.into(),
                self.ask.receiver.trim().into(),
                self.ask.purpose.trim().into(),
            ]);
            rows.push(copy);
        }
        Sheet { title: "custody".into(), columns: columns(&CUSTODY_COLUMNS), rows }
    }

    /// The same for reading and printing.
    fn sheet(&self) -> String {
        let title = self.ctx.lang.t("証拠の一覧と受け渡し", "Evidence and chain of custody");
        let lang = match self.ctx.lang {
            Lang::Ja => "ja",
            Lang::En => "en",
        };
        let mut out = format!(
            "<!doctype html><html lang=\"{lang}\"><meta charset=\"utf-8\"><title>{} {}</title>\
             <h1>{}</h1><pre>{}</pre>",
            esc(self.number),
            esc(title),
            esc(title),
            esc(&self.readme()),
        );
        for sheet in [self.list(), self.custody()] {
            out.push_str("<table border=\"1\"><thead><tr>");
            for column in &sheet.columns {
                // Writing into a string cannot fail.
                let _ = write!(out, "<th>{}</th>", esc(&column.label));
            }
            out.push_str("</tr></thead><tbody>");
            for row in &sheet.rows {
                out.push_str("<tr>");
                for cell in row {
                    let _ = write!(out, "<td>{}</td>", esc(&cell.text()));
                }
                out.push_str("</tr>");
            }
            out.push_str("</tbody></table>");
        }
        out.push_str("</html>\n");
        out
    }
}

const ITEM_COLUMNS: [(&str, &str); 20] = [
    ("no", "番号 / no."),
    ("item", "名称 / item"),
    ("kind", "種類 / kind"),
    ("origin", "出所 / origin"),
    ("taken_by", "採取した人 / taken by"),
    ("taken_at", "採取した日時 / taken at"),
    ("method", "方法・ツール / method"),
    ("tool_version", "ツールの版 / tool version"),
    ("time_source", "時刻の基準 / time source"),
    ("piece", "原本・写し / original or copy"),
    ("copy_of", "原本の番号 / copy of no."),
    ("examiner", "調べた人 / examiner"),
    ("medium", "外部媒体 / medium"),
    ("storage", "保管場所 / stored at"),
    ("sha256", "SHA-256"),
    ("size", "バイト / bytes"),
    ("file_name", "元のファイル名 / original name"),
    ("file", "この中の名前 / name here"),
    ("id", "ID"),
    ("rev", "版 / revision"),
];

const CUSTODY_COLUMNS: [(&str, &str); 7] = [
    ("no", "番号 / no."),
    ("item", "名称 / item"),
    ("event", "出来事 / event"),
    ("at", "日時 / when"),
    ("from", "渡した人・出所 / from"),
    ("to", "受け取った人 / to"),
    ("why", "理由・方法 / reason or method"),
];

fn columns(of: &[(&str, &str)]) -> Vec<Column> {
    of.iter().map(|(id, label)| Column::new(*id, *label, ColumnKind::Text)).collect()
}

fn esc(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
