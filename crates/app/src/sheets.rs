//! Lists as sheets, and sheets as changes: idempotent, with preview and row errors.

use crate::error::AppError;
use crate::facade::{App, Ctx};
use crate::read::{ListRequest, Names};
use okiagari_exchange::{ColumnHead, Limits, Row, read_table};
use okiagari_model::respond::access_entry::Way;
use okiagari_model::{
    Body, Change, FieldDef, FieldKind, FieldProblem, Message, Record, RecordId, RegisterDef, Value,
    policy, policy::Action, validate,
};
use okiagari_press::{Cell, Column, ColumnKind, Sheet};
use std::collections::HashMap;

/// The most rows an export gives.
pub const EXPORT_ROWS: usize = 50_000;
/// Column that names the record a row came from, so that a second import changes instead of adds.
pub const ID_COLUMN: &str = "_id";

/// Kind of sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSV for Excel: UTF-8 with BOM.
    Csv,
    /// XLSX.
    Xlsx,
}

/// What importing a row would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowAction {
    /// Makes a record.
    New,
    /// Changes one.
    Change,
    /// Is already so.
    Same,
    /// Cannot be taken.
    Refused,
}

/// A row of an import.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Line in the sheet, as the spreadsheet shows it.
    pub line: u32,
    /// What it would do, or did.
    pub action: RowAction,
    /// What names it.
    pub title: String,
    /// What is wrong with it.
    pub problems: Vec<FieldProblem>,
}

