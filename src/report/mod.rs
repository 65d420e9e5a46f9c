//! Results for people to look at: text, and HTML with pictures as inline SVG, as strings.
//!
//! Each function makes a [`Report`] of a result; the report is then asked for in one of three forms.
//! [`Report::html`] is a fragment for a notebook or a page of the host's: scoped styles, no script, nothing
//! from the network, and readable on light and dark ground alike. [`Report::page`] is a whole document.
//! As text (`Display`) it is for terminals, logs and mails.
//!
//! Numbers are shown to one decimal, half away from zero; bars are drawn from what is not rounded. Bands
//! and directions never rest on colour alone: each has a shape or a sign, and its name.
//!
//! ```
//! # #[cfg(feature = "toml")] {
//! use chrono::NaiveDate;
//! use foretell::frame::{Column, Frame, SubjectKind};
//! use foretell::{Config, Engine, Input, State, report};
//!
//! let engine = Engine::compile(&Config::parse(r#"
//!     metrics = [{ name = "logins" }]
//!     [[scorecards]]
//!     name = "health"
//!     bands = [{ name = "red" }, { name = "green", from = 50 }]
//!     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
//! "#))?;
//! let mut frame = Frame::new(SubjectKind::Subscription, ["<b>s1</b>"])?;
//! frame.insert("logins", Column::numbers([Some(10.0)]))?;
//! let day: NaiveDate = "2026-03-01".parse()?;
//! let assessment = engine.assess(&Input::frame(&frame), day, &State::new())?;
//!
//! let report = report::subject(&engine, &assessment, "health", "<b>s1</b>").ok_or("unknown")?;
//! assert!(report.html().contains("&lt;b&gt;s1&lt;/b&gt;"));
//! assert!(report.to_string().contains("25.0 red"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Must not know: anything that is not in the results; where a report is shown or sent.

mod bands;
mod bar;
mod block;
mod change;
mod colour;
#[cfg(feature = "outcome")]
mod course;
mod draw;
mod explanation;
mod html;
#[cfg(feature = "outcome")]
mod loss;
mod notes;
mod overview;
mod plan;
#[cfg(feature = "outcome")]
mod renewals;
mod style;
mod subject;
#[cfg(test)]
mod tests;
mod text;
#[cfg(feature = "outcome")]
mod timeline;
mod words;

use std::fmt;

pub use change::{change, comparison};
pub use explanation::explanation;
pub use html::escape;
#[cfg(feature = "outcome")]
pub use loss::{losses, post_mortem};
pub use overview::overview;
pub use plan::plan;
#[cfg(feature = "outcome")]
pub use renewals::{forecast, renewal};
pub use subject::subject;

use block::Block;
use html::Html;

/// What there is to say of a result, in order, to be shown as text or as HTML.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// # use foretell::frame::{Column, Frame, SubjectKind};
/// # use foretell::time::AsOf;
/// use foretell::report;
/// use foretell::{Config, Engine, Input, State};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     bands = [{ name = "red" }, { name = "green", from = 50 }]
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
/// "#))?;
/// let mut frame = Frame::new(SubjectKind::Subscription, ["acme"])?;
/// frame.insert("logins", Column::numbers([Some(10.0)]))?;
/// let day: AsOf = "2026-03-01".parse()?;
/// let night = engine.assess(&Input::frame(&frame), day, &State::new())?;
/// let report = report::subject(&engine, &night, "health", "acme").ok_or("unknown")?;
/// assert!(report.to_string().contains("25.0 red")); // for a terminal or a mail
/// assert!(report.html().starts_with("<section")); // a fragment for a page of the host's
/// assert!(report.page().starts_with("<!DOCTYPE html>")); // a whole document
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What it is about.
    title: String,
    /// What sort of thing that is, and of which day.
    about: String,
    blocks: Vec<Block>,
    /// What it says as text, where that is not what the blocks say.
    text: Option<String>,
    /// Which engine made the result, where that is known.
    engine: Option<String>,
}

impl Report {
    fn new(title: impl Into<String>, about: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            about: about.into(),
            blocks: Vec::new(),
            text: None,
            engine: None,
        }
    }

    fn made_by(mut self, engine: &str) -> Self {
        self.engine = Some(engine.to_owned());
        self
    }

    /// The same with the text that the result itself gives.
    #[cfg(feature = "outcome")]
    fn said_as(mut self, text: String) -> Self {
        self.text = Some(text);
        self
    }

    fn push(&mut self, block: impl Into<Block>) {
        self.blocks.push(block.into());
    }

    /// What it is about.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// A fragment of HTML, which is well-formed XML too: one `<section>` with its own styles.
    ///
    /// Its classes begin with `ft-`, and its styles reach nothing outside it. Several fragments can stand
    /// on one page. Its heading is an `<h3>`.
    #[must_use]
    pub fn html(&self) -> String {
        let mut out = Html::default();
        self.section(&mut out);
        out.into_string()
    }

    /// A whole HTML document, light or dark as the reader's system asks for.
    #[must_use]
    pub fn page(&self) -> String {
        let mut out = Html::default();
        out.tag("html", &[("lang", "en")], |out| {
            out.tag("head", &[], |out| {
                out.leaf("meta", &[("charset", "utf-8")]);
                let scale = "width=device-width, initial-scale=1";
                out.leaf("meta", &[("name", "viewport"), ("content", scale)]);
                out.tag("title", &[], |out| out.text(&self.title));
                out.style(style::PAGE);
            });
            out.tag("body", &[], |out| self.section(out));
        });
        format!("<!DOCTYPE html>\n{}", out.into_string())
    }

    fn section(&self, out: &mut Html) {
        out.tag("section", &[("class", "foretell"), ("lang", "en"), ("dir", "ltr")], |out| {
            out.style(style::FRAGMENT);
            out.tag("p", &[("class", "ft-about")], |out| out.text(&self.about));
            out.tag("h3", &[("class", "ft-title")], |out| out.name(&self.title));
            self.blocks.iter().for_each(|block| block.draw(out));
            if let Some(foot) = self.foot() {
                out.says("p", "ft-foot", &foot);
            }
        });
    }

    /// How to read the numbers, and what made them.
    fn foot(&self) -> Option<String> {
        let rounded = |it: &Block| {
            matches!(it, Block::Score(_) | Block::Waterfall(_) | Block::Shares(_) | Block::Grid(_))
        };
        let rounding = "Numbers are rounded half away from zero; bars are not.";
        let rounding = self.blocks.iter().any(rounded).then(|| rounding.to_owned());
        let engine = self.engine.as_ref().map(|engine| format!("Engine {engine}."));
        let all: Vec<String> = rounding.into_iter().chain(engine).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.text {
            writeln!(f, "{}", text.trim_end())?;
        } else {
            writeln!(f, "{}\n{}", self.title, self.about)?;
            self.blocks.iter().try_for_each(|block| block.write(f))?;
        }
        match self.foot() {
            Some(foot) => writeln!(f, "\n{foot}"),
            None => Ok(()),
        }
    }
}
