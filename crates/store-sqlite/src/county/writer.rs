//! The county's one writer: a thread that takes what is queued, group after group. A group is one
//! transaction, a job in it a savepoint; nobody hears of a job before its group is on disk.

use super::apply::apply;
use super::caches::{Around, Caches, put_state};
use super::foresee::foresee;
use super::load::Knowledge;
use super::recent::{Moved, ROWS_MAX, Recent};
use super::spent::{Spent, Watch};
use super::tally::Sums;
use super::view::{Orders, View};
use crate::fault::fault;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::StoreError;
use store::county::Done;
use sync::county::{Prepared, Step, plan};
use tokio::sync::oneshot;

/// A group takes at most so many jobs …
const GROUP_MAX: usize = 64;

/// … and takes no more after this time, so that the first of them need not wait for all.
const GROUP_TIME: Duration = Duration::from_millis(50);

/// What somebody wants of the writer.
pub(super) trait Task: Send {
    /// Does it, in a savepoint of its own. An error undoes what it has written. Done again when the group
    /// that it was in came to nothing by another's panic.
    fn work(&mut self, desk: &mut Desk<'_>) -> Result<(), StoreError>;

    /// Tells whoever asked, once it is certain what came of the group.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
}

/// A task that is one function.
pub(super) struct Errand<T, F> {
    work: F,
    /// `None` when it was never begun, or did not come to its end.
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Errand<T, F>
where
    F: Fn(&mut Desk<'_>) -> Result<T, StoreError>,
{
    /// The task, and where its answer will arrive.
    pub fn new(work: F) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        (Self { work, outcome: None, reply }, answer)
    }
}

impl<T: Send, F> Task for Errand<T, F>
where
    F: Fn(&mut Desk<'_>) -> Result<T, StoreError> + Send,
{
    fn work(&mut self, desk: &mut Desk<'_>) -> Result<(), StoreError> {
        // What a panic leaves.
        self.outcome = None;
        let outcome = self.outcome.insert((self.work)(desk));
        outcome.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        let told = match (self.outcome, group) {
            (Some(outcome), group) => outcome.and_then(|outcome| group.map(|()| outcome)),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(StoreError::Panicked),
        };
        // Whoever asked may have gone; what is written stays written.
        let _ = self.reply.send(told);
    }
}

/// Where a task is done: the transaction, and what the writer knows.
pub(super) struct Desk<'w> {
    /// The transaction's connection.
    pub connection: &'w Connection,
    /// The county's number in the file.
    pub county: i64,
    caches: &'w mut Caches,
    around: &'w mut Around,
    orders: &'w mut Orders,
    sums: &'w mut Sums,
    moved: &'w mut Moved,
    spent: &'w mut Spent,
}

impl Desk<'_> {
    /// Carries out a job: plans it, loading what the plan names until it names nothing more, and
    /// writes what it says.
    pub fn run(&mut self, prepared: &Prepared) -> Result<Done, StoreError> {
        let cursor = prepared.job.cursor();
        let mut view = View { connection: self.connection, county: self.county, orders: self.orders };
        let mut knowledge = Knowledge::new(self.caches);
        let mut foreseen = false;
        let mut watch = Watch::start();
        let plan = loop {
            let step = plan(prepared, &knowledge.loaded);
            watch.lap(&mut self.spent.plan);
            match step {
                Step::Load(needs) => {
                    knowledge.load(&mut view, self.around, &needs, cursor)?;
                    if !std::mem::replace(&mut foreseen, true) {
                        let needs = foresee(prepared, &knowledge.loaded);
                        knowledge.load(&mut view, self.around, &needs, cursor)?;
                    }
                    watch.lap(&mut self.spent.load);
                }
                Step::Done(plan) => break *plan,
            }
        };
        let done = Done {
            statement: plan.statement.clone(),
            receipts_only: plan.receipts_only,
            positions_reset: plan.positions_reset,
            own: plan.own.clone(),
            gone: plan.gone.clone(),
            edited: plan.generations.as_ref().is_some_and(|generations| generations.work().is_some()),
            problem: plan.problem.clone(),
        };
        if done.problem.is_none() {
            let change = apply(&view, &knowledge, plan, prepared.now_ms)?;
            // So that the reference is not held twice when it changes.
            drop(knowledge);
            change.take_over(self.caches, self.around, self.sums, self.moved);
        }
        watch.lap(&mut self.spent.write);
        self.spent.jobs += 1;
        Ok(done)
    }
}

/// The caches as of the last group that is on disk, and what has been spent until then.
pub(super) type Published = (Caches, Spent);

/// The writer.
pub(super) struct Writer {
    connection: Connection,
    county: i64,
    caches: Caches,
    around: Around,
    orders: Orders,
    published: Arc<Mutex<Published>>,
    recent: Arc<RwLock<Recent>>,
    spent: Spent,
    /// Whether what is in memory has to be read anew before anything else is done.
    stale: bool,
    /// Whether the last group came to nothing by a panic.
    panicked: bool,
}

impl Writer {
    /// A writer over an open connection to a file that has the county.
    pub fn new(connection: Connection, county: i64) -> Result<Self, StoreError> {
        let caches = Caches::read(&connection, county)?;
        let around = Around::read(&connection, county)?;
        let published = Arc::new(Mutex::new((caches.clone(), Spent::default())));
        let recent = Arc::new(RwLock::new(Recent::read(&connection, county, caches.state.seq, ROWS_MAX)?));
        let (orders, spent) = (Orders::default(), Spent::default());
        Ok(Self {
            connection,
            county,
            caches,
            around,
            orders,
            published,
            recent,
            spent,
            stale: false,
            panicked: false,
        })
    }

