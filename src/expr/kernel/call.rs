//! Steps that are not a loop over slices: tests of texts, and calls of functions.

use std::sync::Arc;

use super::number::{self, Rows, Side};
use super::{Chunk, NO_DATA, text};
use crate::expr::function::{Body, Function, MAX_ARGUMENTS, Native, Stop};
use crate::expr::ir::{Callee, Id, Literal, Op, Step};
use crate::expr::{Kind, Value};

impl Chunk<'_> {
    /// A flag about texts. What comes straight from columns is told by its codes.
    pub(super) fn text_test(&mut self, step: &Step) {
        match &step.op {
            Op::OneOf(it, all) => self.text_in(step, *it, all),
            Op::Missing(it) => self.text_missing(step, *it),
            Op::Same(one, two) => self.same_texts(step, *one, *two),
            _ => {}
        }
    }

    fn text_in(&mut self, step: &Step, it: Id, all: &[Literal]) {
        let texts = all.iter().filter_map(|literal| match literal {
            Literal::Text(it) => Some(it),
            _ => None,
        });
        if let Some(column) = self.frame.column(it) {
            let (_, out) = self.frame.split(&mut self.scratch.flags, step);
            let (codes, labels) = self.frame.codes(column);
            let wanted = texts.filter_map(|text| labels.find(text));
            return text::one_of(codes, text::known(labels), wanted, out);
        }
        self.need(it);
        let (_, out) = self.frame.split(&mut self.scratch.flags, step);
        let words = &self.scratch.words;
        for (out, it) in out.iter_mut().zip(self.frame.texts(&self.scratch.texts, it)) {
            *out = match self.frame.text(*it, words) {
                Some(it) => u8::from(texts.clone().any(|text| text == it)),
                None => NO_DATA,
            };
        }
    }

    fn text_missing(&mut self, step: &Step, it: Id) {
        if let Some(column) = self.frame.column(it) {
            let (_, out) = self.frame.split(&mut self.scratch.flags, step);
            let (codes, labels) = self.frame.codes(column);
            return text::missing(codes, text::known(labels), out);
        }
        self.need(it);
        let (_, out) = self.frame.split(&mut self.scratch.flags, step);
        for (out, it) in out.iter_mut().zip(self.frame.texts(&self.scratch.texts, it)) {
            *out = u8::from(*it == text::NOTHING);
        }
    }

    fn same_texts(&mut self, step: &Step, one: Id, two: Id) {
        if let (Some(one), Some(two)) = (self.frame.column(one), self.frame.column(two)) {
            let (ones, labels) = self.frame.codes(one);
            let (twos, others) = self.frame.codes(two);
            if Arc::ptr_eq(labels, others) {
                let (_, out) = self.frame.split(&mut self.scratch.flags, step);
                return text::same(ones, twos, text::known(labels), out);
            }
        }
        self.need(one);
        self.need(two);
        let (_, out) = self.frame.split(&mut self.scratch.flags, step);
        let texts = |id: Id| self.frame.texts(&self.scratch.texts, id);
        let words = &self.scratch.words;
        for ((out, one), two) in out.iter_mut().zip(texts(one)).zip(texts(two)) {
            *out = match (self.frame.text(*one, words), self.frame.text(*two, words)) {
                (Some(one), Some(two)) => u8::from(one == two),
                _ => NO_DATA,
            };
        }
    }

    /// A function: a loop where it is one of ours over numbers, and otherwise row by row, or once for all rows. It is
    /// called for every row whose arguments are there, also where the answer is not needed in the end.
    pub(super) fn call(&mut self, step: &Step, callee: &Callee, all: &[Id], id: Id) {
        for it in all {
            self.need(*it);
        }
        let function = &callee.0;
        if !matches!(function.native, Native::None) {
            let (before, out) = self.frame.split(&mut self.scratch.numbers, step);
            let mut sides = [Side::All(f64::NAN); MAX_ARGUMENTS];
            for (side, it) in sides.iter_mut().zip(all) {
                *side = self.frame.numbers(before, *it);
            }
            let sides = sides.get(..all.len()).unwrap_or(&[]);
            return number::native(&function.name, function.native, sides, out);
        }
        if let (Some(_), [it]) = (&function.list, all)
            && let Some(column) = self.frame.column(*it)
        {
            return self.search(step, function, column);
        }
        if matches!(function.body, Body::Many(_)) {
            return self.call_all(step, function, all, id);
        }
        let mut values = std::mem::take(&mut self.scratch.values);
        for row in 0..self.frame.rows.len() {
            values.clear();
            values.extend(all.iter().map(|id| self.value(*id, row)));
            let known = values.iter().all(|value| !value.is_missing());
            let told = if known { function.call(&values) } else { Err(Stop::NoData) };
            self.told(step, id, row, told);
        }
        self.scratch.values = values;
    }

    /// A function that looks into a column of texts: each text of its dictionary is looked into once, unless the texts outnumber the rows.
    fn search(&mut self, step: &Step, function: &Function, column: usize) {
        const UNASKED: u8 = NO_DATA + 1;
        let (codes, labels) = self.frame.codes(column);
        let (_, out) = self.frame.split(&mut self.scratch.flags, step);
        let ask = |text: &Arc<str>| match function.call(&[Value::Text(Arc::clone(text))]) {
            Ok(Value::Flag(it)) => u8::from(it),
            _ => NO_DATA,
        };
        let texts = labels.texts();
        let mut known = vec![UNASKED; if texts.len() <= codes.len() { texts.len() } else { 0 }];
        for (out, code) in out.iter_mut().zip(codes) {
            let at = *code as usize;
            *out = match (texts.get(at), known.get_mut(at)) {
                (None, _) => NO_DATA,
                (Some(text), None) => ask(text),
                (Some(text), Some(known)) => {
                    if *known == UNASKED {
                        *known = ask(text);
                    }
                    *known
                }
            };
        }
    }

    /// A function of columns, called with the rows whose arguments are all there.
    fn call_all(&mut self, step: &Step, function: &Function, all: &[Id], id: Id) {
        let mut rows: Vec<usize> = Vec::new();
        let mut columns: Vec<Vec<Value>> = vec![Vec::new(); all.len()];
        for row in 0..self.frame.rows.len() {
            let values: Vec<Value> = all.iter().map(|id| self.value(*id, row)).collect();
            if values.iter().any(Value::is_missing) {
                self.put(step, id, row, Value::Missing);
                continue;
            }
            rows.push(row);
            columns.iter_mut().zip(values).for_each(|(column, it)| column.push(it));
        }
        if rows.is_empty() {
            return;
        }
        let told = function.call_all(&columns, rows.len());
        for (row, told) in rows.into_iter().zip(told) {
            self.told(step, id, row, told);
        }
    }

    fn told(&mut self, step: &Step, id: Id, row: usize, told: Result<Value, Stop>) {
        let value = told.unwrap_or_else(|stop| {
            if let Stop::Failed(it) = stop {
                self.scratch.failed.insert((row, id), it);
            }
            Value::Missing
        });
        self.put(step, id, row, value);
    }

    /// The value of a step in a row; missing where a number is not finite.
    fn value(&self, id: Id, row: usize) -> Value {
        match self.frame.graph.step(id).kind {
            Kind::Number => {
                let it = Rows::new(self.frame.numbers(&self.scratch.numbers, id)).at(row);
                if it.is_finite() { Value::Number(it) } else { Value::Missing }
            }
            Kind::Flag => match self.frame.flags(&self.scratch.flags, id).get(row) {
                Some(it) if *it < NO_DATA => Value::Flag(*it == 1),
                _ => Value::Missing,
            },
            Kind::Text => {
                let it = self.frame.texts(&self.scratch.texts, id).get(row);
                it.and_then(|code| self.frame.text(*code, &self.scratch.words))
                    .map_or(Value::Missing, |text| Value::Text(Arc::clone(text)))
            }
        }
    }

    /// Writes the value of a step in a row.
    fn put(&mut self, step: &Step, id: Id, row: usize, value: Value) {
        match step.kind {
            Kind::Number => {
                let (_, out) = self.frame.split(&mut self.scratch.numbers, step);
                write(out, row, value.number().unwrap_or(f64::NAN));
            }
            Kind::Flag => {
                let (_, out) = self.frame.split(&mut self.scratch.flags, step);
                write(out, row, if let Value::Flag(it) = value { u8::from(it) } else { NO_DATA });
            }
            Kind::Text => {
                let mut code = text::NOTHING;
                if let Value::Text(it) = value {
                    // A step adds at most one text a row.
                    let at = u32::try_from(self.scratch.words.len()).unwrap_or(u32::MAX);
                    code = text::pack(id, at);
                    self.scratch.words.push(it);
                }
                let (_, out) = self.frame.split(&mut self.scratch.texts, step);
                write(out, row, code);
            }
        }
    }
}

fn write<T>(out: &mut [T], row: usize, value: T) {
    if let Some(out) = out.get_mut(row) {
        *out = value;
    }
}
