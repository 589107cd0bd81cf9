//! What a table looks like before it becomes a file, and the CSV writer.

/// Language of the words that this room adds itself (axis words, legends).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Japanese, the default.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Picks the wording of this language.
    pub(crate) fn pick(self, ja: &'static str, en: &'static str) -> &'static str {
        match self {
            Lang::Ja => ja,
            Lang::En => en,
        }
    }
}

/// What a column holds. Written to the hidden sheet of an XLSX file so that a
/// re-import knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Free text.
    Text,
    /// Whole number.
    Int,
    /// Number with decimals.
    Number,
    /// Calendar date.
    Date,
    /// Moment in time.
    Time,
    /// Yes or no.
    Bool,
    /// One of a fixed set.
    Choice,
    /// Several values.
    List,
    /// Points at another record.
    Reference,
}

impl ColumnKind {
    /// Stable word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            ColumnKind::Text => "text",
            ColumnKind::Int => "int",
            ColumnKind::Number => "number",
            ColumnKind::Date => "date",
            ColumnKind::Time => "time",
            ColumnKind::Bool => "bool",
            ColumnKind::Choice => "choice",
            ColumnKind::List => "list",
            ColumnKind::Reference => "reference",
        }
    }
}

/// One column of a [`Sheet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Stable field id, for the re-import.
    pub id: String,
    /// What the reader sees, in the sheet's language.
    pub label: String,
    /// What the column holds.
    pub kind: ColumnKind,
}

impl Column {
    /// A column from its three parts.
    pub fn new(id: impl Into<String>, label: impl Into<String>, kind: ColumnKind) -> Self {
        Self { id: id.into(), label: label.into(), kind }
    }
}

/// One cell of a [`Sheet`].
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing known.
    Empty,
    /// Text, possibly of several lines.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Number with decimals.
    Number(f64),
    /// Calendar date as ISO 8601 text, `2026-11-21`.
    Date(String),
    /// A moment.
    Time {
        /// Milliseconds since 1970-01-01T00:00:00Z.
        ms: i64,
        /// The same in the organisation's time zone and language, as shown.
        shown: String,
    },
    /// Yes or no; written `true` or `false`.
    Bool(bool),
    /// One of a fixed set.
    Choice {
        /// Stable id of the choice.
        id: String,
        /// What the reader sees; this is what files hold.
        label: String,
    },
    /// Several values; one line each within the cell.
    List(Vec<String>),
}

impl Cell {
    /// Text of any kind of cell, without the formula guard.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Date(text) => text.clone(),
            Cell::Int(value) => value.to_string(),
            Cell::Number(value) => value.to_string(),
            Cell::Time { shown, .. } => shown.clone(),
            Cell::Bool(value) => value.to_string(),
            Cell::Choice { label, .. } => label.clone(),
            Cell::List(values) => {
                values.iter().map(|v| v.replace('\n', " ")).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// Numbers are never guarded: `-5` is meant to be a number.
    fn is_number(&self) -> bool {
        matches!(self, Cell::Int(_) | Cell::Number(_))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }
}

/// A table with a title, ready to be written as a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Title: name of the XLSX sheet (shortened to what the format allows).
    pub title: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Rows; each has at most as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// Signs that make a spreadsheet read a cell as a formula, full-width forms
/// included (Japanese spreadsheets read those too).
const TRIGGERS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Whether the text begins with a formula sign after any leading apostrophes.
pub(crate) fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(TRIGGERS)
}

/// Puts a `'` before a text that a spreadsheet could run as a formula. A text
/// that already has apostrophes before such a sign gets one more, so that taking
/// off exactly one is always the way back.
pub fn guard_formula(text: &str) -> String {
    if looks_like_formula(text) { format!("'{text}") } else { text.to_owned() }
}

