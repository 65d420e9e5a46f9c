//! Records of what is assessed: companies, accounts, subscriptions and cases.

use chrono::NaiveDate;

use super::cell::Mark;
use super::check::Checks;
use super::record::{Record, Refs, custom_fields, record, three_refs};
use crate::fault::Code;
use crate::frame::SubjectKind;
use crate::money::{Amount, Billing, Currency};
use crate::time::Stamp;

record! {
    /// A company: a headquarters with its accounts.
    ///
    /// ```
    /// use foretell::book::{Account, Book, Company, Tables};
    ///
    /// let mut tables = Tables::default();
    /// let (mut north, mut south) = (Company::new("north"), Company::new("south"));
    /// (north.parent_id, south.parent_id) = (Some("south".into()), Some("north".into()));
    /// tables.push(north);
    /// tables.push(south);
    /// let faults = Book::strict(tables).unwrap_err(); // each is above the other
    /// assert_eq!(faults.list()[0].code, foretell::fault::Code::Cycle);
    /// ```
    Company
    must {
        /// Its id, unique among companies.
        id: String,
    }
    may {
        /// The company it belongs to. Records of a company's accounts count for that company alone, not for the
        /// companies above it, which read them as `tree.accounts.…`, and this company as one of `companies.…`.
        parent_id: String,
        /// What it is called.
        name: String,
        /// Its line of business.
        industry: String,
        /// Where it is.
        country: String,
        /// Who looks after it.
        owner: String,
        /// What the host calls its segment.
        segment: String,
        /// How many people it employs.
        employees: f64,
        /// When it became known; it is no subject before.
        created: Stamp,
    }
}

record! {
    /// An account: a site or region of a company.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::book::{Account, Book, Subscription, Tables};
    /// # use foretell::frame::SubjectKind;
    /// use foretell::time::AsOf;
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     metrics = [{ name = "seats_of_all", subject = "account", from = "subscriptions", field = "seats", take = "sum" }]
    /// "#))?;
    /// let mut tables = Tables::default();
    /// tables.push(Account::new("acme"));
    /// for (id, seats) in [("s1", 12.0), ("s2", 30.0)] {
    ///     let mut subscription = Subscription::new(id);
    ///     (subscription.account_id, subscription.seats) = (Some("acme".into()), Some(seats));
    ///     tables.push(subscription);
    /// }
    /// let book = Book::strict(tables)?;
    /// let night = engine.assess(&Input::book(&book), "2026-03-01".parse::<AsOf>()?, &State::new())?;
    /// assert_eq!(night.value(SubjectKind::Account, "seats_of_all", "acme").number(), Some(42.0));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Account
    must {
        /// Its id, unique among accounts.
        id: String,
    }
    may {
        /// The company it belongs to.
        company_id: String,
        /// What it is called.
        name: String,
        /// Its line of business.
        industry: String,
        /// Where it is.
        country: String,
        /// Its part of the world.
        region: String,
        /// Who looks after it.
        owner: String,
        /// What the host calls its segment.
        segment: String,
        /// When it was opened; it is no subject before.
        created: Stamp,
    }
}

record! {
    /// A subscription of an account.
    ///
    /// It is over from `cancelled_on` or from `end`, whichever is first: neither is a day on which it counts. Notice may
    /// be given long before the term is over, and it may be used until then: usage is accepted up to the later of the
    /// two, that day included, since it can end in the course of it. From the day of its cancellation it is lost all
    /// the same: no longer assessed, and no longer in the sums of its account.
    ///
    /// ```
    /// use foretell::book::Subscription;
    /// use foretell::money::Amount;
    ///
    /// let mut acme = Subscription::new("s1");
    /// (acme.price, acme.quantity, acme.billing) = (Some("12.50".parse()?), Some(10.0), Some("monthly".into()));
    /// assert_eq!(acme.yearly(), Some(Amount::whole(1500)));
    /// assert_eq!(acme.monthly(), Some(Amount::whole(125)));
    /// acme.arr = Some(Amount::whole(1200)); // what is said goes before what follows
    /// assert_eq!(acme.yearly(), Some(Amount::whole(1200)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Subscription
    must {
        /// Its id, unique among subscriptions.
        id: String,
    }
    may {
        /// The account that holds it.
        account_id: String,
        /// The company that holds it, where there is no account.
        company_id: String,
        /// What was bought.
        product: String,
        /// At which level.
        plan: String,
        /// Its first day; it is no subject before.
        start: Stamp,
        /// The end of its present term: the first day out, on which the next term begins. A renewal moves it; from
        /// that day on an unrenewed subscription is over, no longer assessed and in no sum. (A licence's or an
        /// entitlement's `end` is the last day in.)
        end: Stamp,
        /// The day on which it is to be renewed; `end` if not said.
        renewal_date: Stamp,
        /// Paid seats, 0 or more.
        seats: f64,
        /// Recurring amount a year, 0 or more. Where it is not said, it is twelve times `mrr`, or
        /// what `price`, `quantity` and `billing` amount to: [`Subscription::yearly`].
        arr: Amount,
        /// Recurring amount a month, 0 or more. Where it is not said, it is a twelfth of `arr`, or
        /// what `price`, `quantity` and `billing` amount to: [`Subscription::monthly`].
        mrr: Amount,
        /// What one costs for one term of `billing`, 0 or more.
        price: Amount,
        /// How many are paid for at `price`, 0 or more; 1 if not said.
        quantity: f64,
        /// How often `price` is charged, as [`Billing`] reads it: `monthly`, `2-Year`, `P3M`, `one-time`.
        billing: String,
        /// Amount that does not recur; below zero for what was given back.
        one_off: Amount,
        /// The currency of its amounts.
        currency: Currency,
        /// Discount in percent, 0 to 100.
        discount: f64,
        /// What the host calls its state, in free words. On a day on which its own dates say
        /// otherwise, the dates win.
        status: String,
        /// Renewals so far, 0 or more.
        renewals: f64,
        /// Upsells so far, 0 or more.
        upsells: f64,
        /// Whether it renews by itself.
        auto_renew: bool,
        /// The day on which it was cancelled: the first day out.
        cancelled_on: Stamp,
        /// Who looks after it.
        owner: String,
    }
}

