//! The service: what foretell is given and what becomes of what it gives.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use foretell::state::HandOut;
use foretell::time::AsOf;
use foretell::{Config, Engine, Input, State};

use crate::Result;
use crate::book::{self, Given};
use crate::hook::Hook;
use crate::order::{How, Order, Settings};
use crate::step::point;
use crate::store::Store;

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
            Order::Deliver => Ok(format!("facts waiting: {}", self.deliver()?)),
            Order::Night { how, as_of, folder } => {
                let night = self.night(*how, *as_of, folder)?;
                Ok(format!("{night}, facts waiting: {}", self.deliver()?))
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
        let engine = self.engine.as_ref().ok_or(NO_CONFIG)?;
        let Given { loaded, hash } = book::load(folder)?;
        let input = Input::book(&loaded.book);
        // A night may be assessed again at any time. To go back twice is another thing than once: where this was done, and
        // its end was not heard of, it is not done again.
        let marker = format!("{how:?} {as_of} {} {hash}", engine.hash());
        if how == How::Again && self.store.marker()?.as_ref() == Some(&marker) {
            return Ok("assessed before".to_owned());
        }
        let newest = self.store.state()?.unwrap_or_else(State::delivering);
        let assessed = |as_of: AsOf, state: &State| -> Result<State> {
            let night = match engine.assess(&input, as_of, state) {
                Err(guarded) if how == How::Accepted => guarded.accept()?,
                other => other?,
            };
            Ok(night.into_state())
        };
        let states = if how == How::Again {
            // An earlier night and all after it are one transaction: none is left without the next.
            let mut last = self.store.state_before(as_of)?.rewind(&newest);
            let nights = self.store.nights_from(as_of)?.into_iter();
            let next = |night| -> Result<State> {
                last = assessed(night, &last)?;
                Ok(last.clone())
            };
            nights.map(next).collect::<Result<Vec<State>>>()?
        } else {
            vec![assessed(as_of, &newest)?]
        };
        point("the night was assessed");
        self.store.save(&states, &marker)?;
        point("the night was saved");
        Ok(format!("nights assessed: {}, rows set aside: {}", states.len(), loaded.rejected.len()))
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
