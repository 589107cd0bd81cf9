//! What can be wrong with a file, said to the person who sent it.

use std::fmt;

use crate::encoding::Encoding;

/// A cell as a spreadsheet names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Row number, the first is 1.
    pub row: u32,
    /// Column number, the first is 0 and shown as A.
    pub column: u32,
}

impl Place {
    /// Letters of the column: A, B, …, Z, AA.
    pub fn letters(&self) -> String {
        let mut letters = Vec::new();
        let mut rest = u64::from(self.column) + 1;
        while rest > 0 {
            rest -= 1;
            letters.push(char::from(b'A' + (rest % 26) as u8));
            rest /= 26;
        }
        letters.iter().rev().collect()
    }

    fn shown(&self, ja: bool) -> String {
        if ja {
            format!("{}行目 {}列", self.row, self.letters())
        } else {
            format!("row {}, column {}", self.row, self.letters())
        }
    }
}

/// Why a file was not taken. `Display` is the English message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExchangeError {
    /// No bytes, or nothing but blanks.
    Empty,
    /// More bytes than allowed.
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// Neither CSV nor XLSX; what it seems to be.
    UnknownFormat {
        /// Japanese name of what it seems to be.
        ja: &'static str,
        /// English name of what it seems to be.
        en: &'static str,
    },
    /// A workbook with a password, or the format before 2007.
    OldOrLockedWorkbook,
    /// Bytes that are no text in the encoding that fits best.
    BrokenEncoding {
        /// Line of the file, the first is 1.
        line: u32,
        /// Byte of the file, the first is 0.
        byte: usize,
        /// The encoding that fits best.
        encoding: Encoding,
    },
    /// A zero byte: the file is no text.
    NotText {
        /// Line of the file, the first is 1.
        line: u32,
    },
    /// A quote that is never closed.
    OpenQuote(Place),
    /// Text after a closing quote.
    TextAfterQuote(Place),
    /// A value in a column without heading.
    NoHeading(Place),
    /// Headings but more rows than allowed.
    TooManyRows {
        /// Rows allowed.
        limit: u32,
    },
    /// More columns than allowed.
    TooManyColumns {
        /// Where the first column too many stands.
        place: Place,
        /// Columns allowed.
        limit: u32,
    },
    /// Rows times columns are more than allowed.
    TooManyCells {
        /// Cells allowed.
        limit: usize,
    },
    /// A cell is too long.
    CellTooLong {
        /// Which.
        place: Place,
        /// Characters allowed.
        limit: usize,
    },
    /// All cells together are too long.
    TooMuchText {
        /// Characters allowed.
        limit: usize,
    },
    /// A formula without a value.
    FormulaError {
        /// Which cell.
        place: Place,
        /// What it shows, such as `#N/A`.
        shown: String,
    },
    /// The workbook's archive has too many parts.
    TooManyParts {
        /// Parts found.
        found: u64,
        /// Parts allowed.
        limit: u64,
    },
    /// The workbook grows too much when unpacked.
    UnpacksTooLarge {
        /// Bytes allowed after unpacking.
        limit: u64,
    },
    /// The workbook is packed more tightly than honest ones are.
    PackedTooTightly {
        /// How many times larger it may become.
        limit: u64,
    },
    /// The workbook cannot be read; the detail is for the log.
    BrokenWorkbook {
        /// What the reader said.
        detail: String,
    },
    /// The workbook has no visible sheet.
    NoSheet,
    /// A picture format that is not taken.
    UnsupportedImage {
        /// What it seems to be.
        seems: &'static str,
    },
    /// A picture as iPhones store it.
    Heic,
    /// A picture that is cut off or damaged.
    BrokenImage {
        /// What it seemed to be.
        kind: &'static str,
        /// Byte at which reading stopped.
        byte: usize,
    },
}

impl ExchangeError {
    /// What is wrong, where, and how to mend it; Japanese or English.
    pub fn message(&self, ja: bool) -> String {
        if ja { self.japanese() } else { self.english() }
    }