/// Writes the sheet as CSV: UTF-8 with byte-order mark, CRLF, RFC 4180 quoting,
/// first row the labels. Short rows are filled with empty cells.
pub fn to_csv(sheet: &Sheet) -> Vec<u8> {
    let mut out = String::from('\u{feff}');
    let labels = sheet.columns.iter().map(|c| guard_formula(&c.label));
    push_row(&mut out, labels, sheet.columns.len());
    for row in &sheet.rows {
        let cells = row.iter().map(|cell| {
            let text = cell.text();
            if cell.is_number() { text } else { guard_formula(&text) }
        });
        push_row(&mut out, cells, sheet.columns.len());
    }
    out.into_bytes()
}

fn push_row(out: &mut String, cells: impl Iterator<Item = String>, width: usize) {
    let mut written = 0;
    for cell in cells {
        if written > 0 {
            out.push(',');
        }
        push_field(out, &cell, width == 1);
        written += 1;
    }
    for missing in written..width {
        if missing > 0 {
            out.push(',');
        }
        push_field(out, "", width == 1);
    }
    out.push_str("\r\n");
}

/// A lone empty field is quoted, because a blank line reads as no row at all.
fn push_field(out: &mut String, field: &str, alone: bool) {
    let quote = field.contains(['"', ',', '\r', '\n'])
        || field.starts_with([' ', '\t'])
        || field.ends_with([' ', '\t'])
        || (alone && field.is_empty());
    if quote {
        out.push('"');
        out.push_str(&field.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: Vec<Vec<Cell>>) -> Sheet {
        Sheet {
            title: "資産".into(),
            columns: vec![
                Column::new("name", "名称", ColumnKind::Text),
                Column::new("count", "数", ColumnKind::Int),
            ],
            rows,
        }
    }

    #[test]
    fn csv_has_mark_crlf_and_quotes() {
        let bytes = to_csv(&sheet(vec![vec![Cell::Text("a \"b\", c".into()), Cell::Int(-5)]]));
        assert_eq!(bytes, "\u{feff}名称,数\r\n\"a \"\"b\"\", c\",-5\r\n".as_bytes());
    }

    #[test]
    fn csv_guards_formulas_but_not_numbers() {
        for text in ["=1+1", "+81", "-x", "@a", "\tx", "＝1", "'=1"] {
            let bytes = to_csv(&sheet(vec![vec![Cell::Text(text.into()), Cell::Int(-5)]]));
            let mut reader = csv::Reader::from_reader(&bytes[3..]);
            let row = reader.records().next().unwrap().unwrap();
            assert_eq!(&row[0], format!("'{text}"));
            assert_eq!(&row[1], "-5");
        }
        assert_eq!(guard_formula("'quoted'"), "'quoted'");
    }

    #[test]
    fn short_rows_are_filled_and_a_lone_empty_cell_stays_a_row() {
        let bytes = to_csv(&sheet(vec![vec![]]));
        assert!(bytes.ends_with(b"\r\n,\r\n"));
        let one = Sheet { columns: vec![Column::new("a", "a", ColumnKind::Text)], ..sheet(vec![]) };
        let bytes = to_csv(&Sheet { rows: vec![vec![Cell::Empty]], ..one });
        assert!(bytes.ends_with(b"a\r\n\"\"\r\n"));
    }

    #[test]
    fn a_list_is_one_line_each() {
        assert_eq!(Cell::List(vec!["a".into(), "b\nc".into()]).text(), "a\nb c");
    }

    proptest::proptest! {
        #[test]
        fn another_reader_finds_the_same_cells(texts in proptest::collection::vec(".*", 1..6)) {
            let columns =
                (0..texts.len()).map(|i| Column::new("id", i.to_string(), ColumnKind::Text));
            let sheet = Sheet {
                title: String::new(),
                columns: columns.collect(),
                rows: vec![texts.iter().cloned().map(Cell::Text).collect()],
            };
            let bytes = to_csv(&sheet);
            let mut reader = csv::Reader::from_reader(&bytes[3..]);
            let row = reader.records().next().unwrap().unwrap();
            for (cell, text) in row.iter().zip(&texts) {
                proptest::prop_assert_eq!(cell, guard_formula(text));
            }
        }
    }
}
