//! CSV as spreadsheets and scripts read it: RFC 4180, UTF-8 with a byte order mark, numbers bare and exact.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use super::cells::{Cell, Row};
use super::encoder::{About, Encoder, Ending, Table};
use super::pages::Failure;
use crate::graphql::Fault;

/// Writes CSV.
pub struct Csv {
    writer: Option<Writer<Vec<u8>>>,
}

impl Csv {
    /// With its headings.
    pub fn new(table: &Table<'_>) -> Result<Self, Failure> {
        // Excel takes a text without the mark for the code page of the machine.
        let mut csv = Self { writer: Some(writer("\u{feff}".as_bytes().to_vec())) };
        csv.write(table.columns.iter().map(|column| Cow::Borrowed(column.heading.as_str())))?;
        Ok(csv)
    }

    fn write<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) -> Result<(), Failure> {
        let writer = self.writer.as_mut().ok_or_else(|| Fault::internal("the file was ended"))?;
        for cell in cells {
            writer.write_field(&*cell).map_err(Fault::internal)?;
        }
        writer.write_record(None::<&[u8]>).map_err(Fault::internal)?;
        Ok(())
    }
}

fn writer(start: Vec<u8>) -> Writer<Vec<u8>> {
    // Quoted, so that no list separator of another locale cuts a text in two.
    WriterBuilder::new().quote_style(QuoteStyle::NonNumeric).terminator(Terminator::CRLF).from_writer(start)
}

impl Encoder for Csv {
    fn row(&mut self, table: &Table<'_>, row: &Row<'_>) -> Result<(), Failure> {
        self.write(table.columns.iter().map(|column| written(&column.cell(row))))
    }

    fn take(&mut self) -> Result<Vec<u8>, Failure> {
        let full = self.writer.replace(writer(Vec::new()));
        full.map_or_else(|| Ok(Vec::new()), |full| full.into_inner().map_err(|why| Fault::internal(why).into()))
    }

    fn end(mut self: Box<Self>, _: &Table<'_>, _: &About) -> Result<Ending, Failure> {
        Ok(Ending::Bytes(self.take()?))
    }
}

fn written(cell: &Cell) -> Cow<'static, str> {
    match cell {
        Cell::Number(number) => Cow::Owned(number.clone()),
        other => guarded(other.text()),
    }
}

/// A text that a spreadsheet would run as a formula begins with an apostrophe instead; numbers stay as they are.
fn guarded(text: String) -> Cow<'static, str> {
    let runs = |first: char| matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    if text.starts_with(runs) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_and_no_number_is_touched() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "－1"] {
            assert_eq!(written(&Cell::Text(text.to_owned())), format!("'{text}"));
        }
        for text in ["a=1", "河湾市", "", "1-2"] {
            assert_eq!(written(&Cell::Text(text.to_owned())), text);
        }
        assert_eq!(written(&Cell::Number("-12.50".to_owned())), "-12.50");
        let several = Cell::Many(vec![Cell::Text("=1".to_owned()), Cell::Empty, Cell::Number("-1".to_owned())]);
        assert_eq!(written(&several), "'=1; ; -1");
    }
}
