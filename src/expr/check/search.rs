//! `contains_any(text, ["a", "b"])` and `has_word(text, "word")`: what is looked for is written out.

use std::sync::Arc;

use super::Checker;
use crate::expr::Kind;
use crate::expr::function::Function;
use crate::expr::parse::{Raw, What};
use crate::expr::search::How;
use crate::expr::tree::{Node, Tree};
use crate::fault::Code;

impl Checker<'_> {
    pub(super) fn search(&mut self, raw: &Raw, how: How, arguments: &[Raw]) -> Option<Tree> {
        let [text, list] = arguments else { return self.arity(raw, "2", arguments.len()) };
        let text = self.wanted(raw, text, Kind::Text);
        let parts = self.parts(raw, how, list);
        let function = Function::search(how, parts?.into());
        self.make(raw, Kind::Flag, Node::Call(Arc::new(function), vec![text?]))
    }

    fn parts(&mut self, raw: &Raw, how: How, list: &Raw) -> Option<Vec<Arc<str>>> {
        let name = how.name();
        let items = match (&list.what, how) {
            (What::List(items), _) => items.as_slice(),
            (_, How::HasWord) => std::slice::from_ref(list),
            (_, How::ContainsAny) => {
                let help = match &list.what {
                    What::Text(_) => "write `contains(text, part)`, or the texts in brackets",
                    _ => "write the texts out: `contains_any(text, [\"a\", \"b\"])`",
                };
                let message = format!("`{name}` takes a list of texts");
                self.fault(Code::WrongType, list, message, Some(help.to_owned()));
                return None;
            }
        };
        if items.is_empty() {
            self.fault(Code::Empty, raw, "the list is empty", Some("write `false`".to_owned()));
            return None;
        }
        let parts: Vec<Option<Arc<str>>> = items.iter().map(|it| self.part(how, it)).collect();
        parts.into_iter().collect()
    }

    fn part(&mut self, how: How, item: &Raw) -> Option<Arc<str>> {
        let name = how.name();
        let What::Text(part) = &item.what else {
            let tree = self.tree(item)?;
            let (code, message, help) = match (super::within::literal(&tree), how) {
                (Some(_), _) => (
                    Code::WrongType,
                    format!("`{name}` looks for texts, got {}", tree.kind),
                    "texts stand in double quotes".to_owned(),
                ),
                (None, How::ContainsAny) => (
                    Code::Forbidden,
                    "a list holds only literals".to_owned(),
                    "write `contains(text, part)` and `||`".to_owned(),
                ),
                (None, How::HasWord) => (
                    Code::Forbidden,
                    format!("`{name}` looks for words that are written out"),
                    "write them in double quotes, several in brackets; `contains(text, part)` takes any text".to_owned(),
                ),
            };
            self.fault(code, item, message, Some(help));
            return None;
        };
        if how.has_inner_star(part) {
            let message = format!("a `*` stands within `{part}`");
            let help = "`*` stands at an end of what is looked for: `cancel*`".to_owned();
            self.fault(Code::Forbidden, item, message, Some(help));
            return None;
        }
        if how.is_sound(part) {
            return Some(part.as_str().into());
        }
        let (message, help) = match how {
            How::ContainsAny => ("an empty text is in every text".to_owned(), "leave it out"),
            How::HasWord => (
                format!("there is no word in `{part}`"),
                "write a word; `*` stands for its endings: `cancel*`",
            ),
        };
        self.fault(Code::Empty, item, message, Some(help.to_owned()));
        None
    }
}
