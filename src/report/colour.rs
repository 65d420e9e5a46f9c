//! Colours that can be told from light and from dark ground alike, and shapes for those who see none.
//!
//! A notebook's theme and the system's may differ, and a fragment cannot know which of them it stands on.
//! So there is one set of colours, each at least 3 to 1 against both (WCAG 2.2, 1.4.11, non-text contrast);
//! text takes the colour of what is around it.

use super::html::Html;

/// What adds to a score.
pub(super) const RISE: &str = "#2f7ec1";
/// What takes from it. Blue and vermilion stay apart in all common forms of colour blindness
/// (Okabe & Ito 2008, "Color universal design").
pub(super) const FALL: &str = "#c9510c";
/// What is neither.
pub(super) const PLAIN: &str = "#7a7f87";

/// The lowest, the middle and the highest band.
const LADDER: [[u8; 3]; 3] = [[0xc9, 0x51, 0x0c], [0xb8, 0x84, 0x00], [0x0b, 0x8a, 0x6b]];

/// How a band is shown beside its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    shape: Shape,
    colour: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Down,
    Diamond,
    Up,
    Square,
    Ring,
}

impl Mark {
    /// The mark of a band by its place from the lowest.
    pub(super) fn band(at: usize, of: usize) -> Self {
        let last = of.saturating_sub(1);
        if last == 0 {
            return Self { shape: Shape::Square, colour: PLAIN.to_owned() };
        }
        let shape = match at {
            0 => Shape::Down,
            _ if at >= last => Shape::Up,
            _ => Shape::Diamond,
        };
        Self { shape, colour: rung(at.min(last) as f64 / last as f64) }
    }

    /// The mark of no score.
    pub(super) fn none() -> Self {
        Self { shape: Shape::Ring, colour: PLAIN.to_owned() }
    }

    /// The mark of a colour, for what is no band.
    pub(super) fn square(colour: &str) -> Self {
        Self { shape: Shape::Square, colour: colour.to_owned() }
    }

    pub(super) fn colour(&self) -> &str {
        &self.colour
    }

    /// A sign for text.
    pub(super) const fn sign(&self) -> char {
        match self.shape {
            Shape::Down => 'v',
            Shape::Diamond => '=',
            Shape::Up => '^',
            Shape::Square => '#',
            Shape::Ring => 'o',
        }
    }

    /// A picture as high as a letter. What it means stands beside it.
    pub(super) fn draw(&self, out: &mut Html) {
        let points = match self.shape {
            Shape::Down => "1,2 11,2 6,11",
            Shape::Diamond => "6,0.5 11.5,6 6,11.5 0.5,6",
            Shape::Up => "6,1 11,10 1,10",
            Shape::Square => "1.5,1.5 10.5,1.5 10.5,10.5 1.5,10.5",
            Shape::Ring => "",
        };
        let frame = [
            ("class", "ft-mark"),
            ("width", "12"),
            ("height", "12"),
            ("viewBox", "0 0 12 12"),
            ("aria-hidden", "true"),
        ];
        out.tag("svg", &frame, |out| match self.shape {
            Shape::Ring => {
                let ring = [("cx", "6"), ("cy", "6"), ("r", "4"), ("fill", "none")];
                let line = [("stroke", self.colour.as_str()), ("stroke-width", "2")];
                out.leaf("circle", &[&ring[..], &line[..]].concat());
            }
            _ => out.leaf("polygon", &[("points", points), ("fill", &self.colour)]),
        });
    }
}

/// The colour at a place of the ladder, from 0 to 1.
fn rung(at: f64) -> String {
    let [low, middle, high] = LADDER;
    let (from, to, share) =
        if at < 0.5 { (low, middle, at * 2.0) } else { (middle, high, at * 2.0 - 1.0) };
    let mut text = "#".to_owned();
    for (from, to) in from.into_iter().zip(to) {
        let mixed = f64::from(from) + (f64::from(to) - f64::from(from)) * share;
        // Between two bytes it is a byte.
        text += &format!("{:02x}", mixed.round() as u8);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{FALL, Mark, PLAIN, RISE};

    /// The grounds that reports were looked at on: paper, and the dark ones of common notebooks.
    const GROUNDS: [&str; 4] = ["#ffffff", "#111111", "#1e1e1e", "#0d1117"];

    /// Relative luminance, as WCAG 2.2 defines it.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let byte = u8::from_str_radix(colour.get(at..at + 2).unwrap(), 16).unwrap();
            let it = f64::from(byte) / 255.0;
            if it <= 0.04045 { it / 12.92 } else { ((it + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    #[test]
    fn every_colour_can_be_told_from_light_and_dark_ground() {
        let mut colours = vec![RISE.to_owned(), FALL.to_owned(), PLAIN.to_owned()];
        for of in 1..=9 {
            colours.extend((0..of).map(|at| Mark::band(at, of).colour().to_owned()));
        }
        for colour in colours {
            for ground in GROUNDS {
                let (one, two) = (luminance(&colour), luminance(ground));
                let ratio = (one.max(two) + 0.05) / (one.min(two) + 0.05);
                assert!(ratio >= 3.0, "{colour} on {ground}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn the_lowest_and_the_highest_band_have_shapes_of_their_own() {
        for of in 2..=6 {
            let signs: String = (0..of).map(|at| Mark::band(at, of).sign()).collect();
            let between = "=".repeat(of - 2);
            assert_eq!(signs, format!("v{between}^"));
        }
        assert_eq!(Mark::band(0, 1).sign(), '#');
    }
}
