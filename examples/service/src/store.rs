//! What is stored, in SQLite. Each function that writes is one transaction.

use std::path::Path;

use foretell::State;
use foretell::state::{GroupBy, Outbox};
use foretell::time::AsOf;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::Result;

/// How many nights can be assessed again.
const KEPT: i64 = 14;

/// The lock is the process's own until it ends: two that delivered from one state would tell everything twice.
const SCHEMA: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS configs (
        number INTEGER PRIMARY KEY,
        text   TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS nights (
        number INTEGER PRIMARY KEY,
        as_of  TEXT NOT NULL UNIQUE,
        state  TEXT NOT NULL,
        marker TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS outbox (
        number    INTEGER PRIMARY KEY AUTOINCREMENT,
        id        TEXT NOT NULL UNIQUE,
        subject   TEXT NOT NULL,
        body      TEXT NOT NULL,
        delivered INTEGER NOT NULL DEFAULT 0
    );
    COMMIT;";

/// The database.
#[derive(Debug)]
pub(crate) struct Store(Connection);

/// A fact that was handed out, and that nobody is known to have received.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) id: String,
    /// What it is about: of one subject facts are delivered in order.
    pub(crate) subject: String,
    pub(crate) body: String,
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let db = Connection::open(path)?;
        db.execute_batch(SCHEMA).map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(Self(db))
    }

    /// The config that counts.
    pub(crate) fn config(&self) -> Result<Option<String>> {
        let sql = "SELECT text FROM configs ORDER BY number DESC LIMIT 1";
        Ok(self.0.query_row(sql, [], |it| it.get(0)).optional()?)
    }

    /// From now on another config counts. The older ones stay, to go back to.
    pub(crate) fn set_config(&mut self, text: &str) -> Result<()> {
        self.0.execute("INSERT INTO configs (text) VALUES (?1)", [text])?;
        Ok(())
    }

    /// The newest state; none before the first night.
    pub(crate) fn state(&self) -> Result<Option<State>> {
        let sql = "SELECT state FROM nights ORDER BY number DESC LIMIT 1";
        self.read(sql, [])
    }

    /// The state before a night, if the night is one of those that are kept; new before the first.
    pub(crate) fn state_before(&self, as_of: AsOf) -> Result<State> {
        let sql = "SELECT number FROM nights WHERE as_of = ?1";
        let number: Option<i64> =
            self.0.query_row(sql, [as_of.to_string()], |it| it.get(0)).optional()?;
        let number = number.ok_or_else(|| format!("no night of {as_of} is kept"))?;
        if number == 1 {
            return Ok(State::delivering());
        }
        let before = self.read("SELECT state FROM nights WHERE number = ?1", [number - 1])?;
        Ok(before.ok_or_else(|| format!("the night before {as_of} is not kept"))?)
    }

    fn read(&self, sql: &str, given: impl rusqlite::Params) -> Result<Option<State>> {
        let text: Option<String> = self.0.query_row(sql, given, |it| it.get(0)).optional()?;
        Ok(text.map(|it| State::read(&it)).transpose()?)
    }

    /// The nights from one on, in order.
    pub(crate) fn nights_from(&self, as_of: AsOf) -> Result<Vec<AsOf>> {
        let sql = "SELECT as_of FROM nights WHERE number >=
            (SELECT number FROM nights WHERE as_of = ?1) ORDER BY number";
        let mut found = self.0.prepare(sql)?;
        let texts = found.query_map([as_of.to_string()], |it| it.get::<_, String>(0))?;
        texts.map(|it| Ok(it?.parse()?)).collect()
    }

    /// What the newest night was assessed from.
    pub(crate) fn marker(&self) -> Result<Option<String>> {
        let sql = "SELECT marker FROM nights ORDER BY number DESC LIMIT 1";
        Ok(self.0.query_row(sql, [], |it| it.get(0)).optional()?)
    }

    /// Saves nights: from what they were assessed, and what they hand on.
    pub(crate) fn save(&mut self, states: &[State], marker: &str) -> Result<()> {
        let all = self.0.transaction()?;
        for state in states {
            let as_of = state.as_of().ok_or("a state of no night is not stored")?.to_string();
            let sql = "INSERT INTO nights (as_of, state, marker) VALUES (?1, ?2, ?3)
                ON CONFLICT (as_of) DO UPDATE SET state = excluded.state, marker = excluded.marker";
            all.execute(sql, params![as_of, serde_json::to_string(state)?, marker])?;
        }
        let sql = "DELETE FROM nights WHERE number < (SELECT max(number) FROM nights) - ?1";
        all.execute(sql, [KEPT])?;
        Ok(all.commit()?)
    }

    /// Saves what is handed out, with the state that says so. What was handed out before keeps its place.
    pub(crate) fn hand_out(&mut self, state: &State, outbox: &Outbox) -> Result<()> {
        let all = self.0.transaction()?;
        put(&all, state)?;
        for it in outbox.deliveries() {
            let subject = GroupBy::Subject.key(&it.content);
            let body = serde_json::to_string(&it.content)?;
            let sql = "INSERT OR IGNORE INTO outbox (id, subject, body) VALUES (?1, ?2, ?3)";
            all.execute(sql, params![it.id(), subject, body])?;
        }
        Ok(all.commit()?)
    }

    /// What is to be sent, in order.
    pub(crate) fn letters(&self) -> Result<Vec<Letter>> {
        let sql = "SELECT id, subject, body FROM outbox WHERE NOT delivered ORDER BY number";
        let mut found = self.0.prepare(sql)?;
        let letter = |it: &rusqlite::Row<'_>| {
            Ok(Letter { id: it.get(0)?, subject: it.get(1)?, body: it.get(2)? })
        };
        let all = found.query_map([], letter)?.collect::<rusqlite::Result<_>>()?;
        Ok(all)
    }

    /// Notes that a letter arrived: one row, not the whole state.
    pub(crate) fn note(&mut self, letter: &Letter) -> Result<()> {
        self.0.execute("UPDATE outbox SET delivered = 1 WHERE id = ?1", [&letter.id])?;
        Ok(())
    }

    /// The ids of what arrived and is not acknowledged.
    pub(crate) fn arrived(&self) -> Result<Vec<String>> {
        let mut found = self.0.prepare("SELECT id FROM outbox WHERE delivered")?;
        let all = found.query_map([], |it| it.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(all)
    }

    /// Saves a state that has acknowledged what arrived, and forgets that.
    pub(crate) fn acknowledge(&mut self, state: &State) -> Result<()> {
        let all = self.0.transaction()?;
        put(&all, state)?;
        all.execute("DELETE FROM outbox WHERE delivered", [])?;
        Ok(all.commit()?)
    }
}

/// Puts the state in the place of that of the newest night, whose it is.
fn put(all: &Transaction<'_>, state: &State) -> Result<()> {
    let sql = "UPDATE nights SET state = ?1 WHERE number = (SELECT max(number) FROM nights)";
    all.execute(sql, [serde_json::to_string(state)?])?;
    Ok(())
}
