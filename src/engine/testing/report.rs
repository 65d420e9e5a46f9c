//! The results of a config's own tests, as data and as a test runner prints it.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use crate::fault::plural;

/// The results of all tests of a config. It prints as a test runner does.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///     tests = [
///         { name = "tells", given = { days_since_login = 45 }, events = ["no_login fired at 0"] },
///         { name = "wrong", given = { days_since_login = 45 }, events = [] },
///     ]
/// "#))?;
/// let report = engine.run_tests();
/// assert_eq!((report.passed(), report.counts()), (false, (1, 1)));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestReport {
    /// One for each test, in the order of the config.
    pub tests: Vec<TestResult>,
    /// What no test reached.
    pub coverage: TestCoverage,
}

/// What became of a test.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [{ name = "no_login", when = "days_since_login > 30" }]
///     tests = [{ name = "tells", given = { days_since_login = "45x3" }, events = ["no_login fired at 0"] }]
/// "#))?;
/// let report = engine.run_tests();
/// let test = &report.tests[0];
/// assert!(test.passed());
/// assert_eq!((test.name.as_str(), test.steps), ("tells", 3));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestResult {
    /// The test's name.
    pub name: String,
    /// How many steps were assessed.
    pub steps: usize,
    /// How many expectations were compared.
    pub checks: usize,
    /// What was not as expected, by step; none when the test passed.
    pub failures: Vec<TestFailure>,
}

/// Something that was not as a test expects.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "logins" }]
///     [[scorecards]]
///     name = "health"
///     factors = [{ metric = "logins", points.linear = { worst = 0, best = 40 } }]
///
///     [[tests]]
///     name = "too hopeful"
///     given = { logins = 20 }
///     expect = [{ at = 0, scores = { health = 60 } }]
/// "#))?;
/// let report = engine.run_tests();
/// let failure = &report.tests[0].failures[0];
/// assert_eq!((failure.expected.as_str(), failure.got.as_str()), ("60.0", "50.0"));
/// assert!(failure.because.iter().any(|line| line.contains("logins"))); // the explanation of the score
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestFailure {
    /// The step.
    pub step: u32,
    /// Its day.
    pub day: NaiveDate,
    /// The id of the subject.
    pub subject: String,
    /// What was compared, such as ``score `health` ``.
    pub what: String,
    /// What it should be.
    pub expected: String,
    /// What it was.
    pub got: String,
    /// How it came about: the explanation of a score, the values of a condition.
    pub because: Vec<String>,
}

impl TestFailure {
    /// Of a step that could not be assessed.
    pub(super) fn of_step(step: u32, day: NaiveDate, why: &dyn std::fmt::Display) -> Self {
        Self {
            step,
            day,
            subject: String::new(),
            what: "the step".to_owned(),
            expected: "an assessment".to_owned(),
            got: why.to_string(),
            because: Vec::new(),
        }
    }
}

/// What of a config no test reached.
///
/// ```
/// # #[cfg(feature = "toml")] {
/// use foretell::{Config, Engine};
///
/// let engine = Engine::compile(&Config::parse(r#"
///     metrics = [{ name = "days_since_login" }]
///     rules = [
///         { name = "no_login", when = "days_since_login > 30" },
///         { name = "gone", when = "days_since_login > 90" },
///     ]
///     tests = [{ name = "tells", given = { days_since_login = 45 }, events = ["no_login fired at 0"] }]
/// "#))?;
/// let coverage = engine.run_tests().coverage;
/// assert!(!coverage.is_whole());
/// assert_eq!(coverage.rules_not_fired, ["gone"]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TestCoverage {
    /// Rules of which no alert ever fired.
    pub rules_not_fired: Vec<String>,
    /// Bands that no subject was ever in: the scorecard and the band.
    pub bands_not_reached: Vec<(String, String)>,
    /// Playbooks that were never begun.
    pub playbooks_not_begun: Vec<String>,
}

impl TestReport {
    /// Whether every test passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.tests.iter().all(TestResult::passed)
    }

    /// How many tests passed, and how many failed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let passed = self.tests.iter().filter(|test| test.passed()).count();
        (passed, self.tests.len() - passed)
    }
}

impl TestResult {
    /// Whether all was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl TestCoverage {
    /// Whether the tests reached everything.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rules_not_fired.is_empty()
            && self.bands_not_reached.is_empty()
            && self.playbooks_not_begun.is_empty()
    }
}

impl fmt::Display for TestReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.tests.len();
        writeln!(f, "running {count} test{}", plural(count))?;
        for it in &self.tests {
            let what = if it.passed() { "ok" } else { "FAILED" };
            let (steps, checks) = (it.steps, it.checks);
            writeln!(
                f,
                "test {} ... {what} ({steps} step{}, {checks} check{})",
                it.name,
                plural(steps),
                plural(checks)
            )?;
        }
        for it in self.tests.iter().filter(|test| !test.passed()) {
            writeln!(f, "\n---- {} ----", it.name)?;
            for (at, failure) in it.failures.iter().enumerate() {
                failure.fmt(f)?;
                // A score and its band have one explanation.
                let next = it.failures.get(at + 1);
                if next.is_none_or(|next| !next.has_reasons_of(failure)) {
                    failure.because.iter().try_for_each(|line| writeln!(f, "    {line}"))?;
                }
            }
        }
        if count > 0 && !self.coverage.is_whole() {
            writeln!(f, "\n{}", self.coverage)?;
        }
        let (passed, failed) = self.counts();
        let what = if self.passed() { "ok" } else { "FAILED" };
        write!(f, "\ntest result: {what}. {passed} passed, {failed} failed")
    }
}

impl TestFailure {
    fn has_reasons_of(&self, other: &Self) -> bool {
        (self.step, &self.subject, &self.because) == (other.step, &other.subject, &other.because)
    }
}

impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, day, subject, what, .. } = self;
        writeln!(f, "step {step}, {day}, `{subject}`: {what}")?;
        writeln!(f, "  expected: {}", self.expected)?;
        writeln!(f, "       got: {}", self.got)
    }
}

impl fmt::Display for TestCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bands: Vec<String> =
            self.bands_not_reached.iter().map(|(card, band)| format!("{card} {band}")).collect();
        let lists = [
            ("rules that never fired", &self.rules_not_fired),
            ("bands that were never reached", &bands),
            ("playbooks that were never begun", &self.playbooks_not_begun),
        ];
        f.write_str("not covered:")?;
        for (what, names) in lists.iter().filter(|pair| !pair.1.is_empty()) {
            write!(f, "\n  {what}: {}", names.join(", "))?;
        }
        Ok(())
    }
}
