//! A day in the other paths: in columns, and one subject over the results of the last.

use foretell::frame::{Column, SubjectKind};
use foretell::{Assessment, Engine, Input, Scores, State};

/// What differs from the assessment. `state` is the one that it was made with.
pub(super) fn differences(
    engine: &Engine,
    input: &Input<'_>,
    assessment: &Assessment,
    state: &State,
) -> Vec<String> {
    let as_of = assessment.as_of();
    let mut failures = Vec::new();
    let scores = engine.score(input, as_of, state);
    compare(engine, assessment, &scores, "columns", &mut failures);
    // Twice, so that a single subject has the memory of one.
    let again = engine.score_again(scores, input, as_of, state);
    let again = engine.score_again(again, input, as_of, state);
    compare(engine, assessment, &again, "the memory of the last", &mut failures);
    failures
}

fn compare(
    engine: &Engine,
    assessment: &Assessment,
    scores: &Scores,
    path: &str,
    failures: &mut Vec<String>,
) {
    let shown = |it: Option<&Column>| {
        it.map(|it| (0..it.len()).map(|row| format!("{:?}", it.value(row))).collect::<Vec<_>>())
    };
    for kind in SubjectKind::ALL {
        for name in engine.columns(kind) {
            // What alerts say is of an assessment's own making.
            let (want, got) = (assessment.column(kind, name), scores.column(kind, name));
            let (want, got) = (shown(want), shown(got));
            if want != got {
                failures.push(format!("in {path} `{name}` of a {kind} is {got:?}, not {want:?}"));
            }
        }
    }
}
