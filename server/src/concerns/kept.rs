//! One concern with everything that is read of it: whose and when it was, and how it stood at the end of any day, as known
//! today. A word that was taken back was never said.

use super::{ANSWER, Asked, Which};
use crate::county::{County, at_county};
use domain::catalogue::{RecordKind, keys};
use domain::concern::{Concern, ConcernState};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::{Body, RecordRef};
use domain::permission::Scope;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::settings::Setting;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::{Part, Visit};
use std::sync::Arc;
use store::county::HistoryItem;
use sync::county::needs::RecordRow;
use sync::merge::{self, Item};
use sync::wire::receipt::ItemState;

/// A concern.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// As the rules read it now.
    pub concern: Concern,
    /// The record.
    pub head: Arc<Head>,
    /// Where it belongs.
    pub areas: Vec<AreaCode>,
    /// The day of the visit in which it was found; else the day on which it was written down.
    pub found: Day,
    /// By whom.
    pub found_by: RecordId,
    /// Whether the visit in which it was found was made void.
    pub void: bool,
    /// The day on which it is to be settled when nothing is promised.
    allowed: Day,
    /// How it stood from each day on.
    steps: Vec<Stood>,
}

/// How it stood from a day on.
#[derive(Debug, Clone)]
pub(crate) struct Stood {
    day: Day,
    /// How far it was; contested reads as open.
    pub state: ConcernState,
    /// The township's answer.
    pub reply: Option<String>,
    /// Who sees to it.
    pub handler: Option<String>,
    /// By when that was promised.
    pub due: Option<Day>,
    /// Since when it is settled, whatever was said of it after that.
    pub settled: Option<Day>,
    /// By when it has to be: the first promise, or one that was moved before it had passed. Whoever moves one that has
    /// passed is late all the same.
    promised: Option<Day>,
    contested: bool,
}

/// Before anybody has answered.
const OPEN: Stood = Stood {
    day: Day(0),
    state: ConcernState::Open,
    reply: None,
    handler: None,
    due: None,
    settled: None,
    promised: None,
    contested: false,
};

impl Stood {
    /// What the township's word makes of what stood before it. Who promises nothing until `allowed` has passed is late,
    /// whatever they promise then.
    fn next(&self, day: Day, (id, head): (RecordId, &Head), promises: bool, allowed: Day) -> Self {
        let Concern { state, reply, handler, due, .. } = Concern::read(id, head);
        let settled = self.settled.or(Some(day)).filter(|_| state.settled());
        let moves = promises && day <= self.promised.unwrap_or(allowed);
        let promised = due.filter(|_| moves).or(self.promised);
        let contested = head.contested().any(|key| ANSWER.contains(&key));
        Self { day, state, reply, handler, due, settled, promised, contested }
    }
}

impl Kept {
    pub(super) fn read(id: RecordId, head: &Arc<Head>, scopes: &[Scope]) -> Self {
        let first = |key: &str| head.fields.get(key).and_then(|all| all.iter().min_by_key(|one| one.at_ms));
        let raised = first(keys::WORDS).or_else(|| first(keys::KIND));
        let found = raised.map_or(Day(0), |one| Day::of(one.at_ms));
        Self {
            concern: Concern::read(id, head),
            head: Arc::clone(head),
            areas: scopes.iter().map(|scope| scope.area).collect(),
            found,
            found_by: raised.map_or(id, |one| one.author),
            void: false,
            allowed: found,
            steps: Vec::new(),
        }
    }

    /// Where it belongs when no phone has it any more, because its person is restricted or was erased: where that person
    /// is counted. Figures go on counting it.
    pub(super) async fn place(&mut self, county: &County) -> Result<(), Problem> {
        let Some(id) = self.concern.subject.filter(|_| self.areas.is_empty()) else { return Ok(()) };
        let row = read(county, RecordKind::Person, id).await?;
        self.areas = row.map(|row| Person::read(id, &row.head).villages).unwrap_or_default();
        Ok(())
    }

    /// Reads the visit in which it was found, and what the township has said of it.
    pub(super) async fn follow(&mut self, county: &County, reference: &Reference) -> Result<(), Problem> {
        self.visited(county).await?;
        let area = self.areas.first().copied().unwrap_or(AreaCode(0));
        let days = reference.settings.value(&reference.areas, Setting::ConcernDays, area, self.found);
        self.allowed = self.found.plus(days);
        self.steps = self.answers(county).await?;
        Ok(())
    }

