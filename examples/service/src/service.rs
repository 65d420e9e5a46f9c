//! The service: what foretell is given and what becomes of what it gives.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use foretell::book::Loaded;
use foretell::state::HandOut;
use foretell::time::AsOf;
use foretell::{Book, Config, Engine, Input, State};

use crate::hook::Hook;
use crate::order::{How, Order, Settings};
use crate::step::point;
use crate::store::Store;
use crate::{Result, book};

const NO_CONFIG: &str = "no config counts yet: give the order `config FILE`";

/// A database, a webhook, and the config that counts.
#[derive(Debug)]
pub(crate) struct Service {
    store: Store,
    hook: Hook,
    /// None until a config is given.
    engine: Option<Engine>,
    at_most: usize,
    tries: usize,
    pause: Duration,
}

impl Service {
    /// Goes on where the last process ended, whatever ended it.
    pub(crate) fn open(settings: &Settings) -> Result<Self> {
        let store = Store::open(&settings.db)?;
        let engine = store.config()?.map(|text| Engine::compile(&Config::parse(&text)));
        Ok(Self {
            store,
            hook: Hook::new(&settings.hook)?,
            engine: engine.transpose()?,
            at_most: settings.at_most,
            tries: settings.tries,
            pause: settings.pause,
        })
    }

    /// Carries out an order, and says what came of it. One that was carried out before, or by half, may be given again.
    pub(crate) fn carry_out(&mut self, order: &Order) -> Result<String> {
        match order {
            Order::Config(file) => self.swap(&std::fs::read_to_string(file)?),
            Order::Deliver => Ok(format!("{} wait", self.deliver()?)),
            Order::Night { how, as_of, folder } => {
                let night = self.night(*how, *as_of, folder)?;
                Ok(format!("{night}, {} wait", self.deliver()?))
            }
        }
    }

    /// Takes another config for the nights to come, if it is whole and does what its author expects.
    fn swap(&mut self, text: &str) -> Result<String> {
        let engine = Engine::compile(&Config::parse(text))?;
        let tests = engine.run_tests();
        if !tests.passed() {
            return Err(tests.to_string().into());
        }
        if self.engine.as_ref().is_some_and(|it| it.hash() == engine.hash()) {
            return Ok("it counts already".to_owned());
        }
        point("the config was checked");
        self.store.set_config(text)?;
        point("the config was saved");
        self.engine = Some(engine);
        Ok("it counts from now on".to_owned())
    }

    /// Assesses a night, and saves what it hands on: before that nothing has happened.
    fn night(&mut self, how: How, as_of: AsOf, folder: &Path) -> Result<String> {
        let Loaded { book, rejected, .. } = book::load(folder)?;
        let newest = self.store.state()?.unwrap_or_else(State::delivering);
        let states = match how {
            How::Again => self.again(&book, as_of, &newest)?,
            How::Next | How::Accepted => {
                let engine = self.engine.as_ref().ok_or(NO_CONFIG)?;
                let night = match engine.assess(&Input::book(&book), as_of, &newest) {
                    Err(guarded) if how == How::Accepted => guarded.accept()?,
                    other => other?,
                };
                vec![night.state().clone()]
            }
        };
        point("the night was assessed");
        self.store.save(&states)?;
        point("the night was saved");
        Ok(format!("{} nights, {} rows set aside", states.len(), rejected.len()))
    }

    /// Assesses an earlier night again and all that came after it: one transaction, so that no night is without the next.
    fn again(&self, book: &Book, as_of: AsOf, newest: &State) -> Result<Vec<State>> {
        let engine = self.engine.as_ref().ok_or(NO_CONFIG)?;
        let mut states = vec![self.store.state_before(as_of)?.rewind(newest)];
        for night in self.store.nights_from(as_of)? {
            if let Some(last) = states.last() {
                states.push(engine.assess(&Input::book(book), night, last)?.state().clone());
            }
        }
        Ok(states.split_off(1))
    }

    /// Delivers what is to be told, and says how much still waits.
    pub(crate) fn deliver(&mut self) -> Result<usize> {
        let Some(mut state) = self.store.state()? else { return Ok(0) };
        let outbox = state.hand_out(&HandOut::new().at_most(self.at_most));
        point("facts were handed out");
        self.store.hand_out(&state, &outbox)?;
        point("the hand-out was saved");
        for round in 0..self.tries {
            if self.send()? {
                break;
            }
            std::thread::sleep(self.pause * 2_u32.saturating_pow(round as u32));
        }
        state.acknowledge(self.store.arrived()?);
        point("arrivals were acknowledged");
        self.store.acknowledge(&state)?;
        point("the acknowledgement was saved");
        Ok(state.waiting().count())
    }

    /// Sends each letter once; of one subject none before those that came before it have arrived. Whether all arrived.
    fn send(&mut self) -> Result<bool> {
        let mut held = BTreeSet::new();
        for letter in self.store.letters()? {
            if held.contains(&letter.subject) {
                continue;
            }
            if self.hook.post(&letter.id, &letter.body).is_err() {
                held.insert(letter.subject);
                continue;
            }
            point("a letter was sent");
            self.store.note(&letter)?;
            point("its arrival was noted");
        }
        Ok(held.is_empty())
    }
}
