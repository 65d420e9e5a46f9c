//! What the service tells over some nights.

use crate::host::Host;
use crate::kill::ORDERS;
use crate::receiver::{Manners, Receiver};

/// A fact in a line: the day, what happened to what, and whose.
fn line(body: &str) -> String {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let text = |it: &serde_json::Value| it.as_str().unwrap_or_default().to_owned();
    if let Some(it) = body.get("event") {
        let (day, change) = (text(&it["day"]), text(&it["change"]["kind"]));
        format!("{day} {} {} {change}: {}", text(&it["subject"]), text(&it["rule"]), text(&it["message"]))
    } else {
        let it = &body["action"];
        let change = it.get("change").map_or("issued".to_owned(), text);
        format!("{} {} {} {change}", text(&it["day"]), text(&it["subject"]), text(&it["step"]))
    }
}

#[test]
fn what_comes_late_is_taken_back_corrected_or_told() {
    let receiver = Receiver::start(Manners::Good);
    let host = Host::new("nights", &receiver.url);
    let done = host.finish(&ORDERS);
    let told: Vec<String> = receiver.kept().iter().map(|it| line(&it.1)).collect();
    println!("{}\n{}", done.join("\n"), told.join("\n"));
}
