//! A score over time as a picture: bands behind it, and below it what happened, each in a lane of its own.
//!
//! Places across are percentages, as in all pictures; lines between points are drawn on a scale that
//! stretches, with strokes that do not.

use chrono::NaiveDate;

use super::bar::{label, line, number, percent};
use super::colour::{FALL, PLAIN, RISE};
use super::course::{Lane, Point, Sign, Timeline};
use super::html::Html;

/// The height of the plot, what is left above it, and the height of a lane, in pixels. Our choice, looked at in a browser.
const PLOT: f64 = 160.0;
const TOP: f64 = 8.0;
const LANE: f64 = 30.0;
/// Where the lanes begin: below the plot and two lines of letters.
const LANES: f64 = TOP + PLOT + 44.0;
/// The height of a span in its lane.
const SPAN: f64 = 10.0;
/// Names of days on the axis are not nearer than this share of the width: 28 pixels of 330.
const APART: f64 = 0.085;
/// Edges of bands are named where they are so many pixels apart; bands, where they are so high.
const EDGE: f64 = 13.0;
const HIGH: f64 = 28.0;
/// The most letters of a band's name beside the plot, and of a lane's name.
const LETTERS: usize = 9;
const LANE_LETTERS: usize = 46;
/// More points than this have no dots: they would hide the line.
const DOTS: usize = 60;
/// A star of five points.
const STAR: &str = "0,-6 1.5,-2 5.7,-1.9 2.4,0.8 3.5,4.9 0,2.5 -3.5,4.9 -2.4,0.8 -5.7,-1.9 -1.5,-2";
/// The line is broken where two points are so many times as far apart as is usual. Our choice, tested by
/// `the_picture_of_a_loss_says_what_its_course_says`.
const HOLE: f64 = 2.5;
/// The side of the scale that lines are drawn on.
const SCALE: f64 = 1000.0;

/// Draws it, with its title above and what its signs mean below.
pub(super) fn draw(out: &mut Html, it: &Timeline) {
    out.tag("figure", &[("class", "ft-figure")], |out| {
        out.tag("figcaption", &[("class", "ft-figure-title")], |out| out.sentence(&it.title));
        let height = LANES + LANE * it.lanes.len() as f64;
        let frame = [("class", "ft-time"), ("role", "img"), ("width", "100%")];
        out.tag("svg", &[&frame[..], &[("height", &pixels(height))]].concat(), |out| {
            out.tag("title", &[], |out| out.text(&it.title));
            out.tag("desc", &[], |out| out.text(&it.said));
            bands(out, it);
            axis(out, it);
            lines(out, it);
            it.points.iter().enumerate().for_each(|(at, _)| dot(out, it, at));
            for (at, lane) in it.lanes.iter().enumerate() {
                self::lane(out, it, lane, LANES + LANE * at as f64);
            }
        });
        legend(out, it);
    });
}

