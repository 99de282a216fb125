//! What every event must have that a filter means: enough to pass over most of a recording by a few
//! columns, without looking at the events themselves.

use super::{Expr, Field, Filter, Kinds, Op, Operand, Test};
use crate::event::{ConnState, Thread};

/// No more ways to be meant are told apart; beyond that only their kinds are known.
const MOST: usize = 16;

/// One way to be meant: an event that matches in this way has all of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// It is of one of these kinds.
    pub kinds: Kinds,
    /// It is about this connection.
    pub conn: Option<u32>,
    /// It happened on this thread.
    pub th: Option<Thread>,
    /// It leaves this state.
    pub from: Option<ConnState>,
    /// It enters this state.
    pub to: Option<ConnState>,
    /// Whatever has all of this is meant: there is nothing else to look at.
    pub is_all: bool,
}

impl Needs {
    fn of(kinds: Kinds) -> Needs {
        Needs { kinds, conn: None, th: None, from: None, to: None, is_all: false }
    }
}

impl Filter {
    /// The ways to be meant: an event that matches has all of at least one of them. None at all where
    /// nothing can match.
    pub fn needs(&self) -> Vec<Needs> {
        match &self.0 {
            Expr::Any(list) if list.len() <= MOST => list.iter().filter_map(needs).collect(),
            expr => needs(expr).into_iter().collect(),
        }
    }
}

/// What is needed for one condition; `None` where nothing can match.
fn needs(expr: &Expr) -> Option<Needs> {
    let mut needs = Needs::of(Kinds(expr.kinds().0));
    let tests: &[Expr] = match expr {
        Expr::All(list) => list,
        one => std::slice::from_ref(one),
    };
    let mut is_all = true;
    for test in tests {
        is_all &= needs.add(test)?;
    }
    needs.is_all = is_all;
    (!needs.kinds.is_empty()).then_some(needs)
}

impl Needs {
    /// Takes in one condition. Whether it says no more than what is kept here; `None` where it
    /// contradicts what is.
    fn add(&mut self, expr: &Expr) -> Option<bool> {
        let Expr::Test(Test { field, op: Op::Is, value }) = expr else { return Some(false) };
        match (field, value) {
            // A kind that this version does not know is one of many.
            (Field::Ev, Operand::Bytes(name)) => Some(super::is_kind(name.bytes())),
            (Field::Conn, Operand::Number(n)) => {
                // What is no number of a connection equals none.
                put(&mut self.conn, u32::try_from(*n).ok()?)
            }
            (Field::Th, Operand::Thread(th)) => put(&mut self.th, *th),
            (Field::Th, Operand::Bytes(name)) => match std::str::from_utf8(name.bytes()).ok()?.parse() {
                Ok(th) => put(&mut self.th, th),
                Err(_) => Some(false),
            },
            (Field::From | Field::To, Operand::Bytes(name)) => {
                let state = std::str::from_utf8(name.bytes()).ok().and_then(ConnState::from_name);
                let slot = if *field == Field::From { &mut self.from } else { &mut self.to };
                state.map_or(Some(false), |state| put(slot, state))
            }
            _ => Some(false),
        }
    }
}

fn put<T: PartialEq + Copy>(slot: &mut Option<T>, value: T) -> Option<bool> {
    (*slot.get_or_insert(value) == value).then_some(true)
}

impl Kinds {
    /// A bit for each kind, by its [`index`](crate::event::Kind::index).
    pub const fn bits(self) -> u64 {
        self.0
    }
}
