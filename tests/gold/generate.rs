//! Scorecards and rows with their exact scores, many of them exactly on an edge.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive as _;

use super::exact::Dec;

/// Numbers from a seed (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    /// From 0 up to, and without, `end`.
    fn below(&mut self, end: i64) -> i64 {
        (self.next() % end.unsigned_abs()).cast_signed()
    }

    fn one_in(&mut self, many: i64) -> bool {
        self.below(many) == 0
    }

    /// A decimal from 0 to `top` of at most so many places.
    fn dec(&mut self, top: i64, most: i64) -> Dec {
        let places = u32::try_from(self.below(most + 1)).unwrap();
        Dec { units: self.below(top * 10_i64.pow(places) + 1), places }
    }
}

enum Map {
    Line {
        worst: Dec,
        best: Dec,
    },
    Knots(Vec<[Dec; 2]>),
    /// Upper edges, whether they belong to the step, and points; then the points of the last.
    Steps(Vec<(Dec, bool, Dec)>, Dec),
    Flag {
        yes: Dec,
        no: Dec,
    },
    Texts(Vec<(&'static str, Dec)>),
}

const TEXTS: [&str; 3] = ["free", "pro", "team"];

struct Factor {
    /// Which number it reads, for those that read one.
    number: usize,
    map: Map,
    weight: Dec,
    /// Its weight where the flag is set.
    case: Option<Dec>,
}

struct Group {
    aggregate: &'static str,
    weight: Dec,
    factors: Vec<Factor>,
}

/// A scorecard: its own factors and groups of factors.
pub(super) struct Card {
    factors: Vec<Factor>,
    groups: Vec<Group>,
    /// Lower edges of all bands but the first, and whether each belongs to its band.
    edges: Vec<(Dec, bool)>,
    numbers: usize,
}

#[derive(Clone)]
pub(super) struct Row {
    pub(super) numbers: Vec<Option<Dec>>,
    pub(super) flag: bool,
    pub(super) text: &'static str,
}

/// A scorecard with rows and what they score exactly.
pub(super) struct Drawn {
    pub(super) card: Card,
    pub(super) rows: Vec<Row>,
    pub(super) exact: Vec<Option<BigRational>>,
}

fn hundred() -> BigRational {
    BigRational::from(BigInt::from(100))
}

fn zero() -> BigRational {
    BigRational::from(BigInt::from(0))
}

impl Map {
    fn draw(random: &mut Random) -> Self {
        match random.below(8) {
            0 => {
                let at = [0, 1, 2].map(|it| Dec { units: 200 * it + random.below(150), places: 1 });
                Self::Knots(at.map(|it| [it, random.dec(100, 2)]).to_vec())
            }
            1 => {
                let edges =
                    [20, 50, 80].map(|it| Dec { units: 10 * it + random.below(90), places: 1 });
                let step = |it: Dec| (it, random.one_in(2), random.dec(100, 2));
                let steps = edges.map(step).to_vec();
                Self::Steps(steps, random.dec(100, 2))
            }
            2 => Self::Flag { yes: random.dec(100, 2), no: random.dec(100, 2) },
            3 => Self::Texts(TEXTS.map(|it| (it, random.dec(100, 2))).to_vec()),
            4 => {
                let worst = random.dec(40, 2);
                let width = [1, 2, 4, 5, 8, 10, 16, 20, 25, 50][random.next() as usize % 10];
                let scale = 10_i64.pow(worst.places);
                Self::Line { worst, best: Dec { units: worst.units + width * scale, ..worst } }
            }
            5 => Self::Line { worst: Dec::whole(100), best: Dec::whole(0) },
            _ => Self::Line { worst: Dec::whole(0), best: Dec::whole(100) },
        }
    }

    fn toml(&self) -> String {
        let list = |all: Vec<String>| format!("[{}]", all.join(", "));
        match self {
            Self::Line { worst, best } => {
                format!("linear = {{ worst = {}, best = {} }}", worst.text(), best.text())
            }
            Self::Knots(all) => {
                let knot = |[x, y]: &[Dec; 2]| format!("[{}, {}]", x.text(), y.text());
                format!("piecewise = {}", list(all.iter().map(knot).collect()))
            }
            Self::Steps(all, last) => {
                let step = |(edge, with, points): &(Dec, bool, Dec)| {
                    let key = if *with { "up_to" } else { "below" };
                    format!("{{ {key} = {}, points = {} }}", edge.text(), points.text())
                };
                let last = format!("{{ points = {} }}", last.text());
                format!("steps = {}", list(all.iter().map(step).chain([last]).collect()))
            }
            Self::Flag { yes, no } => {
                format!("flag = {{ true = {}, false = {} }}", yes.text(), no.text())
            }
            Self::Texts(all) => {
                let all: Vec<String> =
                    all.iter().map(|(name, it)| format!("{name} = {}", it.text())).collect();
                format!("map = {{ {} }}", all.join(", "))
            }
        }
    }

    fn points(&self, number: Option<Dec>, row: &Row) -> Option<BigRational> {
        match self {
            Self::Flag { yes, no } => Some(if row.flag { yes } else { no }.exact()),
            Self::Texts(all) => all.iter().find(|it| it.0 == row.text).map(|it| it.1.exact()),
            Self::Line { worst, best } => {
                let (value, worst, best) = (number?.exact(), worst.exact(), best.exact());
                let share = (value - &worst) / (best - worst);
                Some(share.clamp(zero(), BigRational::from(BigInt::from(1))) * hundred())
            }
            Self::Steps(all, last) => {
                let value = number?.exact();
                let holds = |(edge, with, _): &&(Dec, bool, Dec)| {
                    if *with { value <= edge.exact() } else { value < edge.exact() }
                };
                Some(all.iter().find(holds).map_or(*last, |it| it.2).exact())
            }
            Self::Knots(all) => {
                let value = number?.exact();
                let (first, last) = (all.first()?, all.last()?);
                if value <= first[0].exact() {
                    return Some(first[1].exact());
                }
                let over = all.windows(2).find(|it| value <= it[1][0].exact());
                Some(over.map_or_else(
                    || last[1].exact(),
                    |it| {
                        let [x0, y0, x1, y1] =
                            [it[0][0], it[0][1], it[1][0], it[1][1]].map(Dec::exact);
                        &y0 + (y1 - &y0) * (&value - &x0) / (x1 - x0)
                    },
                ))
            }
        }
    }
}

/// Weights as people write them.
fn weights(random: &mut Random, style: i64, many: usize) -> Vec<Dec> {
    let mut left = 100;
    let mut all: Vec<Dec> = (0..many)
        .map(|at| match style {
            0 => Dec { units: 1 + random.below(30), places: 1 },
            1 => Dec::whole(1 + random.below(50)),
            2 => {
                let rest = i64::try_from(many - at).unwrap();
                let its = if rest == 1 { left } else { 1 + random.below(left - rest + 1) };
                left -= its;
                Dec { units: its, places: if random.one_in(1000) { 2 } else { 0 } }
            }
            3 => Dec { units: 5 * (1 + random.below(20)), places: 1 },
            _ => Dec { units: 1 + random.below(2_999_999), places: 6 },
        })
        .collect();
    // A last weight by which a decimal can be divided and stay one.
    if style != 2 && !random.one_in(4) {
        let last = [1, 2, 4, 5, 10, 20, 25][random.next() as usize % 7];
        *all.last_mut().unwrap() =
            Dec { units: last, places: u32::try_from(random.below(3)).unwrap() };
    }
    all
}

impl Factor {
    fn list(random: &mut Random, style: i64, many: usize, numbers: &mut usize) -> Vec<Self> {
        let weights = weights(random, style, many);
        let factor = |weight: Dec| {
            let number = *numbers;
            *numbers += 1;
            let case = random.one_in(8).then(|| random.dec(20, 6)).filter(|it| it.units > 0);
            Self { number, map: Map::draw(random), weight, case }
        };
        weights.into_iter().map(factor).collect()
    }

    fn toml(&self, card: usize) -> String {
        let metric = match self.map {
            Map::Flag { .. } => format!("f{card}"),
            Map::Texts(_) => format!("t{card}"),
            _ => format!("m{card}_{}", self.number),
        };
        let weight = self.case.map_or_else(
            || self.weight.text(),
            |case| {
                format!(
                    "[{{ when = \"f{card}\", value = {} }}, {{ value = {} }}]",
                    case.text(),
                    self.weight.text()
                )
            },
        );
        let points = self.map.toml();
        let name = self.number;
        format!(
            "{{ name = \"p{name}\", metric = \"{metric}\", weight = {weight}, points.{points} }}"
        )
    }

    fn weight(&self, row: &Row) -> BigRational {
        self.case.filter(|_| row.flag).unwrap_or(self.weight).exact()
    }

    fn points(&self, row: &Row) -> Option<BigRational> {
        self.map.points(row.numbers[self.number], row)
    }
}

fn of_parts(aggregate: &str, parts: &[(BigRational, BigRational)]) -> Option<BigRational> {
    let mut points: Vec<BigRational> = parts.iter().map(|it| it.1.clone()).collect();
    points.sort();
    let (first, last) = (points.first()?.clone(), points.last()?.clone());
    Some(match aggregate {
        "min" => first,
        "max" => last,
        "median" => {
            let pair = &points[(points.len() - 1) / 2] + &points[points.len() / 2];
            pair / BigRational::from(BigInt::from(2))
        }
        _ => {
            let total: BigRational = parts.iter().map(|it| it.0.clone()).sum();
            parts.iter().map(|(weight, it)| weight * it).sum::<BigRational>() / total
        }
    })
}

impl Card {
    fn draw(random: &mut Random) -> Self {
        let mut numbers = 0;
        let flat = random.one_in(2);
        let many = 2 + random.below(4);
        let style = random.below(5);
        let mut factors = Factor::list(random, style, usize::try_from(many).unwrap(), &mut numbers);
        // The factor by which rows are moved to an edge.
        if let Some(last) = factors.last_mut().filter(|_| !random.one_in(4)) {
            last.map = Map::Line { worst: Dec::whole(0), best: Dec::whole(100) };
            last.case = None;
        }
        let mut groups = Vec::new();
        if !flat {
            let style = random.below(5);
            let weights = weights(random, style, 2);
            for weight in weights {
                let aggregate =
                    ["mean", "mean", "mean", "min", "max", "median"][random.next() as usize % 6];
                let many = usize::try_from(1 + random.below(3)).unwrap();
                // Percentages make means that are decimals.
                let style = if random.one_in(3) { random.below(5) } else { 2 };
                groups.push(Group {
                    aggregate,
                    weight,
                    factors: Factor::list(random, style, many, &mut numbers),
                });
            }
        }
        Self { factors, groups, edges: Vec::new(), numbers }
    }

    /// How many numbers it reads at most.
    pub(super) const fn width(&self) -> usize {
        self.numbers
    }

    fn score(&self, row: &Row) -> Option<BigRational> {
        let parts = |all: &[Factor]| -> Vec<(BigRational, BigRational)> {
            all.iter().filter_map(|it| Some((it.weight(row), it.points(row)?))).collect()
        };
        let mut whole = parts(&self.factors);
        for it in &self.groups {
            let score = of_parts(it.aggregate, &parts(&it.factors));
            whole.extend(score.map(|score| (it.weight.exact(), score)));
        }
        of_parts("mean", &whole)
    }

    /// Moves the last own factor of a row so that the row scores exactly `goal`, where its decimals allow that.
    fn aim(&self, row: &mut Row, goal: &BigRational) -> bool {
        let Some(last) = self.factors.last() else { return false };
        let Map::Line { worst, best } = last.map else { return false };
        let mut try_with = |share: i64| {
            let (worst, best) = (worst.exact(), best.exact());
            let at = &worst + (best - &worst) * BigRational::new(share.into(), 1.into());
            row.numbers[last.number] = Dec::terminating(&at, 12);
            self.score(row)
        };
        // A score is a line in the points of one factor of a mean.
        let (Some(low), Some(high)) = (try_with(0), try_with(1)) else { return false };
        if low == high {
            return false;
        }
        let share = (goal - &low) / (high - low);
        if share < zero() || share > BigRational::from(BigInt::from(1)) {
            return false;
        }
        let at = worst.exact() + (best.exact() - worst.exact()) * share;
        row.numbers[last.number] = Dec::terminating(&at, 12);
        row.numbers[last.number].is_some()
    }

    pub(super) fn top(&self) -> Dec {
        self.edges.last().unwrap().0
    }

    pub(super) fn band(&self, exact: &BigRational) -> &'static str {
        let reached = |(edge, with): &(Dec, bool)| match exact.cmp(&edge.exact()) {
            Ordering::Less => false,
            Ordering::Equal => *with,
            Ordering::Greater => true,
        };
        ["red", "yellow", "green"][self.edges.iter().take_while(|it| reached(it)).count()]
    }

    pub(super) fn sides(&self, exact: &BigRational) -> Vec<Ordering> {
        self.edges.iter().map(|it| exact.cmp(&it.0.exact())).collect()
    }

    pub(super) fn is_on_an_edge(&self, exact: &BigRational) -> bool {
        self.sides(exact).contains(&Ordering::Equal)
    }

    /// Whether it lies beside an edge by less than that, but not on it.
    pub(super) fn is_beside(&self, exact: &BigRational, less: Dec) -> bool {
        let near = |edge: BigRational| {
            let off = if *exact < edge { &edge - exact } else { exact - &edge };
            off > zero() && off < less.exact()
        };
        self.edges.iter().any(|it| near(it.0.exact()))
    }
}

impl Drawn {
    pub(super) fn new(random: &mut Random, rows: usize) -> Self {
        let mut card = Card::draw(random);
        let whole = |random: &mut Random| {
            let numbers = (0..card.numbers).map(|_| Some(Dec::whole(random.below(101)))).collect();
            let text = TEXTS[random.next() as usize % TEXTS.len()];
            Row { numbers, flag: random.one_in(2), text }
        };
        // Edges of one place where scores lie.
        let goals = [0, 1].map(|_| {
            let score = card.score(&whole(random)).unwrap_or_else(zero);
            let tenths = (score * BigRational::from(BigInt::from(10))).floor().to_integer();
            Dec { units: tenths.to_i64().unwrap().clamp(1, 999), places: 1 }
        });
        let row = |random: &mut Random| {
            let mut row = whole(random);
            if random.one_in(4) {
                let number = |_| (!random.one_in(20)).then(|| random.dec(100, 3));
                row.numbers = (0..card.numbers).map(number).collect();
                return row;
            }
            for _ in 0..4 {
                let goal = goals[random.next() as usize % 2];
                if card.aim(&mut row, &goal.exact()) {
                    break;
                }
                row = whole(random);
            }
            row
        };
        let rows: Vec<Row> = (0..rows).map(|_| row(random)).collect();
        let exact: Vec<Option<BigRational>> = rows.iter().map(|it| card.score(it)).collect();
        // Where the goals were not met, edges are laid on scores that some rows happen to have.
        let met = |goal: &Dec| exact.iter().flatten().any(|it| *it == goal.exact());
        let short = |it: &BigRational| Dec::terminating(it, 9).filter(|it| it.units > 0);
        let mut edges: Vec<Dec> = goals.to_vec();
        if !goals.iter().any(met) {
            edges.extend(exact.iter().flatten().filter_map(short).take(1));
        }
        edges.retain(|it| it.exact() < hundred());
        edges.sort_by_key(|it| it.exact());
        edges.dedup_by_key(|it| it.exact());
        if edges.len() > 2 {
            // One of those that were not met goes.
            let unmet = edges.iter().position(|it| !met(it)).unwrap_or(0);
            edges.remove(unmet);
        }
        card.edges = edges.into_iter().map(|it| (it, random.one_in(2))).collect();
        Self { card, rows, exact }
    }