    async fn visited(&mut self, county: &County) -> Result<(), Problem> {
        let Some(id) = self.concern.part else { return Ok(()) };
        let Some(row) = read(county, RecordKind::Part, id).await? else { return Ok(()) };
        let part = Part::read(id, &row.head);
        self.void = part.void;
        let Some(id) = part.visit else { return Ok(()) };
        let Some(row) = read(county, RecordKind::Visit, id).await? else { return Ok(()) };
        let visit = Visit::read(id, &row.head);
        self.void |= visit.void;
        // Much is written down in the evening, or days later: it was found when somebody went there.
        self.found = visit.happened.map_or(self.found, |when| when.day().min(self.found));
        Ok(())
    }

    async fn answers(&self, county: &County) -> Result<Vec<Stood>, Problem> {
        let Some(write) =
            self.head.fields.get(keys::STATE).and_then(|all| all.iter().max_by_key(|w| w.at_ms))
        else {
            return Ok(Vec::new());
        };
        let id = self.concern.id;
        let record = RecordRef { kind: RecordKind::Concern, id };
        let history = county.stores.reports.history(record).await.map_err(at_county)?;
        if history.iter().any(|item| item.state == ItemState::Erased || item.entry.body.is_none()) {
            // Of what was erased by law only the last word is left.
            return Ok(vec![OPEN.next(Day::of(write.at_ms), (id, &self.head), true, self.allowed)]);
        }
        let (mut head, mut steps) = (Head::default(), Vec::new());
        for item in said(history) {
            let body = merge::counted(item.state, item.entry.body.as_ref());
            merge::apply(&mut head, Item { patch: &item.entry.patch, body, order: &[] });
            let sets = |key: &str| body.is_some_and(|body| body.sets.contains_key(key));
            if ANSWER.iter().any(|key| sets(key)) {
                let day = Day::of(item.entry.patch.stamp.best_ms());
                let before = steps.last().unwrap_or(&OPEN);
                let step = before.next(day, (id, &head), sets(keys::DUE), self.allowed);
                steps.push(step);
            }
        }
        Ok(steps)
    }

    /// How it stood at the end of a day.
    pub(crate) fn on(&self, day: Day) -> &Stood {
        self.steps.iter().rev().find(|step| step.day <= day).unwrap_or(&OPEN)
    }

    /// The day on which it was to be settled, by what was promised up to a day.
    pub(crate) fn limit_on(&self, day: Day) -> Day {
        self.on(day).promised.unwrap_or(self.allowed)
    }

    /// 填写不一致.
    pub(super) fn contested_on(&self, day: Day) -> bool {
        self.on(day).contested || self.head.contested().any(|key| !ANSWER.contains(&key))
    }

    pub(super) fn is(&self, which: Which, day: Day) -> bool {
        let &Stood { state, settled, .. } = self.on(day);
        match which {
            Which::Found => true,
            Which::Open => state == ConcernState::Open,
            Which::InHand => state == ConcernState::InHand,
            Which::Unsettled => !state.settled(),
            Which::Settled => state.settled(),
            Which::Unsolvable => state == ConcernState::Unsolvable,
            Which::InTime => settled.is_some_and(|settled| settled <= self.limit_on(day)),
            Which::Overdue => !state.settled() && self.limit_on(day) < day,
            Which::Contested => self.contested_on(day),
        }
    }

    /// Whether it is of this area and kind.
    pub(super) fn belongs(&self, reference: &Reference, asked: &Asked) -> bool {
        let here = self.areas.iter().any(|area| reference.areas.within(*area, asked.area));
        here && asked.kind.is_none_or(|kind| kind == self.concern.kind)
    }

    /// Whether it was found in the days that are asked for.
    pub(super) fn found_when(&self, asked: &Asked) -> bool {
        let to = asked.to.map_or(asked.as_of, |to| to.min(asked.as_of));
        let since = asked.from.is_none_or(|from| from <= self.found) && self.found <= to;
        since && asked.older.is_none_or(|days| asked.as_of.0 - self.found.0 >= days)
    }
}

async fn read(county: &County, kind: RecordKind, id: RecordId) -> Result<Option<RecordRow>, Problem> {
    county.stores.ledger.record(RecordRef { kind, id }).await.map_err(at_county)
}

/// What was written to it, without what was taken back, and without that it was.
fn said(history: Vec<HistoryItem>) -> Vec<HistoryItem> {
    let counts = |state| matches!(state, ItemState::Applied | ItemState::Dismissed);
    let body = |item: &HistoryItem, reads: fn(&Body) -> bool| item.entry.body.as_ref().is_some_and(reads);
    let mut said: Vec<HistoryItem> = Vec::new();
    for item in history.into_iter().filter(|item| counts(item.state)) {
        let undoes = body(&item, |body| body.sets.get(keys::UNDONE).is_some_and(|value| !value.is_null()));
        let answer = said.iter().rposition(|one| body(one, |body| body.sets.contains_key(keys::STATE)));
        match answer.filter(|at| undoes && *at > 0) {
            Some(at) => drop(said.remove(at)),
            None => said.push(item),
        }
    }
    said
}
