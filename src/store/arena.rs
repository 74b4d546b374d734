//! Texts one after another, without a gap: of millions, each on its own would take three times its room.

/// Texts that are only added, each known by its number.
#[derive(Default)]
pub(super) struct Arena {
    text: String,
    /// Where each of them ends.
    ends: Vec<u32>,
}

impl Arena {
    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// Makes room for so many more of so many bytes together: what grows by doubling is there twice while it is copied.
    pub(super) fn reserve(&mut self, more: usize, bytes: usize) {
        self.ends.reserve_exact(more);
        self.text.reserve_exact(bytes);
    }

    /// Adds a text; its number is how many there were.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Takes all away, but not the room for them.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds texts in their order.
    pub(super) fn append(&mut self, more: &Self) {
        let before = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.push_str(&more.text);
        self.ends.extend(more.ends.iter().map(|end| before.saturating_add(*end)));
    }

    /// The text of a number.
    pub(super) fn get(&self, at: u32) -> &str {
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.text[from as usize..self.ends[at as usize] as usize]
    }

    /// All of them, in the order in which they came.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }
}
