//! Bands of a config: checked, and compiled.

use crate::compile::resolve::Resolver;
use crate::config::{BandBy, ScorecardConfig};
use crate::fault::{Code, Fault};
use crate::score::{Band, Bands};

impl Resolver<'_> {
    /// Compiles the bands of a scorecard.
    pub(crate) fn bands(&self, config: &ScorecardConfig, path: &str) -> Option<Bands> {
        let margin = config.margin.unwrap_or(0.0);
        let mut sound = (0.0..=50.0).contains(&margin);
        if !sound {
            let message = format!("the margin must be in 0..=50 points, got {margin}");
            self.fault(Fault::new(Code::OutOfRange, format!("{path}.margin"), message));
        }
        let mut list: Vec<Band> = Vec::new();
        for (at, band) in config.bands.iter().enumerate() {
            let path = format!("{path}.bands[{at}]");
            let (edge, with_edge) = match (band.from, band.above) {
                (Some(_), Some(_)) => {
                    let message = "a band has one lower edge, `from` or `above`";
                    self.fault(Fault::new(Code::Incompatible, &path, message));
                    sound = false;
                    continue;
                }
                (Some(edge), None) => (edge, true),
                (None, Some(edge)) => (edge, false),
                (None, None) if at == 0 => (f64::NEG_INFINITY, true),
                (None, None) => {
                    let message = format!("the band `{}` has no lower edge", band.name);
                    let fault = Fault::new(Code::MissingKey, &path, message);
                    self.fault(
                        fault.help("add `from` or `above`; only the lowest band goes without"),
                    );
                    sound = false;
                    continue;
                }
            };
            // The lowest band takes in everything below its edge as well: nothing is without a band.
            let edge = if at == 0 { f64::NEG_INFINITY } else { edge };
            sound &= at == 0 || self.check_points(edge, &path);
            if let Some(last) = list.last().filter(|band| band.edge >= edge) {
                let message =
                    format!("`{}` must begin above `{}`, got {edge}", band.name, last.name);
                self.fault(Fault::new(Code::Unreachable, &path, message));
                sound = false;
            }
            if list.iter().any(|it| it.name == band.name) {
                let message = format!("the band `{}` is duplicated", band.name);
                self.fault(Fault::new(Code::Duplicate, &path, message));
                sound = false;
            }
            list.push(Band { name: band.name.clone(), edge, with_edge });
        }
        for (at, band) in list.iter().enumerate().skip(1).filter(|_| sound) {
            let locked = if band.edge + margin > 100.0 {
                Some("rise into")
            } else if band.edge - margin < 0.0 {
                Some("fall out of")
            } else {
                None
            };
            if let Some(what) = locked {
                let message =
                    format!("with a margin of {margin} no subject can {what} `{}`", band.name);
                let path = format!("{path}.bands[{at}]");
                let fault = Fault::new(Code::Unreachable, path, message).warning();
                self.fault(fault.help("make the margin smaller, or move the edge"));
            }
        }
        let by_low = config.band_by == BandBy::Low;
        let withhold_best = config.withhold_best.unwrap_or(true);
        let bands = Bands::new(list, margin, config.min_stay);
        sound.then_some(Bands { by_low, withhold_best, ..bands })
    }
}
