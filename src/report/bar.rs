//! Pictures as inline SVG: bars, strips, shares.
//!
//! They are as wide as what holds them: lengths across are percentages, heights and letters are pixels, so
//! nothing shrinks or stretches on a narrow page.

use super::block::{Row, RowSort, Shares, Strip};
use super::colour::{FALL, RISE};
use super::html::Html;
use crate::text::number::{tenths, whole};

/// How wide a letter of a label is at most, in pixels, and the width of the narrowest page that labels are laid
/// out for. Our choice, looked at in a browser.
const LETTER: f64 = 7.0;
const NARROW: f64 = 330.0;

/// The least distance of two numbers below a strip, in points: so many fit side by side at 330 pixels.
const APART: f64 = 9.0;

/// How much of the width is left between two parts: two pixels of 700.
const GAP: f64 = 0.003;

/// Bars that lie closer together are drawn on a part of the scale, so that they can be seen. Our choice.
const WHOLE_SCALE: f64 = 50.0;

/// More lines than any axis has: 6 spaces, and one more at each end.
const MOST_TICKS: u8 = 9;

/// A length or a place across as a percentage, to a thousandth.
pub(super) fn percent(share: f64) -> String {
    let text = format!("{:.3}", (share * 100.0).clamp(-1.0, 101.0));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{}%", if text == "-0" { "0" } else { text })
}

/// The part of a line of a waterfall that is drawn.
pub(super) fn row(out: &mut Html, (low, high): (f64, f64), row: &Row) {
    let place = |it: f64| (it - low) / (high - low);
    let frame = [("class", "ft-bar"), ("width", "100%"), ("height", "100%")];
    let said = match &row.sort {
        RowSort::Group { .. } => None,
        RowSort::Step { from, to, reach } => {
            let most =
                reach.map(|reach| format!(", at most {}", tenths(reach))).unwrap_or_default();
            Some(format!("{}: from {} to {}{most}", row.name, tenths(*from), tenths(*to)))
        }
        RowSort::Nothing { .. } => Some(format!("{}: adds nothing", row.name)),
        RowSort::Total { to: at, .. } | RowSort::Stand { at } => {
            Some(format!("{}: {}", row.name, tenths(*at)))
        }
        RowSort::Amount { to, reach, interval } => {
            let of = reach.map(|reach| format!(" of {}", whole(reach))).unwrap_or_default();
            let ends =
                interval.map(|[low, high]| format!(", between {} and {}", whole(low), whole(high)));
            Some(format!("{}: {}{of}{}", row.name, whole(*to), ends.unwrap_or_default()))
        }
    };
    let role = if said.is_some() { ("role", "img") } else { ("aria-hidden", "true") };
    out.tag("svg", &[&frame[..], &[role]].concat(), |out| {
        if let Some(said) = &said {
            out.tag("title", &[], |out| out.text(said));
        }
        for tick in ticks((low, high)) {
            line(out, "ft-grid", place(tick), ("0", "100%"));
        }
        match &row.sort {
            RowSort::Group { at } | RowSort::Nothing { at } => {
                if let Some(at) = at {
                    line(out, "ft-link", place(*at), ("0", "100%"));
                }
            }
            RowSort::Step { from, to, reach } => {
                line(out, "ft-link", place(*from), ("0", "50%"));
                line(out, "ft-link", place(*to), ("50%", "100%"));
                middle(out, |out| {
                    if let Some(reach) = reach {
                        rect(out, "ft-reach", (place(*to), place(*reach)), (-5, 10), None);
                    }
                    let (left, right) = (place(from.min(*to)), place(from.max(*to)));
                    let colour = if from > to { FALL } else { RISE };
                    rect(out, "ft-step", (left, right), (-6, 12), Some(colour));
                });
            }
            RowSort::Total { to, mark } => {
                line(out, "ft-link", place(*to), ("0", "50%"));
                middle(out, |out| {
                    rect(out, "ft-total", (place(low), place(*to)), (-7, 14), Some(mark.colour()));
                });
            }
            RowSort::Amount { to, reach, interval } => middle(out, |out| {
                if let Some(reach) = reach {
                    rect(out, "ft-reach", (place(low), place(*reach)), (-8, 16), None);
                }
                rect(out, "ft-step", (place(low), place(*to)), (-6, 12), Some(RISE));
                if let Some([from, to]) = interval {
                    whisker(out, (place(*from), place(*to)), 0, 5);
                }
            }),
            RowSort::Stand { at } => {
                line(out, "ft-link", place(*at), ("0", "100%"));
                let x = percent(place(*at));
                middle(out, |out| {
                    out.leaf(
                        "circle",
                        &[("class", "ft-stand"), ("cx", &x), ("cy", "0"), ("r", "5")],
                    );
                });
            }
        }
    });
}

