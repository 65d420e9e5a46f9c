//! What a night must not exceed without somebody looking at it, as written.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::any::read_any;
use crate::text::number::percent_at_most;
use crate::time::Period;

/// What an assessment is held against before anything of it is told: shares of the subjects of a kind that the last one
/// had. One that exceeds a share is an error which holds the whole assessment.
///
/// The defaults are our choice, tested by the simulated nights of the test suite, which never trip them on data that
/// come whole.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::Config;
/// use foretell::config::Percent;
///
/// let config = Config::parse("guards = { max_gone = '2%', min_subjects = 100, max_missing = { nps = 0.3 } }");
/// assert_eq!(config.guards.max_gone, Percent(0.02));
/// assert_eq!(config.guards.max_missing["nps"], Percent(0.3));
/// assert_eq!(config.guards.min_subjects, Some(100));
/// assert!(!config.guards.is_default());
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct GuardConfig {
    /// The most subjects that are gone.
    pub max_gone: Percent,
    /// By how much of all subjects more a metric is missing, by metric; `any` is for those that are not named. A subject
    /// that is set aside counts as one without values.
    pub max_missing: BTreeMap<String, Percent>,
    /// The most alerts that begin, for one subject each.
    pub max_new_alerts: Percent,
    /// The most subjects that change their band, of one scorecard.
    pub max_band_moves: Percent,
    /// The most facts that a run again takes back.
    pub max_withdrawn: Percent,
    /// The fewest subjects that there must be of each kind that the last assessment had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_subjects: Option<usize>,
    /// Shares of fewer subjects than this are not asked.
    pub from_subjects: usize,
    /// How long a subject that is not there is remembered.
    pub grace: Period,
    /// How long what was told is remembered day by day, so that these days can be assessed again from an older state.
    pub rewind: Period,
}

impl Default for GuardConfig {
    fn default() -> Self {
        Self {
            max_gone: Percent(0.05),
            max_missing: BTreeMap::from([("any".to_owned(), Percent(0.2))]),
            max_new_alerts: Percent(0.1),
            max_band_moves: Percent(0.15),
            max_withdrawn: Percent(0.05),
            min_subjects: None,
            from_subjects: 100,
            grace: Period::days(30),
            rewind: Period::days(7),
        }
    }
}

impl GuardConfig {
    /// Whether it is the default.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A share, 0 to 1: in a config a text such as `"5%"`, or a number such as `0.05`.
///
/// ```
/// use foretell::config::Percent;
///
/// let shares: Vec<Percent> = serde_json::from_str(r#"["5%", 0.05]"#)?;
/// assert_eq!(shares, [Percent(0.05), Percent(0.05)]);
/// assert_eq!(shares[0].to_string(), "5%");
/// assert!(serde_json::from_str::<Percent>("5").is_err()); // above 1
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A share such as 0.07 is no binary fraction.
        f.write_str(&percent_at_most(self.0, 4))
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PercentVisitor;

        impl Visitor<'_> for PercentVisitor {
            type Value = Percent;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a share such as `\"5%\"` or `0.05`")
            }

            fn visit_f64<E: de::Error>(self, it: f64) -> Result<Percent, E> {
                if (0.0..=1.0).contains(&it) {
                    Ok(Percent(it))
                } else {
                    Err(E::invalid_value(de::Unexpected::Float(it), &self))
                }
            }

            fn visit_i64<E: de::Error>(self, it: i64) -> Result<Percent, E> {
                self.visit_f64(it as f64)
            }

            fn visit_u64<E: de::Error>(self, it: u64) -> Result<Percent, E> {
                self.visit_f64(it as f64)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Percent, E> {
                let number =
                    text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
                match number {
                    Some(it) if (0.0..=100.0).contains(&it) => Ok(Percent(it / 100.0)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }

        read_any(deserializer, PercentVisitor)
    }
}
