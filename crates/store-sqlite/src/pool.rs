//! Readers: a few connections that read beside the writer, each question on a blocking thread.

use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use store::StoreError;
use tokio::sync::Semaphore;

/// Connections for reading, each with what it has learned (`M`).
pub(crate) struct Pool<M> {
    idle: Arc<Mutex<Vec<(Connection, M)>>>,
    permits: Arc<Semaphore>,
}

impl<M: Send + 'static> Pool<M> {
    /// A pool of open connections.
    pub fn new(connections: Vec<(Connection, M)>) -> Self {
        let permits = Arc::new(Semaphore::new(connections.len()));
        Self { idle: Arc::new(Mutex::new(connections)), permits }
    }

    /// Asks one question in one read transaction, so that all parts of the answer belong to the same
    /// moment. Waits for a free connection.
    ///
    /// # Errors
    /// What the question answers, or `Panicked` when it panicked.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection, &mut M) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let closed = |_| StoreError::Other("the readers are closed".to_owned());
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(closed)?;
        let idle = Arc::clone(&self.idle);
        let asked = tokio::task::spawn_blocking(move || {
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((connection, mut memory)) = taken else {
                return Err(StoreError::Other("no reader is left".to_owned()));
            };
            let answer = ask(&connection, &mut memory, question);
            idle.lock().unwrap_or_else(PoisonError::into_inner).push((connection, memory));
            drop(permit);
            answer
        });
        asked.await.unwrap_or_else(|_| Err(StoreError::Panicked))
    }
}

fn ask<M, T>(
    connection: &Connection,
    memory: &mut M,
    question: impl FnOnce(&Connection, &mut M) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("BEGIN").map_err(crate::fault::fault)?;
    // Of a bug in one answer the reader itself knows nothing: it goes on.
    let answer = catch_unwind(AssertUnwindSafe(|| question(connection, memory)));
    let answer = answer.unwrap_or(Err(StoreError::Panicked));
    // Nothing was written: however it ends, there is nothing to lose.
    let ended = connection.execute_batch("ROLLBACK").map_err(crate::fault::fault);
    answer.and_then(|answer| ended.map(|()| answer))
}