    pub(super) fn toml(&self, number: usize) -> String {
        let card = &self.card;
        let mut out: String = (0..card.numbers)
            .map(|it| format!("[[metrics]]\nname = \"m{number}_{it}\"\n"))
            .collect();
        out += &format!("[[metrics]]\nname = \"f{number}\"\ntype = \"flag\"\n");
        out += &format!("[[metrics]]\nname = \"t{number}\"\ntype = \"text\"\nvalues = {TEXTS:?}\n");
        let names = ["yellow", "green"];
        let bands: String = card
            .edges
            .iter()
            .zip(names)
            .map(|((edge, with), name)| {
                let key = if *with { "from" } else { "above" };
                format!(", {{ name = \"{name}\", {key} = {} }}", edge.text())
            })
            .collect();
        let list =
            |all: &[Factor]| all.iter().map(|it| it.toml(number)).collect::<Vec<_>>().join(", ");
        out += &format!(
            "[[scorecards]]\nname = \"c{number}\"\nmin_coverage = 0\nwithhold_best = false\nbands = [{{ name = \"red\" }}{bands}]\nfactors = [{}]\n",
            list(&card.factors)
        );
        for (at, it) in card.groups.iter().enumerate() {
            out += &format!(
                "[[scorecards.groups]]\nname = \"g{at}\"\nweight = {}\naggregate = \"{}\"\nmin_coverage = 0\nfactors = [{}]\n",
                it.weight.text(),
                it.aggregate,
                list(&it.factors)
            );
        }
        let edge = card.top().text();
        out += &format!("[[rules]]\nname = \"below{number}\"\nwhen = \"c{number} < {edge}\"\n");
        out += &format!("[[rules]]\nname = \"at{number}\"\nwhen = \"c{number} == {edge}\"\n");
        out
    }
}
