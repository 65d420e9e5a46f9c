//! Signals on rows and on simulated counts.

use super::{Every, Finding, Options, detect};

/// Numbers from a seed: xorshift64*, and normal ones as sums of twelve.
struct Draw(u64);

impl Draw {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Counts around a level of each point, with a spread of 0.3 of it, and so much in common with the one before.
fn counts(draw: &mut Draw, levels: &[f64], shared: f64) -> Vec<f64> {
    let mut noise = draw.normal();
    levels
        .iter()
        .map(|it| {
            noise = shared * noise + (1.0 - shared * shared).sqrt() * draw.normal();
            // Log-normal, of mean `it` and a coefficient of variation of 0.3.
            let sigma = (1.0_f64 + 0.09).ln().sqrt();
            (it * (sigma * noise - sigma * sigma / 2.0).exp()).round()
        })
        .collect()
}

#[test]
fn rates() {
    let runs = 400;
    for shared in [0.0, 0.4] {
        for n in [8usize, 12, 16, 26, 52] {
            let mut line = format!("shared {shared} n {n:3}:");
            for (name, level) in [
                ("quiet", (|_, _| 40.0) as fn(usize, usize) -> f64),
                ("low", |_, _| 5.0),
                ("drop30", |at, n| if at + 4 >= n { 12.0 } else { 40.0 }),
                ("drop50x8", |at, n| if at + 8 >= n { 20.0 } else { 40.0 }),
                ("drop60x12", |at, n| if at + 12 >= n { 24.0 } else { 40.0 }),
                ("zero2", |at, n| if at + 2 >= n { 0.0 } else { 40.0 }),
                ("rise", |at, n| if at + 4 >= n { 120.0 } else { 40.0 }),
                ("drift", |at, n| 40.0 * (1.0 - 0.6 * at as f64 / n as f64)),
            ] {
                let mut draw = Draw(0x9E37_79B9_7F4A_7C15 ^ (n as u64) << 7);
                let mut found = std::collections::BTreeMap::new();
                for _ in 0..runs {
                    let levels: Vec<f64> = (0..n).map(|at| level(at, n)).collect();
                    let values = counts(&mut draw, &levels, shared);
                    let options = Options { season: None, every: Every::Week };
                    if let Finding::Signal(it) = detect(&values, &options) {
                        *found.entry(format!("{:?}/{:?}", it.kind, it.test)).or_insert(0) += 1;
                    }
                }
                line += &format!(" {name} {found:?}");
            }
            println!("{line}");
        }
    }
}
