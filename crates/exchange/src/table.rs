//! Tables of any supported format.

use crate::encoding::{Encoding, decode};
use crate::error::{ExchangeError, Place};
use crate::{archive, csv, xlsx};

/// What is accepted at most. The defaults suit an import by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows with content, heading not counted.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
    /// Cells in all, empty ones counted: rows times columns.
    pub cells: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
    /// Characters of all cells together.
    pub total_chars: usize,
    /// Parts of an XLSX archive.
    pub parts: u64,
    /// Bytes of an XLSX archive when unpacked.
    pub unpacked_bytes: u64,
    /// How many times larger an XLSX archive may become; small ones are exempt.
    pub ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            bytes: 20 * MIB,
            rows: 100_000,
            columns: 500,
            cells: 5_000_000,
            cell_chars: 32_767,
            total_chars: 50_000_000,
            parts: 1_000,
            unpacked_bytes: 200 * MIB,
            ratio: 200,
        }
    }
}

/// Kind of file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Separated text.
    Csv {
        /// What separates the cells.
        separator: char,
    },
    /// Excel workbook.
    Xlsx {
        /// The sheet that was read.
        sheet: String,
        /// Other visible sheets, which were not.
        not_read: Vec<String>,
    },
}

/// Heading of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnHead {
    /// The heading, blanks at both ends removed.
    pub label: String,
    /// Field id, when the file is an export of ours and the heading is unchanged.
    pub id: Option<String>,
}

/// A row with content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Row number as a spreadsheet shows it; the first is 1.
    pub line: u32,
    /// One cell for every column; empty text where there is nothing.
    pub cells: Vec<String>,
}

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Columns in order.
    pub columns: Vec<ColumnHead>,
    /// Rows with content in order.
    pub rows: Vec<Row>,
    /// Encoding of a text file; `None` for a workbook.
    pub encoding: Option<Encoding>,
    /// Kind of file.
    pub format: Format,
}

/// Reads a table, told by content. `name_hint` is the file name as the user gave
/// it; it decides only whether text is separated by tabs.
///
/// # Errors
/// Says what is wrong and where; see [`ExchangeError::message`].
pub fn read_table(bytes: &[u8], name_hint: &str, limits: &Limits) -> Result<Table, ExchangeError> {
    let size = bytes.len() as u64;
    if size > limits.bytes {
        return Err(ExchangeError::TooLarge { bytes: size, limit: limits.bytes });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        archive::check(bytes, limits)?;
        return xlsx::read(bytes, limits);
    }
    if let Some(error) = foreign(bytes) {
        return Err(error);
    }
    let (text, encoding) = decode(bytes)?;
    if let Some(before) = text.split('\0').next().filter(|part| part.len() < text.len()) {
        let line = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX - 1) + 1;
        return Err(ExchangeError::NotText { line });
    }
    let separator = csv::separator(&text, name_hint);
    let mut collector = Collector::new(limits);
    csv::parse(&text, separator, &mut collector)?;
    let (columns, rows) = collector.finish(&[])?;
    Ok(Table { columns, rows, encoding: Some(encoding), format: Format::Csv { separator } })
}

/// Recognises files that people send by mistake.
fn foreign(bytes: &[u8]) -> Option<ExchangeError> {
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return Some(ExchangeError::OldOrLockedWorkbook);
    }
    let known: [(&[u8], &str, &str); 7] = [
        (b"%PDF", "PDF", "a PDF"),
        (b"\x89PNG", "画像", "a picture"),
        (b"\xff\xd8\xff", "画像", "a picture"),
        (b"GIF8", "画像", "a picture"),
        (b"PK", "圧縮ファイル", "an archive"),
        (b"\x1f\x8b", "圧縮ファイル", "an archive"),
        (b"7z\xbc\xaf", "圧縮ファイル", "an archive"),
    ];
    let (_, ja, en) = known.iter().find(|(magic, _, _)| bytes.starts_with(magic))?;
    Some(ExchangeError::UnknownFormat { ja, en })
}