    fn japanese(&self) -> String {
        use ExchangeError as E;
        match self {
            E::Empty => "ファイルが空です。中身のあるファイルを選んでください。".into(),
            E::TooLarge { bytes, limit } => format!(
                "ファイルが大きすぎます({}、上限 {})。分けて送ってください。",
                size(*bytes),
                size(*limit)
            ),
            E::UnknownFormat { ja, .. } => format!(
                "表のファイルとして読めません({ja}のようです)。CSV か Excel(.xlsx)で保存し直してください。"
            ),
            E::OldOrLockedWorkbook => "パスワード付きか、古い形式(.xls)の Excel です。パスワードを外し、.xlsx で保存し直してください。".into(),
            E::BrokenEncoding { line, byte, encoding } => format!(
                "{line}行目({byte}バイト目)に {} として読めない文字があります。Excel なら「CSV UTF-8」で保存し直してください。",
                encoding.name()
            ),
            E::NotText { line } => format!(
                "{line}行目に文字でないデータがあります。CSV か Excel(.xlsx)で保存し直してください。"
            ),
            E::OpenQuote(place) => format!(
                "{}で始まる引用符(\")が閉じていません。値の終わりに \" を付けてください。",
                place.shown(true)
            ),
            E::TextAfterQuote(place) => format!(
                "{}で、閉じた引用符(\")のあとに文字があります。値の中の \" は \"\" と2つ重ねてください。",
                place.shown(true)
            ),
            E::NoHeading(place) => format!(
                "{}に値がありますが、列の見出しがありません。見出しを付けるか、値を消してください。",
                place.shown(true)
            ),
            E::TooManyRows { limit } => {
                format!("行が多すぎます(上限 {limit}行)。ファイルを分けてください。")
            }
            E::TooManyColumns { place, limit } => format!(
                "{}で列が上限({limit}列)を超えます。要らない列を消してください。",
                place.shown(true)
            ),
            E::TooManyCells { limit } => format!(
                "表が大きすぎます(行×列の上限 {limit})。ファイルを分けてください。"
            ),
            E::CellTooLong { place, limit } => format!(
                "{}の値が長すぎます(上限 {limit}文字)。短くするか、添付ファイルにしてください。",
                place.shown(true)
            ),
            E::TooMuchText { limit } => {
                format!("文字が多すぎます(全体で上限 {limit}文字)。ファイルを分けてください。")
            }
            E::FormulaError { place, shown } => format!(
                "{}の数式がエラー({shown})です。数式を直すか、値に置き換えてください。",
                place.shown(true)
            ),
            E::TooManyParts { found, limit } => format!(
                "Excel ファイルの部品が多すぎます({found}個、上限 {limit}個)。新しいブックに表だけを貼り付けて保存してください。"
            ),
            E::UnpacksTooLarge { limit } => format!(
                "Excel ファイルが展開すると大きすぎます(上限 {})。画像や要らないシートを消すか、CSV で保存してください。",
                size(*limit)
            ),
            E::PackedTooTightly { limit } => format!(
                "Excel ファイルの圧縮率が異常です(上限 {limit}倍)。CSV で保存し直してください。"
            ),
            E::BrokenWorkbook { .. } => "Excel ファイルが壊れていて読めません。Excel で開き、.xlsx で保存し直してください。".into(),
            E::NoSheet => "表示されているシートがありません。シートを再表示して保存し直してください。".into(),
            E::UnsupportedImage { seems } => format!(
                "この形式の画像は受け取れません({seems})。JPEG・PNG・WebP にするか、画面の写真を送ってください。"
            ),
            E::Heic => "iPhone の HEIC 形式は受け取れません。「設定→カメラ→フォーマット」で「互換性優先」にして撮り直すか、写真のスクリーンショットを送ってください。".into(),
            E::BrokenImage { kind, byte } => format!(
                "{kind} 画像が壊れているか途中で切れています({byte}バイト目)。もう一度送るか、撮り直してください。"
            ),
        }
    }

