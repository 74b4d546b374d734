//! JSON in pieces. What is short is written one behind the other; what is long and held elsewhere anyway, as the
//! geometries of outlines are, is shared: an answer that draws a country repeats none of its 20 MB.

use std::io::{self, Write};
use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};
use bytes::Bytes;

/// Bytes from which on a text is shared: below, a piece costs more than a copy.
const SHARED: usize = 2048;
/// Name of the only field of an object that stands for pieces within an answer. No field that can be asked for has it.
const PIECES: &str = "";

/// JSON that is being written.
pub struct Writer {
    text: Vec<u8>,
    /// What is shared, each with the length of the text before it.
    shared: Vec<(usize, Bytes)>,
}

impl Writer {
    /// With room for a text of so many bytes before it has to grow.
    pub fn new(room: usize) -> Self {
        Self { text: Vec::with_capacity(room), shared: Vec::new() }
    }

    /// Adds one byte.
    pub fn push(&mut self, byte: u8) {
        self.text.push(byte);
    }

    /// Adds a copy of bytes.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.text.extend_from_slice(bytes);
    }

    /// Adds what is JSON already.
    pub fn share(&mut self, json: &Bytes) {
        if json.len() < SHARED {
            self.extend_from_slice(json);
        } else {
            self.shared.push((self.text.len(), json.clone()));
        }
    }

    /// Adds a value as serde writes it. A leaf cannot fail; a failure would leave `null`, which is still JSON.
    #[expect(clippy::disallowed_methods, reason = "leaves hold no geometry")]
    pub fn json<T: serde::Serialize + ?Sized>(&mut self, leaf: &T) {
        let start = self.text.len();
        if serde_json::to_writer(&mut self.text, leaf).is_err() {
            self.text.truncate(start);
            self.text.extend_from_slice(b"null");
        }
    }

    /// What was written.
    pub fn finish(mut self) -> Pieces {
        // It may be kept for long.
        self.text.shrink_to_fit();
        let mut text = Bytes::from(self.text);
        if self.shared.is_empty() {
            return Pieces(Arc::new([text]));
        }
        let mut pieces = Vec::with_capacity(2 * self.shared.len() + 1);
        let mut cut = 0;
        for (at, shared) in self.shared {
            pieces.push(text.split_to(at - cut));
            pieces.push(shared);
            cut = at;
        }
        pieces.push(text);
        pieces.retain(|piece| !piece.is_empty());
        Pieces(pieces.into())
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// JSON in pieces that follow each other; clones share them.
#[derive(Debug, Clone)]
pub struct Pieces(Arc<[Bytes]>);

impl Pieces {
    /// Its bytes in all.
    pub fn length(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// A piece.
    pub fn get(&self, at: usize) -> Option<&Bytes> {
        self.0.get(at)
    }

    /// All of it in one: a copy where there are several.
    pub fn whole(&self) -> Bytes {
        match &*self.0 {
            [only] => only.clone(),
            several => several.concat().into(),
        }
    }

    /// It as a part of an answer, where [`of`] finds it again.
    pub(super) fn into_value(self) -> Value {
        match &*self.0 {
            [only] => Value::Binary(only.clone()),
            several => {
                let pieces = several.iter().cloned().map(Value::Binary).collect();
                Value::Object([(Name::new(PIECES), Value::List(pieces))].into_iter().collect())
            }
        }
    }
}

/// The pieces that an object of an answer stands for; none where it is an object.
pub(super) fn of(fields: &IndexMap<Name, Value>) -> Option<impl Iterator<Item = &Bytes>> {
    let (name, value) = fields.first()?;
    let Value::List(pieces) = value else { return None };
    (name.as_str() == PIECES)
        .then(|| pieces.iter().filter_map(|piece| if let Value::Binary(json) = piece { Some(json) } else { None }))
}
