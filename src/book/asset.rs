//! Records of what a subject has: licences, deployments, contacts, entitlements.

use super::check::Checks;
use super::record::{Record, custom_fields, default_record, record, three_refs};
use crate::time::Stamp;

record! {
    /// A licence. It counts from its first day to its last, both included: unlike a subscription's,
    /// its `end` is a day on which it still holds.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::book::{Book, License, Subscription, Tables};
    /// # use foretell::frame::SubjectKind;
    /// use foretell::time::AsOf;
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     metrics = [{ name = "allowed", from = "licenses", field = "quantity", take = "sum" }]
    /// "#))?;
    /// let mut license = License::default();
    /// (license.subscription_id, license.quantity) = (Some("s1".into()), Some(50.0));
    /// license.end = Some("2026-03-31".parse()?);
    /// let mut tables = Tables::default();
    /// tables.push(Subscription::new("s1"));
    /// tables.push(license);
    /// let book = Book::strict(tables)?;
    /// for (day, allowed) in [("2026-03-31", 50.0), ("2026-04-01", 0.0)] {
    ///     let night = engine.assess(&Input::book(&book), day.parse::<AsOf>()?, &State::new())?;
    ///     assert_eq!(night.value(SubjectKind::Subscription, "allowed", "s1").number(), Some(allowed));
    /// }
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    License
    must {}
    may {
        /// Its id, unique among licences where there is one.
        id: String,
        /// The subscription it belongs to.
        subscription_id: String,
        /// The account that holds it.
        account_id: String,
        /// The company that holds it.
        company_id: String,
        /// For what.
        product: String,
        /// Its first day.
        start: Stamp,
        /// Its last day in; it still counts on that day.
        end: Stamp,
        /// How much it allows, 0 or more.
        quantity: f64,
        /// How much of it is in use, 0 or more.
        used: f64,
    }
}

record! {
    /// An installation or cluster.
    Deployment
    must {}
    may {
        /// Its id, unique among deployments where there is one.
        id: String,
        /// The subscription it belongs to.
        subscription_id: String,
        /// The account that runs it.
        account_id: String,
        /// The company that runs it.
        company_id: String,
        /// What it is called.
        name: String,
        /// When it was set up: its first day.
        created: Stamp,
        /// When it was taken down: the first day out.
        retired: Stamp,
        /// Which version it runs.
        version: String,
        /// Where it runs.
        region: String,
        /// How large it is, in the host's measure, 0 or more.
        size: f64,
    }
}

record! {
    /// A person at the customer.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::book::{Book, Contact, Subscription, Tables};
    /// # use foretell::frame::SubjectKind;
    /// use foretell::time::AsOf;
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     metrics = [{ name = "champions", from = "contacts", where = 'role == "champion"', take = "count" }]
    ///     rules = [{ name = "no_champion", when = "champions == 0" }]
    /// "#))?;
    /// let mut ann = Contact::default();
    /// (ann.subscription_id, ann.role) = (Some("s1".into()), Some("champion".into()));
    /// ann.left = Some("2026-03-02".parse()?);
    /// let mut tables = Tables::default();
    /// tables.push(Subscription::new("s1"));
    /// tables.push(ann);
    /// let book = Book::strict(tables)?;
    /// for (day, alerts) in [("2026-03-01", 0), ("2026-03-02", 1)] {
    ///     let night = engine.assess(&Input::book(&book), day.parse::<AsOf>()?, &State::new())?;
    ///     assert_eq!(night.alerts().len(), alerts);
    /// }
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Contact
    must {}
    may {
        /// Its id, unique among contacts where there is one.
        id: String,
        /// The subscription they work with.
        subscription_id: String,
        /// The account they work for.
        account_id: String,
        /// The company they work for.
        company_id: String,
        /// What they are called.
        name: String,
        /// What they are: `champion`, `sponsor`, `admin`, in free words.
        role: String,
        /// Since when they are known: their first day.
        since: Stamp,
        /// When they were last spoken with.
        last_contacted: Stamp,
        /// How they feel, from -1 (bad) to 1 (good).
        sentiment: f64,
        /// When they left: the first day out.
        left: Stamp,
    }
}

record! {
    /// A service that the customer may claim, from its first day to its last, both included: unlike
    /// a subscription's, its `end` is a day on which it still holds.
    ///
    /// ```
    /// use foretell::book::{Book, Entitlement, Tables};
    /// use foretell::fault::Code;
    ///
    /// let mut hours = Entitlement::new("consulting_hours");
    /// (hours.account_id, hours.used) = (Some("acme".into()), Some(3.0));
    /// let mut tables = Tables::default();
    /// tables.push(hours);
    /// let faults = Book::strict(tables).unwrap_err(); // nobody knows the account
    /// assert_eq!(faults.list()[0].code, Code::UnknownReference);
    /// ```
    Entitlement
    must {
        /// What may be claimed: `premier_support`.
        name: String,
    }
    may {
        /// Its id, unique among entitlements where there is one.
        id: String,
        /// The subscription it belongs to.
        subscription_id: String,
        /// The account that may claim it.
        account_id: String,
        /// The company that may claim it.
        company_id: String,
        /// At which level, in free words.
        level: String,
        /// Its first day.
        start: Stamp,
        /// Its last day in; it still counts on that day.
        end: Stamp,
        /// How often or how much, 0 or more.
        quantity: f64,
        /// How much of it was claimed, 0 or more.
        used: f64,
    }
}

default_record! { License Deployment Contact }

impl Record for License {
    const TABLE: &'static str = "licenses";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        self.start
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.order(("start", self.start), ("end", self.end));
        checks.at_least_zero("quantity", self.quantity);
        checks.at_least_zero("used", self.used);
    }
    three_refs!();
    custom_fields!();
}

impl Record for Deployment {
    const TABLE: &'static str = "deployments";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        self.created
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.order(("created", self.created), ("retired", self.retired));
        checks.at_least_zero("size", self.size);
    }
    three_refs!();
    custom_fields!();
}

impl Record for Contact {
    const TABLE: &'static str = "contacts";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        self.since
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.order(("since", self.since), ("left", self.left));
        checks.within("sentiment", self.sentiment, -1.0, 1.0);
    }
    three_refs!();
    custom_fields!();
}

impl Record for Entitlement {
    const TABLE: &'static str = "entitlements";

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
    fn stamp(&self) -> Option<Stamp> {
        self.start
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.filled("name", &self.name);
        checks.order(("start", self.start), ("end", self.end));
        checks.at_least_zero("quantity", self.quantity);
        checks.at_least_zero("used", self.used);
    }
    three_refs!();
    custom_fields!();
}
