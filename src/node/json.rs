//! JSON as a tree, read with the place of what is wrong: a text that was cut says where.

use super::{Node, shorten};

/// How deep lists and tables may lie in each other.
const DEEPEST: usize = 128;

/// Why a text is no JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonError {
    /// What was got and what was wanted.
    pub(crate) message: String,
    /// From 1.
    pub(crate) line: u32,
    /// From 1, in characters.
    pub(crate) column: u32,
    /// Whether the text ends too early.
    pub(crate) is_cut: bool,
}

impl Node {
    /// Reads JSON, which has to be all of the text.
    pub(crate) fn of_json(text: &str) -> Result<Self, JsonError> {
        let mut json = Json { text, at: 0, depth: 0 };
        let node = json.value()?;
        json.space();
        if json.at < text.len() {
            return Err(json.wrong("the end of the text"));
        }
        Ok(node)
    }
}

struct Json<'a> {
    text: &'a str,
    /// In bytes, at the edge of a character.
    at: usize,
    depth: usize,
}

impl<'a> Json<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes on after a mark, if it comes next.
    fn take(&mut self, mark: &str) -> bool {
        let is_next = self.rest().starts_with(mark);
        if is_next {
            self.at += mark.len();
        }
        is_next
    }

    fn wrong(&self, wanted: &str) -> JsonError {
        let rest = self.rest();
        let got = match rest.chars().next() {
            None => "the text ends".to_owned(),
            Some(_) => {
                let word: String =
                    rest.chars().take_while(|letter| !letter.is_whitespace()).take(20).collect();
                format!("`{}` stands", shorten(&word))
            }
        };
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        JsonError {
            message: format!("{got} where {wanted} was wanted"),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            is_cut: rest.is_empty(),
        }
    }

    fn value(&mut self) -> Result<Node, JsonError> {
        self.space();
        match self.next() {
            Some(b'{') => self.inside(Self::table),
            Some(b'[') => self.inside(Self::list),
            Some(b'"') => self.string().map(Node::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.take("null") => Ok(Node::Null),
            _ if self.take("true") => Ok(Node::Bool(true)),
            _ if self.take("false") => Ok(Node::Bool(false)),
            _ => Err(self.wrong("a value")),
        }
    }

    fn inside(
        &mut self,
        read: fn(&mut Self) -> Result<Node, JsonError>,
    ) -> Result<Node, JsonError> {
        if self.depth == DEEPEST {
            return Err(self.wrong("something less deep than 128 lists and tables"));
        }
        self.depth += 1;
        self.at += 1;
        let node = read(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn list(&mut self) -> Result<Node, JsonError> {
        let mut items = Vec::new();
        self.space();
        if self.take("]") {
            return Ok(Node::List(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            if self.take("]") {
                return Ok(Node::List(items));
            }
            if !self.take(",") {
                return Err(self.wrong("`,` or `]`"));
            }
        }
    }

    fn table(&mut self) -> Result<Node, JsonError> {
        let mut entries = Vec::new();
        self.space();
        if self.take("}") {
            return Ok(Node::Table(entries));
        }
        loop {
            self.space();
            if self.next() != Some(b'"') {
                return Err(self.wrong("a key"));
            }
            let key = self.string()?;
            self.space();
            if !self.take(":") {
                return Err(self.wrong("`:`"));
            }
            entries.push((key, self.value()?));
            self.space();
            if self.take("}") {
                return Ok(Node::Table(entries));
            }
            if !self.take(",") {
                return Err(self.wrong("`,` or `}`"));
            }
        }
    }

    fn digits(&mut self) -> bool {
        let from = self.at;
        while matches!(self.next(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > from
    }

    fn number(&mut self) -> Result<Node, JsonError> {
        let from = self.at;
        let is_below = self.take("-");
        let first = self.next();
        if !self.digits() || first == Some(b'0') && self.at - from > 1 + usize::from(is_below) {
            return Err(self.wrong("a number"));
        }
        let mut is_whole = true;
        if self.take(".") {
            is_whole = false;
            if !self.digits() {
                return Err(self.wrong("a digit"));
            }
        }
        if self.take("e") || self.take("E") {
            is_whole = false;
            let _ = self.take("+") || self.take("-");
            if !self.digits() {
                return Err(self.wrong("a digit"));
            }
        }
        let text = self.text.get(from..self.at).unwrap_or_default();
        let whole = text.parse().ok().filter(|number| is_whole && !(is_below && *number == 0));
        let float = || text.parse().ok().filter(|it: &f64| it.is_finite()).map(Node::Float);
        whole.map(Node::Int).or_else(float).ok_or_else(|| self.wrong("a number of 64 bits"))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(['"', '\\']).unwrap_or(rest.len());
            let plain = rest.get(..plain).unwrap_or_default();
            if let Some(at) = plain.find(|it: char| it < ' ') {
                self.at += at;
                return Err(self.wrong("a character that is not written as `\\n` or `\\u0000`"));
            }
            text.push_str(plain);
            self.at += plain.len();
            if self.take("\"") {
                return Ok(text);
            }
            if !self.take("\\") {
                return Err(self.wrong("`\"`"));
            }
            let char = match self.next() {
                Some(b'u') => {
                    self.at += 1;
                    text.push(self.escaped()?);
                    continue;
                }
                Some(it @ (b'"' | b'\\' | b'/')) => char::from(it),
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                _ => return Err(self.wrong("what follows a `\\`")),
            };
            self.at += 1;
            text.push(char);
        }
    }

    fn four(&mut self) -> Result<u32, JsonError> {
        let digits = self
            .rest()
            .get(..4)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.wrong("four hexadecimal digits"))?;
        self.at += 4;
        Ok(code)
    }

    /// A character by its number, which may come in two halves.
    fn escaped(&mut self) -> Result<char, JsonError> {
        let first = self.four()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.wrong("a character"));
        }
        if !self.take("\\u") {
            return Err(self.wrong("the second half of a character"));
        }
        let second = self.four()?;
        let code = (0xDC00..0xE000)
            .contains(&second)
            .then(|| 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
        code.and_then(char::from_u32).ok_or_else(|| self.wrong("the second half of a character"))
    }
}
