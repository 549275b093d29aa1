//! Rules generations: an edited rule shows nowhere before everybody has been judged by it.
//!
//! Standings and tally are kept by generation. While one is *building* under new rules, readers go on
//! with what is complete; a small transaction then switches all of them at once. A later generation
//! covers only what its rules can have changed, so that for each (duty, period) the last complete one
//! that covers it holds ([`Spans::holder`]), and everything else stays where it is.

use crate::coverage::rules::{Change, Rules};
use crate::ids::RecordId;
use crate::period::Period;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// The number of a generation, counted from 0; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Generation(pub u32);

impl Generation {
    /// The one a county begins with: it covers everything.
    pub const FIRST: Self = Self(0);
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

crate::staff::codes! {
    /// How far a generation is.
    GenerationState {
        Building "building" "正在重算" "being built";
        Sweeping "sweeping" "正在清理" "complete, and what it replaced is being removed";
        Complete "complete" "已完成" "complete";
        Superseded "superseded" "已放弃" "given up for a later one";
    }
}

/// What a generation covers, and how far it is. Rules apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its number.
    pub number: Generation,
    /// How far it is.
    pub state: GenerationState,
    /// The first day on which its rules ask something else than those before.
    pub from: Day,
    /// The duties of which they do, with `*`. Generation 0 covers everything and names none.
    pub duties: BTreeSet<String>,
    /// The last person who is done, in the order of ids: built, or swept.
    pub done_to: Option<RecordId>,
}

impl Span {
    /// Whether its rules can have changed standings of a duty in a period: those of the period in which
    /// it begins, those of the one before (whose missed visits are made up in it), and later ones.
    pub fn covers(&self, duty: &str, period: Period) -> bool {
        self.number == Generation::FIRST || (self.from < period.next().until() && self.duties.contains(duty))
    }

    /// Whether a person is done.
    pub fn has_passed(&self, person: RecordId) -> bool {
        self.done_to.is_some_and(|done_to| person <= done_to)
    }

    fn complete(&self) -> bool {
        matches!(self.state, GenerationState::Sweeping | GenerationState::Complete)
    }
}

/// The spans of a county's generations, ascending by number. The first is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Default for Spans {
    fn default() -> Self {
        Self(vec![Span {
            number: Generation::FIRST,
            state: GenerationState::Complete,
            from: Day(i32::MIN),
            duties: BTreeSet::new(),
            done_to: None,
        }])
    }
}

impl Spans {
    /// From what was kept; generation 0 is there in any case.
    pub fn new(kept: impl IntoIterator<Item = Span>) -> Self {
        let mut spans: Vec<Span> = kept.into_iter().collect();
        spans.sort_unstable_by_key(|span| span.number);
        if spans.first().is_none_or(|span| span.number != Generation::FIRST) {
            spans.splice(0..0, Self::default().0);
        }
        Self(spans)
    }

    /// All of them, ascending.
    pub fn all(&self) -> &[Span] {
        &self.0
    }

    /// The generation in which readers find a duty and a period: the last complete one that covers it.
    /// O(generations), a few.
    pub fn holder(&self, duty: &str, period: Period) -> Generation {
        let mut latest = self.0.iter().rev().filter(|span| span.complete());
        latest.find(|span| span.covers(duty, period)).map_or(Generation::FIRST, |span| span.number)
    }

    /// The one that is being built.
    pub fn building(&self) -> Option<&Span> {
        self.0.last().filter(|span| span.state == GenerationState::Building)
    }

    /// Whether a row of a generation says anything: to readers now, or once it is built.
    pub fn lives(&self, generation: Generation, duty: &str, period: Period) -> bool {
        self.building().is_some_and(|span| span.number == generation)
            || self.holder(duty, period) == generation
    }

    /// Whose removal has to go on: the newest that replaced something, with its place. `None` while a
    /// generation is being built: that one will sweep for all.
    pub fn sweeping(&self) -> Option<&Span> {
        let left =
            |span: &&Span| matches!(span.state, GenerationState::Sweeping | GenerationState::Superseded);
        self.0.iter().rev().find(left).filter(|_| self.building().is_none())
    }

    /// Whether nothing is being built or removed.
    pub fn at_rest(&self) -> bool {
        self.0.iter().all(|span| span.state == GenerationState::Complete)
    }

    fn last(&self) -> Generation {
        self.0.last().map_or(Generation::FIRST, |span| span.number)
    }
}

/// A county's generations with their rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generations {
    spans: Spans,
    rules: Arc<Rules>,
    next: Option<Arc<Rules>>,
}