record! {
    /// A support case.
    ///
    /// ```
    /// # #[cfg(feature = "toml")] {
    /// use foretell::book::{Book, Case, Subscription, Tables};
    /// # use foretell::frame::SubjectKind;
    /// use foretell::time::{AsOf, Stamp};
    /// use foretell::{Config, Engine, Input, State};
    ///
    /// let engine = Engine::compile(&Config::parse(r#"
    ///     metrics = [{ name = "urgent", from = "cases", where = 'severity == "p1" && is_missing(resolved)', take = "count" }]
    /// "#))?;
    /// let mut case = Case::new("c1", "2026-02-20".parse::<Stamp>()?);
    /// case.subscription_id = Some("s1".into());
    /// case.severity = Some("p1".into());
    /// case.resolved = Some("2026-03-05".parse()?);
    /// let mut tables = Tables::default();
    /// tables.push(Subscription::new("s1"));
    /// tables.push(case);
    /// let book = Book::strict(tables)?;
    /// for (day, urgent) in [("2026-03-01", 1.0), ("2026-03-05", 0.0)] {
    ///     let night = engine.assess(&Input::book(&book), day.parse::<AsOf>()?, &State::new())?;
    ///     assert_eq!(night.value(SubjectKind::Subscription, "urgent", "s1").number(), Some(urgent));
    /// }
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Case
    must {
        /// Its id, unique among cases.
        id: String,
        /// When it was opened; it is no subject before.
        opened: Stamp,
    }
    may {
        /// The subscription it is about.
        subscription_id: String,
        /// The account it is about.
        account_id: String,
        /// The company it is about.
        company_id: String,
        /// How grave it is, in free words.
        severity: String,
        /// When it was first answered.
        first_response: Stamp,
        /// When it was resolved; open until the day before. A resolved case counts on by its dates.
        resolved: Stamp,
        /// When, or whether, it was escalated.
        escalated: Mark,
        /// How often it was opened again, 0 or more.
        reopened: f64,
        /// How it came in, in free words.
        channel: String,
        /// Who works on it.
        owner: String,
        /// What the customer wrote.
        text: String,
        /// How content the customer was, in the host's scale; known when the case is resolved.
        satisfaction: f64,
    }
}

impl Record for Company {
    const TABLE: &'static str = "companies";
    const SUBJECT: Option<SubjectKind> = Some(SubjectKind::Company);
    const NEEDS_PARENT: bool = false;

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
    fn refs(&self) -> Refs<'_> {
        // `parent_id` is another company, not the company this record is of.
        [None; 4]
    }
    fn stamp(&self) -> Option<Stamp> {
        self.created
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.at_least_zero("employees", self.employees);
    }
    custom_fields!();
}

impl Record for Account {
    const TABLE: &'static str = "accounts";
    const SUBJECT: Option<SubjectKind> = Some(SubjectKind::Account);
    const NEEDS_PARENT: bool = false;

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
    fn refs(&self) -> Refs<'_> {
        [self.company_id.as_deref(), None, None, None]
    }
    fn stamp(&self) -> Option<Stamp> {
        self.created
    }
    fn check(&self, _: &mut Checks<'_>) {}
    custom_fields!();
}

