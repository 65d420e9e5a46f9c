//! Which columns of a table are likely to be its ids.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema};

use super::values::ids;

/// Of how many rows a column is judged: our choice, enough that a category does not look like an id.
const LOOKED_AT: usize = 10_000;

/// How many columns are named at most.
const NAMED: usize = 5;

/// Words for what has an id.
const WHO: [&str; 22] = [
    "customer",
    "cust",
    "account",
    "acct",
    "acc",
    "subscription",
    "sub",
    "client",
    "company",
    "tenant",
    "org",
    "organization",
    "organisation",
    "user",
    "member",
    "contract",
    "case",
    "ticket",
    "subscriber",
    "party",
    "email",
    "domain",
];

/// Words for an id itself.
const WHAT: [&str; 14] = [
    "id",
    "ids",
    "key",
    "uuid",
    "guid",
    "uid",
    "no",
    "nr",
    "num",
    "number",
    "code",
    "ref",
    "identifier",
    "index",
];

/// The columns of a table that may be its ids, the likeliest first: texts or whole numbers that differ from row to row and
/// are never missing. Those whose name speaks of an id (`customerID`, `account`, `Customer Id`) come first; without any of
/// them texts that all differ. At most five.
///
/// A column of nulls is judged by its name alone. Of a long table the beginning is looked at.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow_array::{RecordBatch, StringArray};
/// use foretell::arrow::likely_ids;
///
/// let batch = RecordBatch::try_from_iter([
///     ("plan", Arc::new(StringArray::from(vec!["pro", "pro"])) as _),
///     ("customerID", Arc::new(StringArray::from(vec!["acme", "globex"])) as _),
/// ])?;
/// assert_eq!(likely_ids(&batch.schema(), &[batch]), ["customerID"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn likely_ids(schema: &Schema, batches: &[RecordBatch]) -> Vec<String> {
    let mut named = Vec::new();
    let mut others = Vec::new();
    for (at, field) in schema.fields().iter().enumerate() {
        let name = field.name();
        let rank = rank(name);
        let found = match differ(at, field.data_type(), batches) {
            Some(true) => true,
            Some(false) => false,
            None => rank > 0,
        };
        let is_text = !field.data_type().is_integer();
        match rank {
            _ if !found => {}
            0 if is_text => others.push(name.clone()),
            0 => {}
            rank => named.push((rank, name.clone())),
        }
    }
    named.sort_by_key(|it| std::cmp::Reverse(it.0));
    let mut all: Vec<String> = named.into_iter().map(|it| it.1).collect();
    if all.is_empty() {
        all = others;
    }
    all.truncate(NAMED);
    all
}

/// How much a name speaks of ids: 3 of `customer id`, 2 of `id`, 1 of `customer` and `invoice no`, 0 not at all.
fn rank(name: &str) -> u8 {
    let words = words(name);
    let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
    let joined = words.concat();
    // `customerid`, `CUSTID`, in which no word begins.
    let glued = || {
        let who = WHO.iter().filter_map(|who| joined.strip_prefix(who));
        who.into_iter().any(|rest| WHAT.contains(&rest))
    };
    match (has(&WHO), has(&WHAT)) {
        (true, true) => 3,
        _ if glued() => 3,
        (false, true) if words.len() == 1 => 2,
        // Of `account name` the words are two: what it is called may be duplicated.
        (true, false) if words.len() == 1 || words.last().is_some_and(|word| word == "name") => 1,
        (false, true) => 1,
        _ => 0,
    }
}

/// The words of a name in small letters: of `customerID`, `Customer Id` and `customer_id` they are `customer` and `id`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for it in name.chars() {
        let begins = it.is_uppercase() && before.is_lowercase();
        if !it.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if let (true, Some(word)) = (it.is_alphanumeric(), words.last_mut()) {
            word.extend(it.to_lowercase());
        }
        before = it;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether the values are there and differ; `None` where nothing is known of them.
fn differ(at: usize, data_type: &DataType, batches: &[RecordBatch]) -> Option<bool> {
    let mut seen: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut rows = 0;
    let nothing = batches.iter().all(|batch| {
        batch.columns().get(at).is_none_or(|column| column.null_count() == column.len())
    });
    if nothing || data_type.is_null() {
        return None;
    }
    for batch in batches {
        let Some(column) = batch.columns().get(at) else { continue };
        let column = column.slice(0, column.len().min(LOOKED_AT - rows));
        let mut all = Vec::new();
        if ids(&column, &mut all).is_none() {
            return Some(false);
        }
        for it in all {
            let Some(it) = it.filter(|id| !id.is_empty()) else { return Some(false) };
            if !seen.insert(it) {
                return Some(false);
            }
            rows += 1;
        }
        if rows >= LOOKED_AT {
            break;
        }
    }
    Some(rows > 0)
}

