//! Companies given in batches, with the companies that they belong to.

#![cfg(feature = "toml")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails so")]

use std::sync::Arc;

use arrow_array::{Float64Array, RecordBatch, StringArray};

use super::FrameReader;
use crate::engine::Note;
use crate::frame::SubjectKind::Company;
use crate::value::Value;
use crate::{Config, Engine, Input, State};

#[test]
fn a_column_says_which_company_a_company_belongs_to() {
    let parents = StringArray::from(vec![None, Some("hq"), Some("gone")]);
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("id", Arc::new(StringArray::from(vec!["hq", "daughter", "lost"])) as _, false),
        ("parent_id", Arc::new(parents) as _, true),
        ("n", Arc::new(Float64Array::from(vec![1.0, 2.0, 3.0])) as _, false),
    ])
    .unwrap();
    for (name, stands) in [("n", false), ("parent_id", true)] {
        let text = format!(
            "subject = 'company'\nmetrics = [{{ name = 'n' }}, {{ name = 'all', expr = 'tree.companies.n.sum' }}]\n\
             [[rules]]\nname = 'r'\nwhen = 'is_present({name})'\n"
        );
        let engine = Engine::compile(&Config::parse(&text)).unwrap();
        let reader = FrameReader::new(Company).ids("id").of(&engine);
        let frame = reader.read(&batch.schema(), std::slice::from_ref(&batch)).unwrap();
        let out = engine.assess(
            &Input::frame(&frame),
            "2026-03-01".parse::<crate::time::AsOf>().unwrap(),
            &State::new(),
        );
        let out = out.unwrap();
        let all = ["hq", "daughter", "lost"].map(|subject| out.value(Company, "all", subject));
        assert_eq!(all, [3.0, 2.0, 3.0].map(Value::Number));
        let lost =
            Note::NoParent { kind: Company, parent: Company, subjects: 1, first: "gone".into() };
        // Read as an attribute, it is a column that is given in its place.
        let given = || Note::Given { kind: Company, metric: "parent_id".to_owned() };
        let notes: Vec<Note> = [Some(lost), stands.then(given)].into_iter().flatten().collect();
        assert_eq!(out.notes(), notes);
        // A config that reads the column as it stands has it too.
        assert_eq!(frame.get("parent_id").is_some(), stands);
    }
}