/// A number of pixels, to a tenth.
fn pixels(it: f64) -> String {
    let text = format!("{it:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// How far down a score is.
fn depth(score: f64) -> f64 {
    TOP + PLOT * (1.0 - score.clamp(0.0, 100.0) / 100.0)
}

impl Timeline {
    /// Where a day is, as a share of the width.
    fn place(&self, day: NaiveDate) -> f64 {
        let whole = (self.to - self.from).num_days().max(1) as f64;
        ((day - self.from).num_days() as f64 / whole).clamp(0.0, 1.0)
    }
}

/// The first letters of a name.
fn short(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    name.chars().take(most - 1).chain(['\u{2026}']).collect()
}

fn beside(out: &mut Html, y: f64, text: &str) {
    let y = pixels(y + 4.0);
    let place = [("class", "ft-label"), ("x", "-7"), ("y", &y), ("text-anchor", "end")];
    out.tag("text", &place, |out| out.text(text));
}

/// The bands behind the score, with their edges and names beside.
fn bands(out: &mut Html, it: &Timeline) {
    let (top, height) = (pixels(TOP), pixels(PLOT));
    for band in &it.bands.list {
        let (upper, high) = (depth(band.to), depth(band.from) - depth(band.to));
        let (y, tall) = (pixels(upper), pixels(high.max(0.0)));
        let frame = [("class", "ft-zone"), ("width", "100%"), ("y", &y), ("height", &tall)];
        let ink = [("fill", band.mark.colour()), ("fill-opacity", "0.2")];
        out.leaf("rect", &[&frame[..], &ink].concat());
        if high >= HIGH {
            beside(out, upper + high / 2.0, &short(&band.name, LETTERS));
        }
    }
    if it.bands.list.is_empty() {
        let frame = [("class", "ft-zone"), ("width", "100%"), ("y", &top), ("height", &height)];
        out.leaf("rect", &[&frame[..], &[("fill", PLAIN), ("fill-opacity", "0.1")]].concat());
    }
    let mut last = depth(0.0);
    beside(out, last, "0");
    for edge in it.bands.list.iter().map(|band| band.from).filter(|edge| *edge > 0.0) {
        let at = depth(edge);
        if last - at >= EDGE && at - depth(100.0) >= EDGE {
            beside(out, at, &number(edge));
            last = at;
        }
    }
    beside(out, depth(100.0), "100");
}

/// Days with names, what stands at both ends, and the line of a day.
fn axis(out: &mut Html, it: &Timeline) {
    let ends = (pixels(TOP), pixels(TOP + PLOT));
    let mut last = f64::NEG_INFINITY;
    let below = pixels(TOP + PLOT + 15.0);
    for (day, name) in it.ticks.iter().filter(|tick| (it.from..=it.to).contains(&tick.0)) {
        let at = it.place(*day);
        line(out, "ft-grid", at, (&ends.0, &ends.1));
        if at - last >= APART {
            label(out, at, &below, name);
            last = at;
        }
    }
    if let Some(day) = it.line {
        line(out, "ft-line-of", it.place(day), (&ends.0, &ends.1));
    }
    let below = pixels(TOP + PLOT + 30.0);
    for (at, foot) in [0.0, 0.5, 1.0].into_iter().zip(&it.feet) {
        label(out, at, &below, foot);
    }
}

/// The score from day to day, with gaps, and what is expected.
fn lines(out: &mut Html, it: &Timeline) {
    let (y, height) = (pixels(TOP), pixels(PLOT));
    let scale = format!("0 0 {SCALE} {SCALE}");
    let frame = [("class", "ft-over"), ("y", &y), ("width", "100%"), ("height", &height)];
    let stretch = [("viewBox", scale.as_str()), ("preserveAspectRatio", "none")];
    let at = |day: NaiveDate, score: f64| {
        let (x, y) = (it.place(day) * SCALE, (1.0 - score.clamp(0.0, 100.0) / 100.0) * SCALE);
        format!("{x:.1},{y:.1}")
    };
    let path = |out: &mut Html, class: &str, d: &str| {
        let pen =
            [("stroke", "currentColor"), ("fill", "none"), ("vector-effect", "non-scaling-stroke")];
        out.leaf("path", &[&[("class", class), ("d", d)], &pen[..]].concat());
    };
    out.tag("svg", &[&frame[..], &stretch].concat(), |out| {
        if !it.ahead.is_empty() {
            let high = it.ahead.iter().map(|reach| at(reach.day, reach.high));
            let low = it.ahead.iter().rev().map(|reach| at(reach.day, reach.low));
            let points: Vec<String> = high.chain(low).collect();
            let ink = [("fill", "currentColor"), ("fill-opacity", "0.14")];
            let fan = [("class", "ft-fan"), ("points", &points.join(" "))];
            out.leaf("polygon", &[&fan[..], &ink].concat());
            let middle: Vec<String> =
                it.ahead.iter().map(|reach| at(reach.day, reach.score)).collect();
            path(out, "ft-ahead", &format!("M{}", middle.join(" L")));
        }
        let mut course = String::new();
        let hole = hole(&it.points);
        let mut last: Option<NaiveDate> = None;
        for point in &it.points {
            if let Some(score) = point.score {
                let near = last.is_some_and(|day| ((point.day - day).num_days() as f64) < hole);
                let pen = if near { " L" } else { " M" };
                course += &format!("{pen}{}", at(point.day, score));
            }
            last = point.score.map(|_| point.day);
        }
        if !course.is_empty() {
            path(out, "ft-course", course.trim_start());
        }
    });
}

/// From how many days on two points are not joined.
fn hole(points: &[Point]) -> f64 {
    let next = points.iter().skip(1);
    let mut steps: Vec<i64> =
        points.iter().zip(next).map(|(it, to)| (to.day - it.day).num_days()).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).map_or(f64::INFINITY, |step| *step as f64 * HOLE)
}

/// A point, where it is not lost among many others.
fn dot(out: &mut Html, it: &Timeline, at: usize) {
    let known = |at: Option<usize>| {
        at.and_then(|at| it.points.get(at)).is_some_and(|point| point.score.is_some())
    };
    let Some(Point { day, score: Some(score), mark, held }) = it.points.get(at) else { return };
    let alone = !known(at.checked_sub(1)) && !known(Some(at + 1));
    let (x, y) = (percent(it.place(*day)), pixels(depth(*score)));
    if *held {
        sign(out, Sign::Held, (&x, &y));
    } else if alone || it.points.len() <= DOTS {
        let place = [("cx", x.as_str()), ("cy", y.as_str()), ("r", "3")];
        let ink = [("class", "ft-dot"), ("fill", mark.colour())];
        out.leaf("circle", &[&ink[..], &place].concat());
    }
}

/// What happened of one sort: its name, and the days below it.
fn lane(out: &mut Html, it: &Timeline, lane: &Lane, top: f64) {
    let middle = top + 19.0;
    let y = pixels(top + 9.0);
    let place = [("class", "ft-label ft-lane"), ("x", "0"), ("y", &y)];
    out.tag("text", &place, |out| out.text(&short(&lane.name, LANE_LETTERS)));
    let at = pixels(middle);
    let ends = [("x1", "0"), ("x2", "100%"), ("y1", at.as_str()), ("y2", at.as_str())];
    out.leaf("line", &[&[("class", "ft-grid")], &ends[..]].concat());
    for (from, to, share) in &lane.spans {
        let (from, to) = (it.place(*from), it.place(*to));
        let tall = SPAN * share.clamp(0.0, 1.0);
        let (x, width) = (percent(from), percent((to - from).max(0.003)));
        let (y, height) = (pixels(middle + SPAN / 2.0 - tall), pixels(tall));
        let frame = [("x", x.as_str()), ("width", &width), ("y", &y), ("height", &height)];
        out.leaf("rect", &[&[("class", "ft-span"), ("fill", PLAIN)], &frame[..]].concat());
    }
    for (day, what) in &lane.signs {
        sign(out, *what, (&percent(it.place(*day)), &at));
    }
}

/// A sign at a place.
fn sign(out: &mut Html, what: Sign, (x, y): (&str, &str)) {
    let frame = [("class", "ft-over"), ("x", x), ("y", y), ("width", "1"), ("height", "1")];
    out.tag("svg", &frame, |out| what.draw(out));
}

impl Sign {
    /// Draws it around 0, 6 to each side at most.
    fn draw(self, out: &mut Html) {
        let shape = |out: &mut Html, points: &str, fill: &str, stroke: &str| {
            let ink = [("fill", fill), ("stroke", stroke), ("stroke-width", "1.5")];
            out.leaf("polygon", &[&[("points", points)], &ink[..]].concat());
        };
        let path = |out: &mut Html, class: &str| {
            let ends = [("x1", "-6"), ("x2", "6"), ("y1", "0"), ("y2", "0")];
            out.leaf(
                "line",
                &[&[("class", class), ("stroke", "currentColor")], &ends[..]].concat(),
            );
        };
        match self {
            Self::Told => shape(out, "-4,-5 5,0 -4,5", FALL, FALL),
            Self::Untold => shape(out, "-4,-5 5,0 -4,5", "none", FALL),
            Self::Seen => shape(out, STAR, RISE, RISE),
            Self::Held => shape(out, "-4,-4 4,-4 4,4 -4,4", "none", "currentColor"),
            Self::Call => {
                let ink = [("class", "ft-stand"), ("fill", "currentColor")];
                out.leaf("circle", &[&ink[..], &[("cx", "0"), ("cy", "0"), ("r", "4.5")]].concat());
            }
            Self::Span => {
                let place = [("x", "-6"), ("y", "-4"), ("width", "12"), ("height", "8")];
                out.leaf("rect", &[&[("class", "ft-span"), ("fill", PLAIN)], &place[..]].concat());
            }
            Self::Known => path(out, "ft-course"),
            Self::Ahead => path(out, "ft-ahead"),
            Self::Fan => {
                let place = [("x", "-6"), ("y", "-5"), ("width", "12"), ("height", "10")];
                let ink = [("class", "ft-fan"), ("fill", "currentColor"), ("fill-opacity", "0.14")];
                out.leaf("rect", &[&ink[..], &place].concat());
            }
        }
    }
}

/// What signs mean, and where each band begins.
fn legend(out: &mut Html, it: &Timeline) {
    if it.legend.is_empty() && it.bands.list.is_empty() {
        return;
    }
    out.tag("ul", &[("class", "ft-legend")], |out| {
        for (what, text) in &it.legend {
            out.tag("li", &[], |out| {
                let frame = [("class", "ft-mark"), ("width", "12"), ("height", "12")];
                let rest = [("viewBox", "-6 -6 12 12"), ("aria-hidden", "true")];
                out.tag("svg", &[&frame[..], &rest].concat(), |out| what.draw(out));
                out.text(text);
            });
        }
        for band in &it.bands.list {
            out.tag("li", &[], |out| {
                band.mark.draw(out);
                out.name(&band.name);
                out.text(" ");
                out.says("span", "ft-muted", &format!("from {}", number(band.from)));
            });
        }
    });
}
