//! Blocks as HTML.

use super::bar;
use super::block::{Block, Cell, Entry, Grid, Notice, Row, RowSort, Score, Shares, Waterfall};
use super::html::Html;
#[cfg(feature = "outcome")]
use super::timeline;
use crate::text::number::{count, percent};

/// The deepest indentation; what is deeper stands there too.
const DEEPEST: usize = 5;

impl Block {
    pub(super) fn draw(&self, out: &mut Html) {
        match self {
            Self::Heading(text) => out.tag("h4", &[("class", "ft-head")], |out| out.text(text)),
            Self::Line(text) => out.tag("p", &[("class", "ft-line")], |out| out.sentence(text)),
            Self::Score(it) => it.draw(out),
            Self::Waterfall(it) => it.draw(out),
            Self::Shares(it) => it.draw(out),
            Self::Grid(it) => it.draw(out),
            Self::Notices(all) => out.tag("ul", &[("class", "ft-notices")], |out| {
                all.iter().for_each(|notice| notice.draw(out));
            }),
            Self::Listing(all) => all.iter().for_each(|entry| entry.draw(out)),
            #[cfg(feature = "outcome")]
            Self::Timeline(it) => timeline::draw(out, it),
        }
    }
}

impl Score {
    fn draw(&self, out: &mut Html) {
        out.tag("div", &[("class", "ft-score")], |out| {
            out.tag("p", &[("class", "ft-lead")], |out| {
                let large = self.strip.as_ref().is_none_or(|strip| strip.score.is_some());
                let large = if large { "ft-value" } else { "ft-none" };
                out.says("span", large, &self.value);
                if let Some((mark, name)) = &self.band {
                    out.text(" ");
                    out.tag("span", &[("class", "ft-pill")], |out| {
                        mark.draw(out);
                        out.name(name);
                    });
                }
                if let Some(aside) = &self.aside {
                    out.text(" ");
                    out.says("span", "ft-muted", aside);
                }
            });
            if let Some(strip) = &self.strip {
                bar::strip(out, strip);
            }
            out.tag("dl", &[("class", "ft-facts")], |out| {
                for (name, value) in &self.facts {
                    out.tag("div", &[], |out| {
                        out.tag("dt", &[], |out| out.text(name));
                        out.tag("dd", &[], |out| out.name(value));
                    });
                }
            });
        });
    }
}

impl Waterfall {
    fn draw(&self, out: &mut Html) {
        let drawn = self.span.is_some();
        let mut class =
            if drawn { "ft-table ft-fall" } else { "ft-table ft-fall ft-bare" }.to_owned();
        if self.amounts {
            class += " ft-amounts";
        }
        out.tag("table", &[("class", &class)], |out| {
            out.says("caption", "ft-caption", &self.title);
            let [what, value, detail] = &self.heads;
            out.tag("thead", &[], |out| {
                out.tag("tr", &[], |out| {
                    head(out, "ft-what", what);
                    if let Some(span) = self.span {
                        out.tag("th", &[("class", "ft-draw"), ("aria-hidden", "true")], |out| {
                            bar::axis(out, span);
                        });
                    }
                    head(out, "ft-number", value);
                    head(out, "ft-detail", detail);
                });
            });
            out.tag("tbody", &[], |out| {
                self.rows.iter().for_each(|row| self.row(out, row));
            });
        });
    }

    fn row(&self, out: &mut Html, row: &Row) {
        let class = match row.sort {
            RowSort::Group { .. } => "ft-row ft-group",
            RowSort::Step { .. } | RowSort::Amount { .. } => "ft-row",
            RowSort::Nothing { .. } => "ft-row ft-idle",
            RowSort::Total { .. } | RowSort::Stand { .. } => "ft-row ft-sum",
        };
        let indent = format!("ft-what ft-deep{}", row.depth.min(DEEPEST));
        out.tag("tr", &[("class", class)], |out| {
            out.tag("th", &[("class", &indent), ("scope", "row")], |out| {
                out.name(&row.name);
                if !row.note.is_empty() {
                    out.tag("span", &[("class", "ft-why")], |out| out.sentence(&row.note));
                }
            });
            if let Some(span) = self.span {
                out.tag("td", &[("class", "ft-draw")], |out| bar::row(out, span, row));
            }
            out.says("td", "ft-number", &row.value);
            out.says("td", "ft-detail", &row.detail);
        });
    }
}

fn head(out: &mut Html, class: &str, text: &str) {
    out.tag("th", &[("class", class), ("scope", "col")], |out| out.text(text));
}