/// What an import would do.
#[derive(Debug)]
pub struct ImportPreview {
    /// Columns of the sheet, each with the field it goes to.
    pub columns: Vec<(String, Option<&'static FieldDef>)>,
    /// Rows.
    pub rows: Vec<ImportRow>,
}

impl ImportPreview {
    /// How many rows do this.
    pub fn count(&self, action: RowAction) -> usize {
        self.rows.iter().filter(|r| r.action == action).count()
    }
}

/// Headings with the fields they go to.
type Columns = Vec<(String, Option<&'static FieldDef>)>;

/// A row made ready.
struct Ready {
    row: ImportRow,
    change: Option<Change>,
}

impl App {
    /// The filtered list as a sheet: every field of the register, in its order.
    ///
    /// # Errors
    /// Those of the list.
    pub fn export(
        &self,
        ctx: &Ctx,
        request: &ListRequest,
        format: Format,
    ) -> Result<Vec<u8>, AppError> {
        let mut records = Vec::new();
        let mut names = Vec::new();
        let mut request = ListRequest { limit: 500, ..request.clone() };
        loop {
            let page = self.list(ctx, &request)?;
            names.push((records.len(), page.names));
            records.extend(page.records);
            match page.next {
                Some(next) if records.len() < EXPORT_ROWS => request.after = Some(next),
                _ => break,
            }
        }
        let mut cases: Vec<&str> = Vec::new();
        for record in &records {
            // One note a case, not one a line.
            let case = if record.def.id == "incident" {
                vec![record.id.as_str()]
            } else {
                record.ids("incident")
            };
            if case.iter().any(|c| !cases.contains(c)) {
                self.note_opening(ctx, record, Way::Export)?;
                cases.extend(case);
            }
        }
        let name_of =
            |index: usize| names.iter().rev().find(|(from, _)| *from <= index).map(|(_, n)| n);
        let sheet = Sheet {
            title: request.def.label.get(ctx.lang).to_owned(),
            columns: columns(request.def, ctx),
            rows: records.iter().enumerate().map(|(i, r)| row(r, name_of(i), ctx)).collect(),
        };
        match format {
            Format::Csv => Ok(okiagari_press::to_csv(&sheet)),
            Format::Xlsx => okiagari_press::to_xlsx(&sheet, self.now().millis())
                .map_err(|e| AppError::Internal(e.to_string())),
        }
    }

    /// What an import would do. Changes nothing.
    ///
    /// # Errors
    /// Where the file cannot be read as a table at all.
    pub fn import_preview(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        bytes: &[u8],
        file_name: &str,
    ) -> Result<ImportPreview, AppError> {
        let (columns, ready) = self.make_ready(ctx, def, bytes, file_name)?;
        Ok(ImportPreview { columns, rows: ready.into_iter().map(|r| r.row).collect() })
    }

    /// Imports: every row is a change of its own. The same file a second time changes nothing.
    ///
    /// # Errors
    /// Where the file cannot be read as a table at all.
    pub fn import_apply(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        bytes: &[u8],
        file_name: &str,
    ) -> Result<ImportPreview, AppError> {
        let (columns, ready) = self.make_ready(ctx, def, bytes, file_name)?;
        let mut rows = Vec::new();
        for Ready { mut row, change } in ready {
            if let Some(change) = change
                && let Err(e) = self.change(ctx, change)
            {
                row.action = RowAction::Refused;
                row.problems = match e {
                    AppError::Fields(list) => list,
                    other => vec![FieldProblem::new("", "refused", other.message())],
                };
            }
            rows.push(row);
        }
        Ok(ImportPreview { columns, rows })
    }

    fn make_ready(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        bytes: &[u8],
        file_name: &str,
    ) -> Result<(Columns, Vec<Ready>), AppError> {
        if policy::rows(&ctx.subject, def, Action::Create).is_nothing() {
            return Err(AppError::Forbidden("import"));
        }
        let table = read_table(bytes, file_name, &Limits::default())
            .map_err(|e| AppError::Input(Message::new(e.message(true), e.message(false))))?;
        let fields: Vec<Option<&'static FieldDef>> =
            table.columns.iter().map(|c| field_of(def, c)).collect();
        if fields.iter().all(Option::is_none) {
            let known: Vec<&str> =
                def.fields.iter().filter(|f| !f.system).map(|f| f.label.ja).collect();
            return Err(AppError::input(
                format!(
                    "列の見出しが「{}」の項目と一つも合いません。使える見出し: {}",
                    def.label.ja,
                    known.join("、")
                ),
                format!(
                    "No column heading matches a field of {}. Export the list once to get the headings.",
                    def.label.en
                ),
            ));
        }
        let id_column = table
            .columns
            .iter()
            .position(|c| c.label == ID_COLUMN || c.id.as_deref() == Some(ID_COLUMN));
        let existing = self.by_title(ctx, def)?;
        let mut references: HashMap<(String, String), Option<RecordId>> = HashMap::new();
        let mut ready = Vec::new();
        for row in &table.rows {
            let mut problems = Vec::new();
            let mut body = Body::new();
            for (field, cell) in fields.iter().zip(&row.cells) {
                let Some(field) = field else { continue };
                match self.cell_value(ctx, field, cell, &mut references) {
                    Ok(Some(value)) => {
                        body.insert(field.id.to_owned(), value);
                    }
                    Ok(None) => {}
                    Err(problem) => problems.push(problem),
                }
            }
            let known = id_column
                .and_then(|i| row.cells.get(i))
                .and_then(|id| RecordId::parse(id))
                .or_else(|| title_key(def, &body).and_then(|t| existing.get(&t).cloned()));
            ready.push(self.ready_row(ctx, def, row, body, known, problems)?);
        }
        let columns = table.columns.into_iter().map(|c| c.label).zip(fields).collect();
        Ok((columns, ready))
    }

    /// Records by their title, for recognising rows. Bounded as the export is.
    fn by_title(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
    ) -> Result<HashMap<String, RecordId>, AppError> {
        let mut found = HashMap::new();
        if policy::rows(&ctx.subject, def, Action::Read).is_nothing() {
            return Ok(found);
        }
        let mut request = ListRequest::first(def, 500);
        loop {
            let page = self.list(ctx, &request)?;
            for r in &page.records {
                if let Some(key) = title_key(def, &r.body) {
                    found.entry(key).or_insert_with(|| r.id.clone());
                }
            }
            match page.next {
                Some(next) if found.len() < EXPORT_ROWS => request.after = Some(next),
                _ => return Ok(found),
            }
        }
    }

    /// A cell as a value. References may be given by id or by name.
    fn cell_value(
        &self,
        ctx: &Ctx,
        field: &'static FieldDef,
        cell: &str,
        references: &mut HashMap<(String, String), Option<RecordId>>,
    ) -> Result<Option<Value>, FieldProblem> {
        let (register, many) = match field.kind {
            FieldKind::Ref(r) => (r, false),
            FieldKind::Refs(r) => (r, true),
            _ => return validate::from_text(field, cell, &ctx.zone),
        };
        let mut ids = Vec::new();
        for name in cell.split(['\n', ';', '、']).map(str::trim).filter(|n| !n.is_empty()) {
            let key = (register.to_owned(), name.to_owned());
            let id = match references.get(&key) {
                Some(id) => id.clone(),
                None => {
                    let id = self
                        .resolve(ctx, register, name)
                        .map_err(|e| FieldProblem::new(field.id, "no_such_record", e.message()))?;
                    references.insert(key, id.clone());
                    id
                }
            };
            match id {
                Some(id) => ids.push(Value::from(id.as_str())),
                None => {
                    return Err(FieldProblem::new(
                        field.id,
                        "no_such_record",
                        Message::new(
                            format!(
                                "「{}」の「{name}」が見つかりません。先に登録するか、名前を直してください。",
                                field.label.ja
                            ),
                            format!(
                                "\"{name}\" was not found for \"{}\". Register it first, or correct the name.",
                                field.label.en
                            ),
                        ),
                    ));
                }
            }
        }
        Ok(match (many, ids.is_empty()) {
            (_, true) => None,
            (true, _) => Some(Value::Array(ids)),
            (false, _) => ids.into_iter().next(),
        })
    }

    /// A record by its id or its exact title, as far as the person may see it.
    fn resolve(&self, ctx: &Ctx, register: &str, name: &str) -> Result<Option<RecordId>, AppError> {
        let found = self.suggest(ctx, register, name)?;
        let exact = found.iter().find(|(id, title)| id.as_str() == name || title == name);
        if exact.is_some() {
            return Ok(exact.map(|(id, _)| id.clone()));
        }
        let Some(def) = okiagari_model::register(register) else { return Ok(None) };
        match RecordId::parse(name) {
            Some(id) => Ok(self.record(ctx, def, &id, None).ok().map(|v| v.record.id)),
            None => Ok(None),
        }
    }

    fn ready_row(
        &self,
        ctx: &Ctx,
        def: &'static RegisterDef,
        row: &Row,
        body: Body,
        known: Option<RecordId>,
        mut problems: Vec<FieldProblem>,
    ) -> Result<Ready, AppError> {
        let title = title_key(def, &body).unwrap_or_default();
        let current = match &known {
            Some(id) => self.record(ctx, def, id, None).ok().map(|v| v.record),
            None => None,
        };
        let mut whole = current.as_ref().map(|c| c.body.clone()).unwrap_or_default();
        whole.extend(body.clone());
        problems.extend(validate::check(def, &whole, true));
        let (action, change) = match current {
            _ if !problems.is_empty() => (RowAction::Refused, None),
            None => (RowAction::New, Some(Change::Create { def, body, reason: None })),
            Some(current) if whole == current.body => (RowAction::Same, None),
            Some(current) => {
                let reason = Some(ctx.lang.t("表の取り込み", "Import of a sheet").to_owned());
                let change = Change::Edit {
                    def,
                    id: current.id.clone(),
                    rev: current.rev,
                    patch: body,
                    reason,
                };
                (RowAction::Change, Some(change))
            }
        };
        Ok(Ready { row: ImportRow { line: row.line, action, title, problems }, change })
    }
}

fn field_of(def: &'static RegisterDef, column: &ColumnHead) -> Option<&'static FieldDef> {
    let usable = |f: &&FieldDef| !f.system && !f.deprecated;
    if let Some(id) = &column.id {
        return def.field(id).filter(|f| usable(f));
    }
    def.fields.iter().filter(usable).find(|f| {
        f.id == column.label
            || f.label.ja == column.label
            || f.label.en.eq_ignore_ascii_case(&column.label)
    })
}

fn title_key(def: &RegisterDef, body: &Body) -> Option<String> {
    body.get(def.title_field()?.id)?.as_str().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

fn columns(def: &'static RegisterDef, ctx: &Ctx) -> Vec<Column> {
    let id = Column { id: ID_COLUMN.into(), label: ID_COLUMN.into(), kind: ColumnKind::Text };
    let fields = def.fields.iter().filter(|f| !f.deprecated).map(|f| Column {
        id: f.id.into(),
        label: f.label.get(ctx.lang).into(),
        kind: match f.kind {
            FieldKind::Int | FieldKind::Minutes | FieldKind::Yen => ColumnKind::Int,
            FieldKind::Date => ColumnKind::Date,
            FieldKind::Time => ColumnKind::Time,
            FieldKind::Bool => ColumnKind::Bool,
            _ => ColumnKind::Text,
        },
    });
    std::iter::once(id).chain(fields).collect()
}

fn row(record: &Record, names: Option<&Names>, ctx: &Ctx) -> Vec<Cell> {
    let id = Cell::Text(record.id.as_str().to_owned());
    let fields = record.def.fields.iter().filter(|f| !f.deprecated);
    std::iter::once(id).chain(fields.map(|f| cell(record, f, names, ctx))).collect()
}

fn cell(record: &Record, field: &FieldDef, names: Option<&Names>, ctx: &Ctx) -> Cell {
    let Some(value) = record.body.get(field.id) else { return Cell::Empty };
    match field.kind {
        FieldKind::Int | FieldKind::Minutes | FieldKind::Yen => {
            value.as_i64().map_or(Cell::Empty, Cell::Int)
        }
        FieldKind::Date => Cell::Date(value.as_str().unwrap_or_default().to_owned()),
        FieldKind::Time => {
            let ms = value.as_i64().unwrap_or_default();
            let shown =
                okiagari_model::Time::from_millis(ms).input_value(&ctx.zone).replace('T', " ");
            Cell::Time { ms, shown }
        }
        FieldKind::Bool => Cell::Bool(value.as_bool().unwrap_or_default()),
        FieldKind::Ref(register) | FieldKind::Refs(register) => {
            let ids = record.ids(field.id);
            let shown: Vec<&str> = ids
                .iter()
                .map(|id| names.and_then(|n| n.get(register, id)).unwrap_or(id))
                .collect();
            Cell::Text(shown.join("\n"))
        }
        // One a line, as the import reads lists.
        FieldKind::Choices(set) => {
            let labels = record.ids(field.id).into_iter();
            let shown: Vec<&str> =
                labels.map(|id| set.option(id).map_or(id, |o| o.label.get(ctx.lang))).collect();
            Cell::Text(shown.join("\n"))
        }
        FieldKind::Texts => Cell::Text(record.ids(field.id).join("\n")),
        FieldKind::Rows(_) => Cell::Text(value.to_string()),
        _ => Cell::Text(validate::show(field, value, ctx.lang, &ctx.zone)),
    }
}
