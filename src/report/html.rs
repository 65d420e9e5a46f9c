//! Writing HTML: elements that close themselves, and one function that escapes.

/// A text as it may stand in HTML and XML, between tags and in quoted attributes alike.
///
/// `&`, `<`, `>`, `"` and `'` become references. What XML cannot hold (control characters but tab and line
/// ends, U+FFFE and U+FFFF) becomes U+FFFD, so that a name can neither open a tag nor break a document.
///
/// ```
/// assert_eq!(foretell::report::escape("<b> & 'co'"), "&lt;b&gt; &amp; &#39;co&#39;");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(it),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ if it.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(it),
        }
    }
    out
}

/// Elements that stand on a line of their own, so that the source can be read.
const LINES: [&str; 24] = [
    "html", "head", "body", "title", "section", "style", "h3", "h4", "p", "div", "ul", "li", "dl",
    "dt", "dd", "table", "caption", "thead", "tbody", "tr", "td", "figure", "details", "pre",
];

/// HTML on its way. What goes in as text is escaped, and what is opened is closed.
#[derive(Debug, Default)]
pub(super) struct Html {
    out: String,
}

impl Html {
    pub(super) fn into_string(self) -> String {
        self.out
    }

    /// An element with what `inside` writes.
    pub(super) fn tag(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        inside: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        self.out.push('>');
        inside(self);
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        if LINES.contains(&name) {
            self.out.push('\n');
        }
    }

    /// An element of a class with a text.
    pub(super) fn says(&mut self, name: &str, class: &str, text: &str) {
        self.tag(name, &[("class", class)], |out| out.text(text));
    }

    /// An element with nothing in it.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.open(name, attributes);
        self.out.push_str("/>");
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.out.push_str(&escape(value));
            self.out.push('"');
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.out.push_str(&escape(text));
    }

    /// What someone else named: its direction of writing reaches nothing around it.
    pub(super) fn name(&mut self, text: &str) {
        self.tag("bdi", &[], |out| out.text(text));
    }

    /// A sentence of ours in which names may stand: it is read from left to right, whatever they begin with.
    pub(super) fn sentence(&mut self, text: &str) {
        self.tag("bdi", &[("dir", "ltr")], |out| out.text(text));
    }

    /// Styles of this module; nothing in them needs to be escaped.
    pub(super) fn style(&mut self, styles: &'static str) {
        self.out.push_str("<style>\n");
        self.out.push_str(styles);
        self.out.push_str("</style>\n");
    }
}
