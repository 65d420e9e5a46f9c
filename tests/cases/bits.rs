//! What comes of a case to the last bit, for those who run the cases in another language.

use std::fmt::Write as _;

use foretell::frame::SubjectKind;
use foretell::{Assessment, Engine};

/// One line for each subject and scorecard: score, raw score, coverage and interval as the bits of doubles, bands, and
/// the contributions of the factors. One more for what rules say.
pub(super) fn bits(
    engine: &Engine,
    assessment: &Assessment,
    subjects: &[(SubjectKind, &str)],
) -> Vec<String> {
    let mut all = Vec::new();
    for (kind, id) in subjects {
        for card in assessment.scorecards() {
            if assessment.scorecard_kind(card) != Some(*kind) {
                continue;
            }
            let it = assessment.score(card, id).unwrap();
            let [low, high] = it.interval.map_or([None; 2], |it| it.map(Some));
            let numbers = [it.score, it.raw_score, Some(it.coverage), low, high].map(hex).join(" ");
            let bands = [it.band, it.raw_band].map(|it| it.unwrap_or("-")).join(" ");
            let mut line = format!("{id} {card}: {numbers} {bands}");
            for it in engine.explain(assessment, card, id).unwrap().lines {
                let _ = write!(line, " {}", hex(Some(it.contribution)));
            }
            all.push(line);
        }
        let mut said = Vec::new();
        for rule in assessment.rules().iter().filter(|it| it.kind == *kind) {
            let fires = rule.matches.iter().any(|it| it.subject.as_ref() == *id);
            let unclear = rule.no_data.iter().any(|it| it.as_ref() == *id)
                || rule.faulted.iter().any(|it| it.0.as_ref() == *id);
            said.push(format!(
                "{}={}",
                rule.rule,
                if unclear {
                    "?"
                } else if fires {
                    "1"
                } else {
                    "0"
                }
            ));
        }
        if !said.is_empty() {
            all.push(format!("{id} rules: {}", said.join(" ")));
        }
    }
    all
}

fn hex(it: Option<f64>) -> String {
    it.map_or_else(|| "-".to_owned(), |it| format!("{:016x}", it.to_bits()))
}
