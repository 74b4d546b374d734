//! What the text of a document shows before anything parses it.
//!
//! The parser, the rules and the executor of a GraphQL server all recurse, and a fragment that spreads another twice
//! doubles the work at each step: a few hundred letters are enough to keep one busy for years. So the text is read
//! once, letter by letter, and whatever is too long, too deep or too much when its fragments are put in place is
//! refused. Time and memory are linear in the text.

use std::collections::HashMap;

use super::fault::Fault;

/// Words, numbers, texts and signs of a document at most.
pub const TOKENS: usize = 10_000;
/// Fields under another name at most.
pub const ALIASES: usize = 200;
/// Directives at most.
pub const DIRECTIVES: usize = 200;
/// Places where a fragment is put at most.
pub const SPREADS: usize = 500;
/// Brackets of any kind inside each other, as written.
pub const BRACKETS: usize = 40;
/// Braces inside each other, with every fragment in its place.
pub const DEPTH: usize = 30;
/// Fields with every fragment in its place.
pub const FIELDS: usize = 20_000;

/// Looks a document over.
///
/// # Errors
/// [`Fault`] that says which limit is passed, by how much, and what to do; or that a text or bracket is never closed.
pub fn scan(text: &str) -> Result<(), Fault> {
    let mut reader = Reader { rest: text, tokens: 0 };
    let mut sheet = Sheet::default();
    while let Some(token) = reader.next()? {
        if reader.tokens > TOKENS {
            return Err(Fault::too_long("词", "tokens", TOKENS));
        }
        sheet.take(token)?;
    }
    sheet.close()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    Sign(u8),
    Dots,
    Other,
}

struct Reader<'a> {
    rest: &'a str,
    tokens: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<Token<'a>>, Fault> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', ',', '\u{feff}']);
            match self.rest.strip_prefix('#') {
                Some(comment) => self.rest = comment.trim_start_matches(|letter| letter != '\n' && letter != '\r'),
                None => break,
            }
        }
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        self.tokens += 1;
        let (token, length) = match first {
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = self.span(|letter| letter.is_ascii_alphanumeric() || letter == '_');
                (Token::Name(&self.rest[..length]), length)
            }
            '0'..='9' | '-' => (Token::Other, self.span(|letter| letter.is_ascii_alphanumeric() || letter == '-')),
            '"' => (Token::Other, string(self.rest).ok_or_else(Fault::unclosed)?),
            '.' if self.rest.starts_with("...") => (Token::Dots, 3),
            sign if sign.is_ascii() => (Token::Sign(self.rest.as_bytes()[0]), 1),
            strange => (Token::Other, strange.len_utf8()),
        };
        self.rest = &self.rest[length..];
        Ok(Some(token))
    }

    fn span(&self, part: impl Fn(char) -> bool) -> usize {
        self.rest.find(|letter| !part(letter)).unwrap_or(self.rest.len())
    }
}