/// What is to be done next, slice by slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Judge persons after this one by the rules that are being built.
    Build(Option<RecordId>),
    /// Remove what persons after this one have in generations that nobody reads any more.
    Sweep(Option<RecordId>),
}

impl Generations {
    /// A county's first generation, under these rules.
    pub fn first(rules: Rules) -> Self {
        Self { spans: Spans::default(), rules: Arc::new(rules), next: None }
    }

    /// From what was kept: `rules` of the last complete one, `next` of the one being built.
    pub fn new(spans: Spans, rules: Arc<Rules>, next: Option<Arc<Rules>>) -> Self {
        Self { spans, rules, next }
    }

    /// What each covers.
    pub fn spans(&self) -> &Spans {
        &self.spans
    }

    /// The rules by which all that can be read was judged.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// The generation that is being built, with its rules.
    pub fn building(&self) -> Option<(&Span, &Arc<Rules>)> {
        self.spans.building().zip(self.next.as_ref())
    }

    /// The rules of a generation that have to be kept; `None` for those before the last complete one.
    pub fn rules_of(&self, number: Generation) -> Option<&Arc<Rules>> {
        if let Some((_, rules)) = self.building().filter(|(span, _)| span.number == number) {
            return Some(rules);
        }
        let last = self.spans.0.iter().rev().find(|span| span.complete());
        last.filter(|span| span.number == number).map(|_| &self.rules)
    }

    /// The rules that were written last, whether they hold already or not.
    pub fn newest(&self) -> &Arc<Rules> {
        self.next.as_ref().unwrap_or(&self.rules)
    }

    /// The rules were edited. What the edit can change is built anew from the first day on which it
    /// differs from what is complete, not earlier than `begins`; a build that was under way is given
    /// up. Words alone (titles, sources, roles) change at once, and so does everything in a county
    /// that has `nobody` yet. O(areas · duties · rules).
    pub fn edit(&mut self, fresh: Rules, begins: Day, nobody: bool) {
        if let Some((_, rules)) = self.building()
            && rules.difference(&fresh).is_none()
        {
            self.next = Some(Arc::new(fresh));
            return;
        }
        self.give_up();
        let change = self.rules.difference(&fresh).filter(|_| !nobody);
        let Some(Change { from, duties }) = change else {
            self.rules = Arc::new(fresh);
            return;
        };
        let number = Generation(self.spans.last().0 + 1);
        let from = from.max(begins);
        self.spans.0.push(Span { number, state: GenerationState::Building, from, duties, done_to: None });
        self.next = Some(Arc::new(fresh));
    }

    fn give_up(&mut self) {
        self.next = None;
        if let Some(span) = self.spans.0.last_mut().filter(|span| span.state == GenerationState::Building) {
            (span.state, span.done_to) = (GenerationState::Superseded, None);
        }
    }

    /// What is to be done next; `None` at rest.
    pub fn work(&self) -> Option<Work> {
        let build = self.spans.building().map(|span| Work::Build(span.done_to));
        build.or_else(|| self.spans.sweeping().map(|span| Work::Sweep(span.done_to)))
    }

    /// A slice of [`Self::work`] is done, up to this person.
    pub fn done_to(&mut self, person: RecordId) {
        let number = self.spans.building().or(self.spans.sweeping()).map(|span| span.number);
        if let Some(span) = self.spans.0.iter_mut().find(|span| Some(span.number) == number) {
            span.done_to = Some(person);
        }
    }

    /// Nobody is left: what was built is complete, and readers switch to it; or what was replaced is
    /// gone, and with it every generation of which nothing is left.
    pub fn finish(&mut self) {
        let Some(rules) = self.next.take() else {
            self.spans.0.retain(|span| span.state != GenerationState::Superseded);
            for span in &mut self.spans.0 {
                (span.state, span.done_to) = (GenerationState::Complete, None);
            }
            return;
        };
        self.rules = rules;
        let Some(mut done) = self.spans.0.pop() else { return };
        (done.state, done.done_to) = (GenerationState::Sweeping, None);
        for span in &mut self.spans.0 {
            // Whatever the later one covers as well is read there.
            if done.from <= span.from {
                span.duties.retain(|duty| !done.duties.contains(duty));
            }
        }
        let covers = |span: &Span| span.number == Generation::FIRST || !span.duties.is_empty();
        self.spans.0.retain(|span| !span.complete() || covers(span));
        self.spans.0.push(done);
    }
}
