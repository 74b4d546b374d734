//! Bytes of a package file as strict UTF-8.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use super::problem::{Fault, Problem, Row};

/// Opens a file as UTF-8 text, which may be large: one that is as it should be is not read into memory. Any other is
/// treated as by [`read`].
pub(super) fn open(path: &Path, file: &str, problems: &mut Vec<Problem>) -> Option<Box<dyn Read>> {
    if File::open(path).and_then(is_plain).is_ok_and(|plain| plain)
        && let Ok(text) = File::open(path)
    {
        return Some(Box::new(text));
    }
    read(path, file, problems).map(|text| Box::new(Cursor::new(text)) as Box<dyn Read>)
}

/// Whether all of it is UTF-8 without a byte order mark.
fn is_plain(mut text: impl Read) -> io::Result<bool> {
    let mut block = vec![0; 1 << 16];
    let (mut kept, mut first) = (0, true);
    loop {
        let read = text.read(&mut block[kept..])?;
        let all = &block[..kept + read];
        if std::mem::take(&mut first)
            && [&[0xEF, 0xBB, 0xBF][..], &[0xFF, 0xFE], &[0xFE, 0xFF]].iter().any(|mark| all.starts_with(mark))
        {
            return Ok(false);
        }
        // A letter may go on in the next block.
        let whole = match std::str::from_utf8(all) {
            Ok(_) => all.len(),
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(_) => return Ok(false),
        };
        if read == 0 {
            return Ok(true);
        }
        let end = kept + read;
        block.copy_within(whole..end, 0);
        kept = end - whole;
    }
}

/// Reads a file as UTF-8 text. A wrong encoding is a problem, but where the text can be told from the bytes
/// the reading goes on, so that the other problems of the file are found in the same run.
pub(super) fn read(path: &Path, file: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let fault = if error.kind() == std::io::ErrorKind::NotFound {
                Fault::new("file-missing", "", file).say(
                    "数据包列出的文件不存在:请补上文件,或修改 datapackage.json 中的 path。",
                    "The file does not exist: add it, or correct its path in datapackage.json.",
                )
            } else {
                Fault::new("file-unreadable", error.kind().to_string(), "")
                    .say("文件无法读取:请检查权限。", "The file cannot be read: check its permissions.")
            };
            problems.push(fault.at(file, None, None));
            return None;
        }
    };
    let at_start = |fault: Fault| fault.at(file, Some(Row::Number(1)), None);
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        problems.push(at_start(Fault::new("encoding", "UTF-16", "UTF-8").say(
            "文件是 UTF-16(“Unicode 文本”):请另存为不带 BOM 的 UTF-8。",
            "The file is UTF-16 (“Unicode text”): save it as UTF-8 without BOM.",
        )));
        return None;
    }
    let (bytes, bom) = match bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        Some(rest) => (rest.to_vec(), true),
        None => (bytes, false),
    };
    if bom {
        problems.push(at_start(Fault::new("bom", "EF BB BF", "UTF-8").say(
            "文件以字节顺序标记(BOM)开头:请另存为不带 BOM 的 UTF-8。",
            "The file begins with a byte order mark: save it as UTF-8 without BOM.",
        )));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let (row, column) = place(error.as_bytes(), error.utf8_error().valid_up_to());
            let decoded = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(error.as_bytes());
            let fault = match &decoded {
                Some(_) => Fault::new("encoding", "GBK / GB18030", "UTF-8").say(
                    "文件是 GBK(GB18030)编码:请另存为不带 BOM 的 UTF-8(Excel:“CSV UTF-8”,再去掉 BOM)。",
                    "The file is encoded as GBK (GB18030): save it as UTF-8 without BOM.",
                ),
                None => Fault::new("encoding", "bytes that are no UTF-8", "UTF-8").say(
                    "此处的字节不是 UTF-8:请另存为不带 BOM 的 UTF-8。",
                    "The bytes here are no UTF-8: save the file as UTF-8 without BOM.",
                ),
            };
            problems.push(fault.at(file, Some(Row::Number(row)), column.as_deref()));
            decoded.map(std::borrow::Cow::into_owned)
        }
    }
}

/// The spreadsheet row of a byte, and the column where the header names it.
fn place(bytes: &[u8], at: usize) -> (usize, Option<String>) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut header = Vec::new();
    let mut row = 0;
    while let Ok(true) = reader.read_byte_record(&mut record) {
        row += 1;
        if row == 1 {
            header = record.iter().map(<[u8]>::to_vec).collect();
        }
        if reader.position().byte() > at as u64 {
            let cell = record.iter().position(|cell| std::str::from_utf8(cell).is_err());
            let name = cell.and_then(|at| header.get(at)).and_then(|name| String::from_utf8(name.clone()).ok());
            return (row, name);
        }
    }
    (row.max(1), None)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Gives some bytes at a time.
    pub struct Drops<'a>(pub &'a [u8], pub usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let some = self.1.min(self.0.len()).min(into.len());
            into[..some].copy_from_slice(&self.0[..some]);
            self.0 = &self.0[some..];
            Ok(some)
        }
    }

    #[test]
    fn a_text_is_plain_however_it_comes() {
        let letters = "名称,a\n河边,😀é\n";
        for some in [1, 2, 3, 5, 100] {
            assert!(is_plain(Drops(letters.as_bytes(), some)).unwrap());
            assert!(is_plain(Drops(b"", some)).unwrap());
            assert!(!is_plain(Drops(&letters.as_bytes()[..letters.len() - 4], some)).unwrap(), "cut in a letter");
            assert!(!is_plain(Drops(b"a,\xb9\xab\n", some)).unwrap());
        }
        assert!(!is_plain(&b"\xEF\xBB\xBFa"[..]).unwrap());
    }

    #[test]
    fn the_row_and_column_of_a_byte_count_quoted_line_breaks_as_one_row() {
        let text = b"code,name\na,\"x\ny\"\nb,\xb9\xab\n";
        let at = text.iter().position(|b| *b == 0xb9).unwrap();
        assert_eq!(place(text, at), (3, Some("name".to_owned())));
    }
}