/// Bytes of the text in quotes that `text` begins with; none when it is never closed.
fn string(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if let Some(block) = text.strip_prefix("\"\"\"") {
        let mut at = 0;
        loop {
            at += block[at..].find("\"\"\"")?;
            // `\"""` is three quotes inside the text.
            if at == 0 || block.as_bytes()[at - 1] != b'\\' {
                return Some(at + 6);
            }
            at += 3;
        }
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// An operation or fragment: what it holds itself, and which fragments are put where in it.
#[derive(Debug, Default)]
struct Part<'a> {
    fragment: Option<&'a str>,
    fields: usize,
    depth: usize,
    /// Each with the depth of the braces around it.
    spreads: Vec<(&'a str, usize)>,
}

/// What has been read so far.
#[derive(Default)]
struct Sheet<'a> {
    parts: Vec<Part<'a>>,
    open: Vec<u8>,
    /// The two tokens before.
    before: [Option<Token<'a>>; 2],
    aliases: usize,
    directives: usize,
    spreads: usize,
}

impl<'a> Sheet<'a> {
    fn braces(&self) -> usize {
        self.open.len()
    }

    /// Whether the place is a selection set and not an argument.
    fn selecting(&self) -> bool {
        !self.open.is_empty() && self.open.iter().all(|bracket| *bracket == b'{')
    }

    fn take(&mut self, token: Token<'a>) -> Result<(), Fault> {
        match token {
            Token::Sign(sign @ (b'{' | b'(' | b'[')) => {
                if sign == b'{' && self.open.is_empty() && !self.begun() {
                    self.parts.push(Part::default());
                }
                self.open.push(sign);
                if self.open.len() > BRACKETS {
                    return Err(Fault::too_deep(BRACKETS));
                }
                let (selecting, depth) = (self.selecting(), self.braces());
                if let Some(part) = self.parts.last_mut().filter(|_| selecting) {
                    part.depth = part.depth.max(depth);
                }
            }
            Token::Sign(b'}' | b')' | b']') => {
                self.open.pop();
            }
            Token::Sign(b'@') => self.directives += 1,
            Token::Sign(b':') if self.selecting() => {
                if matches!(self.before[0], Some(Token::Name(_))) {
                    self.aliases += 1;
                    // The name before the colon is no field of its own.
                    if let Some(part) = self.parts.last_mut() {
                        part.fields = part.fields.saturating_sub(1);
                    }
                }
            }
            Token::Name(name) => self.name(name),
            _ => {}
        }
        self.before = [Some(token), self.before[0]];
        for (count, most, zh, en) in [
            (self.aliases, ALIASES, "别名", "aliases"),
            (self.directives, DIRECTIVES, "指令", "directives"),
            (self.spreads, SPREADS, "片段引用", "fragment spreads"),
        ] {
            if count > most {
                return Err(Fault::too_long(zh, en, most));
            }
        }
        Ok(())
    }

    /// Whether an operation or fragment has begun and its braces have not.
    fn begun(&self) -> bool {
        !matches!(self.before[0], None | Some(Token::Sign(b'}')))
    }

    fn name(&mut self, name: &'a str) {
        let [before, earlier] = self.before;
        if self.open.is_empty() {
            if !self.begun() {
                self.parts.push(Part::default());
            } else if before == Some(Token::Name("fragment"))
                && let Some(part) = self.parts.last_mut()
            {
                part.fragment.get_or_insert(name);
            }
        } else if self.selecting() {
            let depth = self.braces();
            let Some(part) = self.parts.last_mut() else { return };
            match (before, earlier) {
                (Some(Token::Dots), _) if name != "on" => {
                    self.spreads += 1;
                    part.spreads.push((name, depth));
                }
                (Some(Token::Dots | Token::Sign(b'@')), _) | (Some(Token::Name("on")), Some(Token::Dots)) => {}
                _ => part.fields += 1,
            }
        }
    }

    /// Puts every fragment in its place and counts.
    fn close(&self) -> Result<(), Fault> {
        if !self.open.is_empty() {
            return Err(Fault::unclosed());
        }
        let mut fragments: HashMap<&str, usize> = HashMap::new();
        for (at, part) in self.parts.iter().enumerate() {
            if let Some(name) = part.fragment {
                fragments.entry(name).or_insert(at);
            }
        }
        let mut whole = Whole { parts: &self.parts, fragments, known: vec![State::Unknown; self.parts.len()] };
        let mut fields: usize = 0;
        for at in 0..self.parts.len() {
            fields = fields.saturating_add(whole.measure(at, 0)?.0);
        }
        if fields > FIELDS {
            return Err(Fault::too_long("字段（片段展开后）", "fields with every fragment in its place", FIELDS));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
enum State {
    Unknown,
    Open,
    Known(usize, usize),
}

struct Whole<'a> {
    parts: &'a [Part<'a>],
    fragments: HashMap<&'a str, usize>,
    known: Vec<State>,
}

impl Whole<'_> {
    /// Fields and depth of a part. Each is measured once; `around` bounds the chain of fragments, which is deep only
    /// where the document is.
    fn measure(&mut self, at: usize, around: usize) -> Result<(usize, usize), Fault> {
        match self.known[at] {
            State::Known(fields, depth) => return Ok((fields, depth)),
            State::Open => return Err(Fault::circular(self.parts[at].fragment.unwrap_or_default())),
            State::Unknown => self.known[at] = State::Open,
        }
        let part = &self.parts[at];
        let (mut fields, mut depth) = (part.fields, part.depth);
        if around + depth > DEPTH {
            return Err(Fault::too_deep(DEPTH));
        }
        for (name, inside) in &part.spreads {
            let Some(fragment) = self.fragments.get(name).copied() else { continue };
            let (more, deeper) = self.measure(fragment, around + inside)?;
            fields = fields.saturating_add(more);
            depth = depth.max(inside + deeper);
        }
        if around + depth > DEPTH {
            return Err(Fault::too_deep(DEPTH));
        }
        self.known[at] = State::Known(fields, depth);
        Ok((fields, depth))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Error;
    use proptest::prelude::*;

    use super::*;

    fn code(text: &str) -> String {
        match scan(text) {
            Ok(()) => "fine".to_owned(),
            Err(fault) => Error::from(fault).extensions.unwrap().get("code").unwrap().to_string().replace('"', ""),
        }
    }

    #[test]
    fn ordinary_documents_pass() {
        for text in [
            "{ a }",
            "query Q($x: Int = 1, $l: [Int!] = [1, 2]) @d(a: {b: [1]}) { a: b(c: $x, d: \"}}}\") @include(if: true) { ...F ... on T { c } ... @skip(if: false) { d } } } fragment F on T { on fragment query }",
            "# { { {\n{ a(b: \"\"\"block \\\"\"\" {{{ \"\"\") c(d: \"\\\"{\") }",
            "",
            "nonsense",
        ] {
            assert_eq!(code(text), "fine", "{text}");
        }
    }

    #[test]
    fn each_limit_is_named() {
        assert_eq!(code(&format!("{{ {} }}", "a ".repeat(TOKENS + 1))), "TOO_LONG");
        assert_eq!(code(&format!("{{ {} }}", "a: b ".repeat(ALIASES))), "fine");
        assert_eq!(code(&format!("{{ {} }}", "a: b ".repeat(ALIASES + 1))), "TOO_LONG");
        assert_eq!(code(&format!("{{ a {} }}", "@x ".repeat(DIRECTIVES + 1))), "TOO_LONG");
        assert_eq!(code(&format!("{{ {} }}", "...F ".repeat(SPREADS + 1))), "TOO_LONG");
        let nested = |depth: usize| format!("{}a{}", "{ a ".repeat(depth), "}".repeat(depth));
        assert_eq!(code(&nested(DEPTH)), "fine");
        assert_eq!(code(&nested(DEPTH + 1)), "TOO_DEEP");
        assert_eq!(code(&"{".repeat(100_000)), "TOO_DEEP");
        assert_eq!(code(&format!("{{ a(b: {}", "[".repeat(100_000))), "TOO_DEEP");
        assert_eq!(code("{ a(b: \"\"\"abc\") }"), "INVALID_DOCUMENT");
        assert_eq!(code("{ a(b: \"abc\n\") }"), "INVALID_DOCUMENT");
        assert_eq!(code("{ a"), "INVALID_DOCUMENT");
        assert_eq!(code("{ ...A } fragment A on T { b { ...B } } fragment B on T { ...A }"), "INVALID_DOCUMENT");
    }

    /// Fragments that spread one another, `wide` times each, `long` of them.
    fn bomb(wide: usize, long: usize) -> String {
        let part = |at: usize| format!("fragment F{at} on T {{ {} }} ", format!("...F{} ", at + 1).repeat(wide));
        format!("{{ ...F0 }} {} fragment F{long} on T {{ a }}", (0..long).map(part).collect::<String>())
    }

    /// One that was spread out to be looked over would never end.
    #[test]
    fn a_fragment_bomb_is_refused_at_once() {
        for text in [bomb(2, 20), bomb(2, 60), bomb(16, 28), bomb(1, 3_000), bomb(400, 1)] {
            let found = code(&text);
            assert_eq!(found == "fine", text.len() < 5_000 && text.contains("F1 on T { a }"), "{found}");
        }
        assert_eq!(code(&bomb(2, 10)), "fine");
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_looked_over_in_time(text in "[{}()\\[\\]a-c@:.\"\\\\# \n$!]{0,400}") {
            let _ = scan(&text);
        }

        /// What passes is parsed without exhausting the stack, and holds no more than was counted.
        #[test]
        fn what_passes_can_be_parsed(depth in 1usize..DEPTH, wide in 1usize..4) {
            let text = format!("{}{}{}", "{ a ".repeat(depth), "b ".repeat(wide), "}".repeat(depth));
            prop_assert!(scan(&text).is_ok());
            prop_assert!(async_graphql::parser::parse_query(&text).is_ok());
        }
    }
}