/// The numbers above the bars of a waterfall.
pub(super) fn axis(out: &mut Html, (low, high): (f64, f64)) {
    let frame = [("class", "ft-axis"), ("width", "100%"), ("height", "14")];
    out.tag("svg", &[&frame[..], &[("aria-hidden", "true")]].concat(), |out| {
        for tick in ticks((low, high)) {
            let at = (tick - low) / (high - low);
            label(out, at, "11", &number(tick));
        }
    });
}

/// Where a score lies, large: bands with their names, the score above and the interval below.
pub(super) fn strip(out: &mut Html, strip: &Strip) {
    let frame = [("class", "ft-strip"), ("role", "img"), ("width", "100%"), ("height", "44")];
    out.tag("svg", &frame, |out| {
        said(out, strip);
        bands(out, strip, ("12", "9"));
        if let Some(before) = strip.before {
            pointer(out, before, "ft-was");
        }
        if let Some(score) = strip.score {
            pointer(out, score, "ft-is");
        }
        interval(out, strip, 25, 3);
        let mut last = f64::NEG_INFINITY;
        let inner = strip.bands.list.iter().map(|band| band.from).skip(1);
        let edges: Vec<f64> = [0.0].into_iter().chain(inner).chain([100.0]).collect();
        for at in &edges {
            // The ends of the scale are always said.
            let ends = *at <= 0.0 || *at >= 100.0;
            if ends || (*at - last >= APART && 100.0 - at >= APART) {
                label(out, at / 100.0, "40", &number(*at));
                last = *at;
            }
        }
        for it in &strip.bands.list {
            let room = (it.to - it.from) / 100.0 * NARROW;
            if it.name.chars().count() as f64 * LETTER + 44.0 <= room {
                let x = percent((it.from + it.to) / 200.0);
                let place = [("class", "ft-label"), ("x", &x), ("y", "40")];
                out.tag("text", &[&place[..], &[("text-anchor", "middle")]].concat(), |out| {
                    out.text(&it.name);
                });
            }
        }
    });
}

/// Where a score lies, as high as a line of text.
pub(super) fn small_strip(out: &mut Html, strip: &Strip) {
    let frame = [("class", "ft-small"), ("role", "img"), ("width", "100%"), ("height", "16")];
    out.tag("svg", &frame, |out| {
        said(out, strip);
        bands(out, strip, ("6", "4"));
        interval(out, strip, 13, 2);
        if let Some(score) = strip.score {
            let x = percent(score / 100.0);
            let ends = [("x1", x.as_str()), ("x2", x.as_str()), ("y1", "1"), ("y2", "15")];
            out.leaf("line", &[&[("class", "ft-needle")], &ends[..]].concat());
        }
    });
}

