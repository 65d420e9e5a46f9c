//! Decimals as they are written, and what they are exactly.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive as _;

/// A decimal as an author writes it: so many units of its last place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dec {
    pub(super) units: i64,
    pub(super) places: u32,
}

impl Dec {
    pub(super) const fn whole(units: i64) -> Self {
        Self { units, places: 0 }
    }

    /// The decimal that a double is shown as.
    pub(super) fn of(float: f64) -> Self {
        let text = format!("{float:.12}");
        let (whole, rest) = text.split_once('.').unwrap();
        let units: i64 = format!("{whole}{rest}").parse().unwrap();
        Self { units, places: 12 }
    }

    /// A rational as a decimal, if it has at most so many places.
    pub(super) fn terminating(of: &BigRational, most: u32) -> Option<Self> {
        let mut scale = BigInt::from(1);
        for places in 0..=most {
            let scaled = of * BigRational::from(scale.clone());
            if scaled.is_integer() {
                return Some(Self { units: scaled.to_integer().to_i64()?, places });
            }
            scale *= 10;
        }
        None
    }

    pub(super) fn exact(self) -> BigRational {
        BigRational::new(self.units.into(), BigInt::from(10).pow(self.places))
    }

    /// Whether it is no farther from a rational than that.
    pub(super) fn is_within(self, of: &BigRational, off: Self) -> bool {
        let (here, off) = (self.exact(), off.exact());
        here.clone() - &off <= *of && *of <= here + off
    }

    pub(super) fn text(self) -> String {
        let (scale, places) = (10_i64.pow(self.places), self.places as usize);
        if places == 0 {
            return self.units.to_string();
        }
        let sign = if self.units < 0 { "-" } else { "" };
        let (whole, rest) = (self.units.abs() / scale, self.units.abs() % scale);
        format!("{sign}{whole}.{rest:0places$}")
    }

    pub(super) fn float(self) -> f64 {
        self.text().parse().unwrap()
    }
}