#[cfg(test)]
mod tests {
    use crate::time::AsOf;
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int64Array, NullArray, RecordBatch, StringArray};

    use super::{likely_ids, rank};
    use crate::arrow::FrameReader;
    use crate::frame::SubjectKind::{Account, Subscription};
    use crate::{Config, Engine, Input, State};

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn texts(all: &[&str]) -> ArrayRef {
        Arc::new(StringArray::from(all.to_vec()))
    }

    fn numbers(all: &[f64]) -> ArrayRef {
        Arc::new(Float64Array::from(all.to_vec()))
    }

    #[test]
    fn likely_columns_differ_from_row_to_row() {
        let whole: ArrayRef = Arc::new(Int64Array::from(vec![7, 9]));
        let gaps: ArrayRef = Arc::new(StringArray::from(vec![Some("x"), None]));
        for (columns, expected) in [
            (vec![("plan", texts(&["a", "a"])), ("customerID", texts(&["x", "y"]))], "customerID"),
            (
                vec![("account", texts(&["x", "y"])), ("Customer Id", whole.clone())],
                "Customer Id, account",
            ),
            // What is duplicated or nowhere is no id, whatever it is called.
            (vec![("customer_id", texts(&["x", "x"])), ("uuid", texts(&["p", "q"]))], "uuid"),
            (vec![("customer_id", gaps), ("who", texts(&["p", "q"]))], "who"),
            // A measure that happens to differ is none.
            (vec![("seats", whole), ("arr", numbers(&[1.5, 2.5]))], ""),
            (
                vec![
                    ("account_id", Arc::new(NullArray::new(2)) as ArrayRef),
                    ("x", Arc::new(NullArray::new(2))),
                ],
                "account_id",
            ),
        ] {
            let batch = batch(columns);
            assert_eq!(
                likely_ids(&batch.schema(), std::slice::from_ref(&batch)).join(", "),
                expected
            );
        }
    }

    #[test]
    fn row_numbers_are_scored_and_never_kept() {
        let engine = Engine::compile(&Config::parse(
            "metrics = [{ name = \"nps\" }]\n[[scorecards]]\nname = \"health\"\n\
             bands = [{ name = \"red\" }, { name = \"green\", from = 50 }]\n\
             factors = [{ metric = \"nps\", points.linear = { worst = 0, best = 10 } }]\n\
             [[rules]]\nname = \"low\"\nwhen = \"nps < 5\"",
        ))
        .unwrap();
        let batch = batch(vec![("Kunde", texts(&["x", "y"])), ("nps", numbers(&[2.0, 9.0]))]);
        let schema = batch.schema();
        let read = |reader: FrameReader<'_>| {
            reader.of(&engine).read(&schema, std::slice::from_ref(&batch)).unwrap()
        };
        let [first, second] = ["2026-03-01", "2026-03-02"].map(|day| day.parse::<AsOf>().unwrap());
        let frame = read(FrameReader::new(Subscription));
        let scored = engine.score(&Input::frame(&frame), first, &State::new());
        assert_eq!((scored.score("health"), scored.faults()), (Some(&[20.0, 90.0][..]), &[][..]));

        let why = engine.assess(&Input::frame(&frame), first, &State::new()).unwrap_err();
        let said = |all: &[crate::Fault]| {
            all.iter()
                .map(|fault| format!("{fault} ({})", fault.help.as_deref().unwrap_or("")))
                .collect::<Vec<_>>()
        };
        let wanted = "the table of subscriptions has no column of ids, and the numbers of its rows are no ids \
                      (name the column that has them: `Kunde`?)";
        assert!(matches!(why, crate::engine::AssessError::NoIds(_)), "{why}");
        assert_eq!(said(&why.faults()), [wanted]);

        let named = read(FrameReader::new(Subscription).ids("Kunde"));
        let state =
            engine.assess(&Input::frame(&named), first, &State::new()).unwrap().state().clone();
        assert!(!state.is_new());
        let scored = engine.score(&Input::frame(&frame), second, &state);
        assert_eq!(said(scored.faults()), [wanted]);
        let again = engine.score_again(scored, &Input::frame(&frame), second, &state);
        assert_eq!(said(again.faults()), [wanted]);
        let why = engine.assess(&Input::frame(&frame), second, &state).unwrap_err();
        assert_eq!(said(&why.faults()), [wanted]);
        assert!(engine.score(&Input::frame(&named), second, &state).faults().is_empty());

        // Without a past too, where others name them.
        let accounts = read(FrameReader::new(Account));
        let mut children = read(FrameReader::new(Subscription).ids("Kunde"));
        children.set_parents(Account, vec![Some("0".into()), None]).unwrap();
        let both = Input::frame(&children).and_frame(&accounts);
        assert_eq!(engine.score(&both, first, &State::new()).faults().len(), 1);
    }

    #[test]
    fn names_that_speak_of_ids() {
        for (name, expected) in [
            ("customerID", 3),
            ("Customer Id", 3),
            ("CUSTOMER_ID", 3),
            ("customerid", 3),
            ("AccountNumber", 3),
            ("acct_no", 3),
            ("CustID", 3),
            ("user-uuid", 3),
            ("id", 2),
            ("ID", 2),
            ("uuid", 2),
            ("account", 1),
            ("Account Name", 1),
            ("email", 1),
            ("row id", 1),
            ("paid", 0),
            ("idle_days", 0),
            ("account_age", 0),
            ("customers", 0),
            ("plan", 0),
        ] {
            assert_eq!(rank(name), expected, "{name}");
        }
    }
}
