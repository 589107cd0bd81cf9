//! Workbooks, cell by cell.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::error::{ExchangeError, Place};
use crate::table::{Collector, Format, Limits, Table, unguard};

/// Hidden sheet of our own exports: position, id, label, kind.
const ID_SHEET: &str = "_okiagari";

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;
type Grid = BTreeMap<u32, BTreeMap<u32, String>>;

/// Reads the first visible sheet of an archive that was measured before.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, ExchangeError> {
    // The parser below is not ours; should it panic on a file nobody foresaw, the
    // user still gets an answer.
    catch_unwind(AssertUnwindSafe(|| read_book(bytes, limits))).unwrap_or_else(|_| {
        Err(ExchangeError::BrokenWorkbook { detail: "the reader gave up".to_owned() })
    })
}

fn read_book(bytes: &[u8], limits: &Limits) -> Result<Table, ExchangeError> {
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut visible: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .filter(|s| s.name != ID_SHEET)
        .map(|s| s.name.clone())
        .collect();
    if visible.is_empty() {
        return Err(ExchangeError::NoSheet);
    }
    let sheet = visible.remove(0);
    let mut collector = Collector::new(limits);
    let grid = read_grid(&mut book, &sheet, limits, &mut collector)?;
    for (line, mut cells) in grid {
        let width = cells.last_key_value().map_or(0, |(column, _)| column + 1);
        let row = (0..width).map(|column| cells.remove(&column).unwrap_or_default()).collect();
        collector.push(line + 1, row)?;
    }
    let ids = read_ids(&mut book, limits)?;
    let (columns, rows) = collector.finish(&ids)?;
    let format = Format::Xlsx { sheet, not_read: visible };
    Ok(Table { columns, rows, encoding: None, format })
}

/// Cells of a sheet by row and column, empty ones left out. The claimed size of the
/// sheet is ignored.
fn read_grid(
    book: &mut Book<'_>,
    sheet: &str,
    limits: &Limits,
    collector: &mut Collector<'_>,
) -> Result<Grid, ExchangeError> {
    let mut grid = Grid::new();
    let mut reader = book.worksheet_cells_reader(sheet).map_err(broken)?;
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let place = Place { row: row.saturating_add(1), column };
        let text = text_of(cell.get_value(), place)?;
        if text.is_empty() {
            continue;
        }
        collector.check_cell(place, &text)?;
        grid.entry(row).or_default().insert(column, text);
        // One more than the rows for the heading.
        if grid.len() as u64 > u64::from(limits.rows) + 1 {
            return Err(ExchangeError::TooManyRows { limit: limits.rows });
        }
    }
    Ok(grid)
}

/// Label and id of every column, from the hidden sheet where there is one.
fn read_ids(book: &mut Book<'_>, limits: &Limits) -> Result<Vec<(String, String)>, ExchangeError> {
    if !book.sheets_metadata().iter().any(|s| s.name == ID_SHEET) {
        return Ok(Vec::new());
    }
    let grid = read_grid(book, ID_SHEET, limits, &mut Collector::new(limits))?;
    let pair = |cells: &BTreeMap<u32, String>| {
        let label = unguard(cells.get(&2)?).trim().to_owned();
        Some((label, cells.get(&1)?.clone()))
    };
    Ok(grid.values().skip(1).filter_map(pair).collect())
}

fn text_of(value: &DataRef<'_>, place: Place) -> Result<String, ExchangeError> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => number(*value),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(value) => moment(value),
        DataRef::Error(error) => {
            return Err(ExchangeError::FormulaError { place, shown: error.to_string() });
        }
    })
}

/// A number with the fifteen digits that a spreadsheet shows.
fn number(value: f64) -> String {
    let rounded = format!("{value:.14e}").parse::<f64>().unwrap_or(value);
    (rounded + 0.0).to_string()
}

/// ISO text: a date, a time of day, both, or a span as `h:mm:ss`.
fn moment(value: &ExcelDateTime) -> String {
    let serial = value.as_f64();
    if value.is_duration() {
        let seconds = (serial.abs() * 86_400.0).round() as u64;
        let sign = if serial < 0.0 { "-" } else { "" };
        return format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = value.to_ymd_hms_milli();
    let mut time = format!("{hour:02}:{minute:02}:{second:02}");
    if milli > 0 {
        time.push_str(&format!(".{milli:03}"));
    }
    if (0.0..1.0).contains(&serial) {
        return time;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second, milli) == (0, 0, 0, 0) { date } else { format!("{date}T{time}") }
}

fn broken(error: XlsxError) -> ExchangeError {
    ExchangeError::BrokenWorkbook { detail: error.to_string() }
}