/// Parts of a whole, side by side.
pub(super) fn shares(out: &mut Html, shares: &Shares) {
    let total = shares.total() as f64;
    let frame = [("class", "ft-shares"), ("role", "img"), ("width", "100%"), ("height", "16")];
    out.tag("svg", &frame, |out| {
        out.tag("title", &[], |out| out.text(&shares.title));
        let part = |it: &super::block::Share| format!("{} {}", it.name, it.count);
        let all: Vec<String> = shares.parts.iter().map(part).collect();
        out.tag("desc", &[], |out| out.text(&all.join(", ")));
        let mut from = 0.0;
        for it in shares.parts.iter().filter(|part| part.count > 0) {
            let to = from + it.count as f64 / total;
            rect(out, "ft-share", apart(from, to), (0, 16), Some(it.mark.colour()));
            from = to;
        }
    });
}

/// The ends of a part, so that the ground is seen between it and the next, whatever its colour.
fn apart(from: f64, to: f64) -> (f64, f64) {
    let gap = if to < 1.0 { GAP.min((to - from) / 2.0) } else { 0.0 };
    (from, to - gap)
}

/// What a strip shows, in words.
fn said(out: &mut Html, strip: &Strip) {
    let shown = |it: f64| strip.bands.shown(it);
    let score = strip
        .score
        .map_or_else(|| "no score".to_owned(), |score| format!("score {}", shown(score)));
    out.tag("title", &[], |out| out.text(&format!("{score} between 0 and 100")));
    let mut more = Vec::new();
    if let Some(it) = strip.before {
        more.push(format!("before {}", shown(it)));
    }
    if let Some([low, high]) = strip.interval {
        more.push(format!("between {} and {} {}", shown(low), shown(high), strip.meaning));
    }
    more.extend(
        strip.bands.list.iter().map(|band| format!("{} from {}", band.name, number(band.from))),
    );
    if !more.is_empty() {
        out.tag("desc", &[], |out| out.text(&more.join(", ")));
    }
}

fn bands(out: &mut Html, strip: &Strip, (y, height): (&str, &str)) {
    let frame = [("y", y), ("width", "100%"), ("height", height)];
    if strip.bands.list.is_empty() {
        return out.leaf("rect", &[&[("class", "ft-track")], &frame[..]].concat());
    }
    out.tag("svg", &frame, |out| {
        for it in &strip.bands.list {
            let ends = apart(it.from / 100.0, it.to / 100.0);
            rect(out, "ft-band", ends, (0, 9), Some(it.mark.colour()));
        }
    });
}

fn interval(out: &mut Html, strip: &Strip, y: i32, cap: i32) {
    let Some([low, high]) = strip.interval.filter(|[low, high]| low < high) else { return };
    whisker(out, (low / 100.0, high / 100.0), y, cap);
}

/// A line between two places, with an end at each.
fn whisker(out: &mut Html, (low, high): (f64, f64), y: i32, cap: i32) {
    let (x1, x2, at) = (percent(low), percent(high), y.to_string());
    let (top, bottom) = ((y - cap).to_string(), (y + cap).to_string());
    let class = ("class", "ft-interval");
    out.leaf("line", &[class, ("x1", &x1), ("x2", &x2), ("y1", &at), ("y2", &at)]);
    for x in [&x1, &x2] {
        out.leaf("line", &[class, ("x1", x), ("x2", x), ("y1", &top), ("y2", &bottom)]);
    }
}

fn pointer(out: &mut Html, score: f64, class: &str) {
    let x = percent(score / 100.0);
    out.tag("svg", &[("class", "ft-over"), ("x", &x), ("width", "1"), ("height", "12")], |out| {
        out.leaf("polygon", &[("class", class), ("points", "-6,1 6,1 0,10")]);
    });
}

/// Draws around the middle of a line of the page, however high it is.
fn middle(out: &mut Html, inside: impl FnOnce(&mut Html)) {
    let frame = [("class", "ft-over"), ("y", "50%"), ("width", "100%"), ("height", "1")];
    out.tag("svg", &frame, inside);
}