impl Record for Subscription {
    const TABLE: &'static str = "subscriptions";
    const SUBJECT: Option<SubjectKind> = Some(SubjectKind::Subscription);
    const NEEDS_PARENT: bool = false;

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
    fn refs(&self) -> Refs<'_> {
        [self.company_id.as_deref(), self.account_id.as_deref(), None, None]
    }
    fn stamp(&self) -> Option<Stamp> {
        self.start
    }
    fn currency(&self) -> Option<Currency> {
        self.currency
    }
    fn has_amount(&self) -> bool {
        self.arr.or(self.mrr).or(self.price).or(self.one_off).is_some()
    }
    fn check(&self, checks: &mut Checks<'_>) {
        checks.order(("start", self.start), ("end", self.end));
        checks.order(("start", self.start), ("renewal_date", self.renewal_date));
        // It may be cancelled before it starts: it was sold, and never began.
        checks.amount("arr", self.arr);
        checks.amount("mrr", self.mrr);
        checks.amount("price", self.price);
        checks.at_least_zero("quantity", self.quantity);
        self.check_price(checks);
        checks.at_least_zero("seats", self.seats);
        checks.within("discount", self.discount, 0.0, 100.0);
        checks.at_least_zero("renewals", self.renewals);
        checks.at_least_zero("upsells", self.upsells);
    }
    custom_fields!();
}

impl Subscription {
    /// The recurring amount a year: `arr`, or twelve times `mrr`, or what the price amounts to, rounded half away from zero to
    /// the minor unit of its currency. `None` where none of them is said, and for a term of billing that is not known.
    #[must_use]
    pub fn yearly(&self) -> Option<Amount> {
        self.arr.or_else(|| Amount::checked_sum([self.mrr?; 12])).or_else(|| {
            self.billed()?.ok()?.yearly(self.price?, self.billed_quantity()?, self.currency)
        })
    }

    /// The recurring amount a month: `mrr`, or a twelfth of `arr`, or what the price amounts to, rounded in the same way.
    #[must_use]
    pub fn monthly(&self) -> Option<Amount> {
        self.mrr.or_else(|| self.arr?.part(12, self.currency)).or_else(|| {
            self.billed()?.ok()?.monthly(self.price?, self.billed_quantity()?, self.currency)
        })
    }

    /// How often its price is charged; `None` without a price or a term.
    fn billed(&self) -> Option<Result<Billing, String>> {
        self.price.and(self.billing.as_deref()).map(Billing::read)
    }

    /// For how many; `None` where no exact sum can be made of it.
    fn billed_quantity(&self) -> Option<Amount> {
        self.quantity.map_or(Some(Amount::whole(1)), |quantity| Amount::from_f64(quantity).ok())
    }

    /// Says why a price that is to become a recurring amount does not.
    fn check_price(&self, checks: &mut Checks<'_>) {
        let (None, Some(billed)) = (self.arr.or(self.mrr), self.billed()) else { return };
        if let Err(why) = &billed {
            let (message, help) =
                why.split_once(": ").map_or((why.as_str(), None), |it| (it.0, Some(it.1)));
            checks.doubt(Code::UnknownName, "billing", message, help);
        } else if let (None, Some(quantity)) =
            (self.billed_quantity(), self.quantity.filter(|quantity| quantity.is_finite()))
        {
            let message = format!("`quantity` must have at most 6 decimals, got `{quantity}`");
            checks.doubt(Code::OutOfRange, "quantity", &message, None);
        } else if self.yearly().is_none() {
            let message = "`price` times `quantity` does not fit";
            checks.doubt(Code::OutOfRange, "price", message, None);
        }
    }

    /// The last day on which it may have been used, where there is one: it can come to its end, or be cancelled, in
    /// the course of that day.
    pub(crate) fn last_use(&self) -> Option<Stamp> {
        self.cancelled_on.max(self.end)
    }

    pub(crate) fn is_cancelled(&self, as_of: NaiveDate) -> bool {
        self.cancelled_on.is_some_and(|day| day.date() <= as_of)
    }
}

impl Record for Case {
    const TABLE: &'static str = "cases";
    const SUBJECT: Option<SubjectKind> = Some(SubjectKind::Case);
    const NEEDS_PARENT: bool = false;

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
    fn stamp(&self) -> Option<Stamp> {
        Some(self.opened)
    }
    fn check(&self, checks: &mut Checks<'_>) {
        let opened = ("opened", Some(self.opened));
        checks.order(opened, ("first_response", self.first_response));
        checks.order(opened, ("resolved", self.resolved));
        checks.order(opened, ("escalated", self.escalated.and_then(Mark::stamp)));
        checks.at_least_zero("reopened", self.reopened);
        checks.finite("satisfaction", self.satisfaction);
    }
    three_refs!();
    custom_fields!();
}

impl Case {
    pub(crate) fn is_resolved(&self, as_of: NaiveDate) -> bool {
        self.resolved.is_some_and(|resolved| resolved.date() <= as_of)
    }
}