/// Takes rows as a reader finds them, checks them against the limits, and keeps
/// those with content.
pub(crate) struct Collector<'a> {
    limits: &'a Limits,
    rows: Vec<Row>,
    chars: usize,
    cells: usize,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self { limits, rows: Vec::new(), chars: 0, cells: 0 }
    }

    /// Checks the length of a cell and counts it.
    pub(crate) fn check_cell(&mut self, place: Place, text: &str) -> Result<(), ExchangeError> {
        if place.column >= self.limits.columns && !text.is_empty() {
            return Err(ExchangeError::TooManyColumns { place, limit: self.limits.columns });
        }
        // Counting characters only where bytes alone do not settle it.
        let length = if text.len() > self.limits.cell_chars { text.chars().count() } else { 0 };
        if length > self.limits.cell_chars {
            return Err(ExchangeError::CellTooLong { place, limit: self.limits.cell_chars });
        }
        self.chars += text.chars().count();
        if self.chars > self.limits.total_chars {
            return Err(ExchangeError::TooMuchText { limit: self.limits.total_chars });
        }
        Ok(())
    }

    /// Takes a row whose cells were checked; one without content is left out.
    pub(crate) fn push(&mut self, line: u32, cells: Vec<String>) -> Result<(), ExchangeError> {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        // The heading is one more than the rows allowed.
        if self.rows.len() as u64 > u64::from(self.limits.rows) {
            return Err(ExchangeError::TooManyRows { limit: self.limits.rows });
        }
        self.cells += cells.len();
        self.check_cells(self.cells)?;
        self.rows.push(Row { line, cells });
        Ok(())
    }

    /// Cells that a row may have; empty ones beyond it are dropped by the reader.
    pub(crate) fn columns(&self) -> usize {
        usize::try_from(self.limits.columns).unwrap_or(usize::MAX)
    }

    fn check_cells(&self, cells: usize) -> Result<(), ExchangeError> {
        if cells > self.limits.cells {
            return Err(ExchangeError::TooManyCells { limit: self.limits.cells });
        }
        Ok(())
    }

    /// Makes the first row the heading and every other row as wide. `ids` are pairs
    /// of label and field id from the hidden sheet.
    pub(crate) fn finish(
        self,
        ids: &[(String, String)],
    ) -> Result<(Vec<ColumnHead>, Vec<Row>), ExchangeError> {
        let widest = self.rows.first().map_or(0, |head| head.cells.len());
        self.check_cells(widest.saturating_mul(self.rows.len()))?;
        let mut rows = self.rows.into_iter();
        let head = rows.next().ok_or(ExchangeError::Empty)?;
        let mut columns: Vec<ColumnHead> = Vec::new();
        for cell in &head.cells {
            let label = unguard(cell).trim().to_owned();
            let before = columns.iter().filter(|c| c.label == label).count();
            let id = ids.iter().filter(|(l, _)| *l == label).nth(before).map(|(_, id)| id.clone());
            columns.push(ColumnHead { label, id });
        }
        while columns.last().is_some_and(|c| c.label.is_empty()) {
            columns.pop();
        }
        let mut out = Vec::with_capacity(rows.len());
        for mut row in rows {
            for (index, cell) in row.cells.iter_mut().enumerate() {
                let headed = columns.get(index).is_some_and(|c| !c.label.is_empty());
                if !headed && !cell.trim().is_empty() {
                    let column = u32::try_from(index).unwrap_or(u32::MAX);
                    return Err(ExchangeError::NoHeading(Place { row: row.line, column }));
                }
                if guarded(cell) {
                    cell.remove(0);
                }
            }
            row.cells.resize(columns.len(), String::new());
            out.push(row);
        }
        Ok((columns, out))
    }
}

/// Signs that a guarding apostrophe stands before.
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

fn guarded(text: &str) -> bool {
    text.starts_with('\'') && text.trim_start_matches('\'').starts_with(TRIGGERS)
}

/// Takes off the one apostrophe that guards against formulas.
pub(crate) fn unguard(text: &str) -> &str {
    if guarded(text) { &text[1..] } else { text }
}
