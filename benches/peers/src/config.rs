//! The workload as a config of foretell.

use std::fmt::Write as _;

use crate::language::Expr;
use crate::workload::Spec;

/// The name of the scorecard that gives the total.
pub const SCORECARD: &str = "health";

/// What a name of the workload is called in foretell.
#[must_use]
pub fn name(spec: &Spec, name: &str) -> String {
    match name {
        "total" => SCORECARD.to_owned(),
        "band" => format!("{SCORECARD}.band"),
        other if spec.groups.iter().any(|it| it.name == other) => format!("{SCORECARD}.{other}"),
        other => other.to_owned(),
    }
}

/// The config: the scorecard, and the rules if they are wanted.
///
/// No coverage is asked for, so that a score is there as soon as one factor is, and no band is withheld, as in the
/// workload.
#[must_use]
pub fn text(spec: &Spec, with_rules: bool) -> String {
    let mut out = String::new();
    for metric in &spec.metrics {
        let _ = writeln!(out, "[[metrics]]\nname = {:?}\n", metric.name);
    }
    let _ = writeln!(
        out,
        "[[scorecards]]\nname = {SCORECARD:?}\nmin_coverage = 0.0\nwithhold_best = false"
    );
    let mut edge = None;
    let bands: Vec<String> = spec
        .bands
        .iter()
        .map(|band| {
            let from = edge.map_or_else(String::new, |it: f64| format!(", from = {it:?}"));
            edge = band.below;
            format!("{{ name = {:?}{from} }}", band.name)
        })
        .collect();
    let _ = writeln!(out, "bands = [{}]\n", bands.join(", "));
    for group in &spec.groups {
        let _ = writeln!(out, "[[scorecards.groups]]\nname = {:?}", group.name);
        let _ = writeln!(out, "weight = {:?}\nfactors = [", group.weight);
        for factor in &group.factors {
            let _ = writeln!(
                out,
                "    {{ metric = {:?}, weight = {:?}, points.piecewise = {:?} }},",
                factor.metric, factor.weight, factor.points
            );
        }
        let _ = writeln!(out, "]\n");
    }
    for rule in spec.rules.iter().filter(|_| with_rules) {
        let when = renamed(spec, Expr::read(&rule.when)).text();
        let _ = writeln!(out, "[[rules]]\nname = {:?}\nwhen = {when:?}\n", rule.id);
    }
    out
}

fn renamed(spec: &Spec, expr: Expr) -> Expr {
    match expr {
        Expr::Name(it) => Expr::Name(name(spec, &it)),
        Expr::Binary(left, operator, right) => {
            Expr::Binary(Box::new(renamed(spec, *left)), operator, Box::new(renamed(spec, *right)))
        }
        other => other,
    }
}