fn rect(
    out: &mut Html,
    class: &str,
    (from, to): (f64, f64),
    (y, height): (i32, i32),
    colour: Option<&str>,
) {
    let (x, width) = (percent(from), percent((to - from).max(0.0)));
    let (y, height) = (y.to_string(), height.to_string());
    let mut all =
        vec![("class", class), ("x", &x), ("width", &width), ("y", &y), ("height", &height)];
    all.extend(colour.map(|colour| ("fill", colour)));
    out.leaf("rect", &all);
}

pub(super) fn line(out: &mut Html, class: &str, at: f64, (from, to): (&str, &str)) {
    let x = percent(at);
    out.leaf("line", &[("class", class), ("x1", &x), ("x2", &x), ("y1", from), ("y2", to)]);
}

/// A number that does not run over the ends.
pub(super) fn label(out: &mut Html, at: f64, y: &str, text: &str) {
    let anchor = if at <= 0.0 {
        "start"
    } else if at >= 1.0 {
        "end"
    } else {
        "middle"
    };
    let x = percent(at);
    let place = [("class", "ft-label"), ("x", &x), ("y", y), ("text-anchor", anchor)];
    out.tag("text", &place, |out| out.text(text));
}

/// A number without decimals it does not need; thousands and more are said in short.
pub(super) fn number(it: f64) -> String {
    let (it, unit) = match it.abs() {
        size if size >= 1e9 => (it / 1e9, "bn"),
        size if size >= 1e6 => (it / 1e6, "M"),
        size if size >= 1e4 => (it / 1e3, "k"),
        _ => (it, ""),
    };
    let text = tenths(it);
    format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
}

/// How far the lines that help to read a bar are apart, in points: the smallest step that needs no more than
/// six spaces. Our choice, looked at in a browser.
fn step(size: f64) -> f64 {
    let all = [1.0, 2.0, 5.0, 10.0, 25.0];
    let large = (1..=12).flat_map(|ten| [5.0, 10.0, 20.0].map(|step| step * 10_f64.powi(ten)));
    let small = all.into_iter().find(|step| size / step <= 6.0);
    small.or_else(|| large.into_iter().find(|step| size / step <= 4.0)).unwrap_or(size)
}

/// From 0 to the first whole step that leaves nothing out; none where there is nothing to draw.
#[cfg(feature = "outcome")]
pub(super) fn from_zero(rows: &[Row]) -> Option<(f64, f64)> {
    let ends = rows.iter().map(|row| match row.sort {
        RowSort::Amount { to, reach, interval } => {
            let [_, high] = interval.unwrap_or_default();
            to.max(reach.unwrap_or(0.0)).max(high)
        }
        _ => 0.0,
    });
    let most = ends.fold(0.0, f64::max);
    let step = step(most);
    (most > 0.0).then(|| (0.0, (most / step).ceil() * step))
}

/// The part of the scale to draw for bars between two numbers: whole steps, with some room on both sides.
/// Bars far apart get the whole scale, and what lies outside of it is drawn too.
pub(super) fn span(low: f64, high: f64) -> (f64, f64) {
    let whole = high - low > WHOLE_SCALE;
    let room = if whole { 0.0 } else { (high - low).max(1.0) / 20.0 };
    let floor = if whole { low.min(0.0) } else { (low - room).max(low.min(0.0)) };
    let roof = if whole { high.max(100.0) } else { (high + room).min(high.max(100.0)) };
    let step = step(roof - floor);
    let (from, to) = ((floor / step).floor() * step, (roof / step).ceil() * step);
    // Without a number there is nothing to draw.
    if from < to { (from, to) } else { (0.0, 100.0) }
}

/// Where the lines stand: at every whole step.
fn ticks((low, high): (f64, f64)) -> impl Iterator<Item = f64> {
    let step = step(high - low);
    let first = (low / step).ceil() * step;
    (0..=MOST_TICKS)
        .map(move |number| first + step * f64::from(number))
        .take_while(move |place| *place <= high)
}