    /// What others may see.
    pub fn published(&self) -> Arc<Mutex<Published>> {
        Arc::clone(&self.published)
    }

    /// The latest rows of feeds, for readers.
    pub fn recent(&self) -> Arc<RwLock<Recent>> {
        Arc::clone(&self.recent)
    }

    /// Works until nobody can ask any more.
    pub fn serve(mut self, queue: &Receiver<Box<dyn Task>>) {
        while let Ok(first) = queue.recv() {
            let (group, outcome) = self.transaction(first, Some(queue));
            if self.panicked && group.len() > 1 {
                // The others have nothing to do with it.
                for task in group {
                    let (alone, outcome) = self.transaction(task, None);
                    alone.into_iter().for_each(|task| task.answer(outcome.clone()));
                }
            } else {
                group.into_iter().for_each(|task| task.answer(outcome.clone()));
            }
        }
    }

    /// Does a task, with what else waits in the queue if there is one, and shows what came of it.
    fn transaction(
        &mut self,
        first: Box<dyn Task>,
        queue: Option<&Receiver<Box<dyn Task>>>,
    ) -> (Vec<Box<dyn Task>>, Result<(), StoreError>) {
        let (mut group, mut moved) = (Vec::new(), Moved::default());
        self.panicked = false;
        let outcome = self.group(first, queue, &mut group, &mut moved);
        if outcome.is_err() {
            self.undo();
        } else {
            let published = (self.caches.clone(), self.spent);
            *self.published.lock().unwrap_or_else(PoisonError::into_inner) = published;
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.take(moved, self.caches.state.seq);
        }
        (group, outcome)
    }

    /// Does a group of tasks in one transaction. An error means that nothing of it is on disk.
    fn group(
        &mut self,
        first: Box<dyn Task>,
        queue: Option<&Receiver<Box<dyn Task>>>,
        group: &mut Vec<Box<dyn Task>>,
        moved: &mut Moved,
    ) -> Result<(), StoreError> {
        let began = Instant::now();
        let mut sums = Sums::default();
        let mut next = Some(first);
        let begun = self.begin();
        while let Some(mut task) = next {
            let outcome = begun.clone().and_then(|()| self.one(&mut *task, &mut sums, moved));
            group.push(task);
            outcome?;
            let more = group.len() < GROUP_MAX && began.elapsed() < GROUP_TIME;
            next = queue.filter(|_| more).and_then(|queue| queue.try_recv().ok());
        }
        let mut watch = Watch::start();
        sums.write(&self.connection, self.county)?;
        put_state(&self.connection, self.county, &self.caches.state)?;
        let committed = self.connection.execute_batch("COMMIT").map_err(fault);
        watch.lap(&mut self.spent.commit);
        self.spent.groups += 1;
        committed
    }

    /// Does one task in a savepoint. An error here is one of the whole group.
    fn one(&mut self, task: &mut dyn Task, sums: &mut Sums, moved: &mut Moved) -> Result<(), StoreError> {
        let batch =
            |sql| self.connection.prepare_cached(sql).and_then(|mut one| one.execute([])).map_err(fault);
        batch("SAVEPOINT task")?;
        let mut desk = Desk {
            connection: &self.connection,
            county: self.county,
            caches: &mut self.caches,
            around: &mut self.around,
            orders: &mut self.orders,
            sums,
            moved,
            spent: &mut self.spent,
        };
        // After a panic nobody knows what the caches hold: the whole group is undone.
        let Ok(worked) = catch_unwind(AssertUnwindSafe(|| task.work(&mut desk))) else {
            self.panicked = true;
            return Err(StoreError::Panicked);
        };
        if let Err(error) = worked {
            // Some failures, a full disk among them, end the whole transaction.
            if self.connection.is_autocommit() {
                return Err(error);
            }
            batch("ROLLBACK TO task")?;
        }
        batch("RELEASE task").map(drop)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        if self.stale {
            self.caches = Caches::read(&self.connection, self.county)?;
            self.around = Around::read(&self.connection, self.county)?;
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.read_again(&self.connection, self.county, self.caches.state.seq)?;
            self.stale = false;
        }
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(fault)
    }

    /// After a transaction that did not end well: nothing in memory is believed.
    fn undo(&mut self) {
        self.stale = true;
        if !self.connection.is_autocommit() {
            // When this fails too, the next BEGIN says so.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}