impl Shares {
    fn draw(&self, out: &mut Html) {
        bar::shares(out, self);
        let total = self.total() as f64;
        out.tag("ul", &[("class", "ft-legend")], |out| {
            for it in &self.parts {
                out.tag("li", &[], |out| {
                    it.mark.draw(out);
                    out.name(&it.name);
                    out.text(" ");
                    out.says("b", "ft-count", &count(it.count));
                    out.text(" ");
                    let share = if total > 0.0 { it.count as f64 / total } else { 0.0 };
                    out.says("span", "ft-muted", &percent(share, 1));
                });
            }
        });
    }
}

impl Grid {
    fn draw(&self, out: &mut Html) {
        let number = |at: usize| {
            let mut cells = self.rows.iter().filter_map(|row| row.get(at));
            cells.next().is_some_and(|cell| cell.number)
        };
        out.tag("table", &[("class", "ft-table ft-list")], |out| {
            out.says("caption", "ft-caption", &self.title);
            out.tag("thead", &[], |out| {
                out.tag("tr", &[], |out| {
                    for (at, it) in self.heads.iter().enumerate() {
                        head(out, if number(at) { "ft-number" } else { "ft-cell" }, it);
                    }
                });
            });
            out.tag("tbody", &[], |out| {
                for row in &self.rows {
                    out.tag("tr", &[("class", "ft-row")], |out| {
                        for (cell, head) in row.iter().zip(&self.heads) {
                            cell.draw(out, head);
                        }
                    });
                }
            });
        });
    }
}

impl Cell {
    fn draw(&self, out: &mut Html, head: &str) {
        let class = match (self.number, &self.strip, self.text.is_empty()) {
            (true, _, _) => "ft-number",
            (_, Some(_), _) => "ft-cell ft-small-cell",
            (_, _, true) => "ft-cell ft-wide",
            _ => "ft-cell",
        };
        // On a narrow page the heads are gone, and each cell says what it is.
        out.tag("td", &[("class", class), ("data-head", head)], |out| {
            if let Some(mark) = &self.mark {
                mark.draw(out);
            }
            if !self.text.is_empty() {
                out.name(&self.text);
            }
            if let Some(strip) = &self.strip {
                bar::small_strip(out, strip);
            }
            for note in self.notes.iter().filter(|note| !note.is_empty()) {
                out.tag("span", &[("class", "ft-why")], |out| out.sentence(note));
            }
        });
    }
}

impl Notice {
    fn draw(&self, out: &mut Html) {
        out.tag("li", &[("class", "ft-notice")], |out| {
            // Colours are attributes, as a host may strip styles.
            let frame = [("class", "ft-edge"), ("width", "4"), ("height", "100%")];
            out.tag("svg", &[&frame[..], &[("aria-hidden", "true")]].concat(), |out| {
                let all = [("width", "4"), ("height", "100%"), ("fill", self.colour)];
                out.leaf("rect", &all);
            });
            out.tag("p", &[("class", "ft-notice-head")], |out| {
                out.says("b", "ft-weight", &self.weight);
                out.text(" ");
                out.tag("b", &[], |out| out.sentence(&self.name));
                out.text(" ");
                out.says("span", "ft-muted", &self.state);
            });
            if !self.message.is_empty() {
                out.tag("p", &[("class", "ft-message")], |out| out.sentence(&self.message));
            }
            if !self.evidence.is_empty() {
                out.tag("dl", &[("class", "ft-facts")], |out| {
                    for (name, value) in &self.evidence {
                        out.tag("div", &[], |out| {
                            out.tag("dt", &[], |out| out.name(name));
                            out.tag("dd", &[], |out| out.name(value));
                        });
                    }
                });
            }
            for note in &self.notes {
                out.tag("p", &[("class", "ft-why")], |out| out.sentence(note));
            }
        });
    }
}

impl Entry {
    fn draw(&self, out: &mut Html) {
        out.tag("div", &[("class", "ft-entry")], |out| {
            out.tag("p", &[("class", "ft-notice-head")], |out| {
                out.tag("b", &[], |out| out.name(&self.place));
                out.text(" ");
                out.says("span", if self.good { "ft-muted" } else { "ft-odd" }, &self.state);
            });
            out.tag("pre", &[("class", "ft-code"), ("dir", "auto")], |out| out.text(&self.code));
            if !self.lines.is_empty() {
                out.tag("details", &[("class", "ft-steps")], |out| {
                    out.says("summary", "ft-muted", "steps");
                    out.tag("pre", &[("class", "ft-code")], |out| out.text(&self.lines.join("\n")));
                });
            }
        });
    }
}
