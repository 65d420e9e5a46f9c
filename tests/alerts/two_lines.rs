//! The two-line rules of the page on alerts, each at its moment in the life of one subscription.

use foretell::alert::Change;
use foretell::book::{Book, Mode, Tables};
use foretell::config::Config;
use foretell::frame::{Column, Frame, SubjectKind};
use foretell::{Engine, Input, State};

/// The block of the page that stands under a heading.
fn block(heading: &str) -> String {
    let page = include_str!("../../docs/alerts.md");
    let (_, rest) = page.split_once(heading).expect("the heading");
    let (_, rest) = rest.split_once("```toml\n").expect("a block");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// Ten tickets in the first half of 2025, a login a week until 1 June 2025, a sponsor who leaves on 10 September.
fn book() -> Book {
    let cases: Vec<String> = (1..=10)
        .map(|it| {
            format!(
                r#"{{ "id": "c{it}", "account_id": "a", "subscription_id": "s",
                     "opened": "2025-0{}-15", "resolved": "2025-0{}-16" }}"#,
                1 + it % 6,
                1 + it % 6
            )
        })
        .collect();
    let logins: Vec<String> = (0..22)
        .map(|week| {
            let day =
                chrono::NaiveDate::from_ymd_opt(2025, 1, 5).unwrap() + chrono::Days::new(7 * week);
            format!(
                r#"{{ "subscription_id": "s", "name": "logins", "date": "{day}", "value": 3 }}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{ "accounts": [{{ "id": "a" }}],
            "subscriptions": [{{ "id": "s", "account_id": "a", "start": "2024-01-01",
                                "renewal_date": "2025-12-31" }}],
            "contacts": [
                {{ "id": "k1", "account_id": "a", "subscription_id": "s", "role": "sponsor",
                   "left": "2025-09-10" }},
                {{ "id": "k2", "account_id": "a", "subscription_id": "s", "role": "admin",
                   "left": "2025-07-01" }},
                {{ "id": "k3", "account_id": "a", "subscription_id": "s", "role": "sponsor" }}],
            "cases": [{}], "usage": [{}] }}"#,
        cases.join(","),
        logins.join(",")
    );
    let tables: Tables = serde_json::from_str(&text).unwrap();
    Book::load(tables, Mode::Strict).unwrap().book
}

/// Use by month of 2025: all is well, then it falls, and stays low.
const USE: [f64; 12] = [0.9, 0.9, 0.9, 0.8, 0.7, 0.5, 0.38, 0.3, 0.3, 0.3, 0.3, 0.3];

#[test]
fn each_two_line_rule_fires_at_its_moment() {
    let engine = Engine::compile(&Config::parse(&block("## Two-line rules"))).unwrap();
    assert!(engine.warnings().is_empty(), "{:?}", engine.warnings());
    let book = book();
    let mut state = State::new();
    let mut fired = Vec::new();
    for (month, used) in (1..).zip(USE) {
        // On the first of each month.
        let day = chrono::NaiveDate::from_ymd_opt(2025, month, 1).unwrap();
        let mut frame = Frame::new(SubjectKind::Subscription, ["s"]).unwrap();
        frame.insert("utilisation", Column::numbers([Some(used)])).unwrap();
        let input = Input::book(&book).and_frame(&frame);
        let assessment = engine.assess(&input, day, &state).unwrap();
        assert!(assessment.faults().is_empty(), "{:?}", assessment.faults());
        let news = assessment.events().iter().filter(|it| it.change == Change::Fired);
        fired.extend(news.map(|it| format!("{month:02} {}", it.rule)));
        let json = serde_json::to_string(assessment.state()).unwrap();
        state = serde_json::from_str(&json).unwrap();
    }
    insta::assert_snapshot!(fired.join("\n"), @r"
    06 fell_from_green
    06 score_fell_15_points_in_30_days
    07 no_login_for_20_days
    07 red
    09 in_red_for_two_months
    10 low_use_at_four_evaluations
    10 no_tickets_where_there_used_to_be
    10 renewal_in_120_days_and_little_use
    10 sponsor_left
    11 little_use_and_renewal_near
    11 low_use_four_months_in_a_row
    ");
}