    fn english(&self) -> String {
        use ExchangeError as E;
        match self {
            E::Empty => "The file is empty. Choose a file with content.".into(),
            E::TooLarge { bytes, limit } => format!(
                "The file is too large ({}, at most {}). Send it in parts.",
                size(*bytes),
                size(*limit)
            ),
            E::UnknownFormat { en, .. } => format!(
                "This cannot be read as a table (it looks like {en}). Save it as CSV or Excel (.xlsx)."
            ),
            E::OldOrLockedWorkbook => "This Excel file has a password or the old format (.xls). Remove the password and save it as .xlsx.".into(),
            E::BrokenEncoding { line, byte, encoding } => format!(
                "Line {line} (byte {byte}) cannot be read as {}. In Excel, save as \"CSV UTF-8\".",
                encoding.name()
            ),
            E::NotText { line } => format!(
                "Line {line} holds data that is not text. Save the file as CSV or Excel (.xlsx)."
            ),
            E::OpenQuote(place) => format!(
                "The quote (\") that begins in {} is never closed. Put a \" at the end of the value.",
                place.shown(false)
            ),
            E::TextAfterQuote(place) => format!(
                "In {} there is text after a closing quote (\"). Write a \" inside a value twice (\"\").",
                place.shown(false)
            ),
            E::NoHeading(place) => format!(
                "There is a value in {} but its column has no heading. Add a heading or remove the value.",
                place.shown(false)
            ),
            E::TooManyRows { limit } => {
                format!("There are too many rows (at most {limit}). Split the file.")
            }
            E::TooManyColumns { place, limit } => format!(
                "In {} there are more than {limit} columns. Remove columns that are not needed.",
                place.shown(false)
            ),
            E::TooManyCells { limit } => format!(
                "The table is too large (at most {limit} cells, rows times columns). Split the file."
            ),
            E::CellTooLong { place, limit } => format!(
                "The value in {} is too long (at most {limit} characters). Shorten it or attach it as a file.",
                place.shown(false)
            ),
            E::TooMuchText { limit } => {
                format!("There is too much text (at most {limit} characters in all). Split the file.")
            }
            E::FormulaError { place, shown } => format!(
                "The formula in {} shows an error ({shown}). Mend the formula or put a value in its place.",
                place.shown(false)
            ),
            E::TooManyParts { found, limit } => format!(
                "The Excel file has too many parts ({found}, at most {limit}). Paste the table alone into a new workbook."
            ),
            E::UnpacksTooLarge { limit } => format!(
                "The Excel file is too large when unpacked (at most {}). Remove pictures and other sheets, or save as CSV.",
                size(*limit)
            ),
            E::PackedTooTightly { limit } => format!(
                "The Excel file is packed suspiciously tightly (more than {limit} times). Save it as CSV."
            ),
            E::BrokenWorkbook { .. } => {
                "The Excel file is damaged. Open it in Excel and save it as .xlsx again.".into()
            }
            E::NoSheet => "No sheet is visible. Show a sheet and save the file again.".into(),
            E::UnsupportedImage { seems } => format!(
                "Pictures of this kind are not taken ({seems}). Send JPEG, PNG or WebP, or a screenshot."
            ),
            E::Heic => "HEIC pictures of an iPhone are not taken. Choose Settings, Camera, Formats, Most Compatible and take it again, or send a screenshot of the photo.".into(),
            E::BrokenImage { kind, byte } => format!(
                "The {kind} picture is damaged or cut off (byte {byte}). Send it again or take it again."
            ),
        }
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())?;
        match self {
            // The user cannot use the detail; the log can.
            ExchangeError::BrokenWorkbook { detail } => write!(f, " [{detail}]"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for ExchangeError {}

fn size(bytes: u64) -> String {
    const MIB: u64 = 1024 * 1024;
    if bytes >= MIB {
        format!("{:.1} MB", bytes as f64 / MIB as f64)
    } else {
        format!("{:.0} kB", (bytes as f64 / 1024.0).ceil())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        let letters = |column| Place { row: 1, column }.letters();
        assert_eq!(letters(0), "A");
        assert_eq!(letters(25), "Z");
        assert_eq!(letters(26), "AA");
        assert_eq!(letters(701), "ZZ");
        assert_eq!(letters(702), "AAA");
        assert_eq!(letters(16_383), "XFD");
        assert!(!letters(u32::MAX).is_empty());
    }

    #[test]
    fn messages_say_where() {
        let error = ExchangeError::OpenQuote(Place { row: 12, column: 1 });
        assert!(error.message(true).starts_with("12行目 B列"));
        assert!(error.message(false).contains("row 12, column B"));
    }
}
