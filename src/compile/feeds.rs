//! Checks what a config says of feeds.

use crate::compile::resolve::Resolver;
use crate::fault::{Code, Fault};
use crate::metric::check_feed;
use crate::node::shorten;

/// A name of a feed that is none; `near` is what was perhaps meant.
pub(crate) fn unknown(path: String, name: &str, near: Option<String>) -> Fault {
    let help = near.map_or_else(
        || "a feed is a table such as `cases`, or a usage series such as `usage.logins`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("there is no feed `{}`", shorten(name));
    Fault::new(Code::UnknownName, path, message).help(help)
}

impl Resolver<'_> {
    /// Checks what the config says of feeds.
    pub(crate) fn check_feeds(&self) {
        let known: Vec<&str> =
            self.config.metrics.iter().filter_map(|metric| metric.from.as_deref()).collect();
        let named = || {
            let all = self.config.feeds.iter().enumerate();
            all.map(|(at, it)| (format!("feeds[{at}].name"), it.name.as_str()))
        };
        self.check_duplicates(named().map(|(path, name)| (path, None, "feed", name)));
        for (path, name) in named() {
            if let Err(near) = check_feed(name, None, known.iter().copied()) {
                self.fault(unknown(path, name, near));
            }
        }
    }
}
