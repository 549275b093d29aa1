//! What every backend must do: lists of claims, walked at run time.
//!
//! A backend's tests hand in a site and walk the list; a claim that does not hold comes back as
//! [`Broken`], with words. Nothing here needs a runtime or a test framework.

pub mod county;

use crate::StoreError;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

/// A claim that did not hold, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Broken {}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// What a case comes to.
pub type Outcome = Result<(), Broken>;

/// What a case is while it runs.
pub type Running<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Ends a case with words unless something holds.
macro_rules! claim {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err($crate::conformance::Broken(format!($($words)+)));
        }
    };
}
pub(crate) use claim;

/// Ends a case with words and both values unless they are equal.
macro_rules! same {
    ($found:expr, $expected:expr, $words:literal) => {
        match (&$found, &$expected) {
            (found, expected) if *found != *expected => {
                let words = format!("{}\n  found    {found:?}\n  expected {expected:?}", $words);
                return Err($crate::conformance::Broken(words));
            }
            _ => {}
        }
    };
}
pub(crate) use same;

/// What has to be there.
pub(crate) fn there<T>(found: Option<T>, words: &str) -> Result<T, Broken> {
    found.ok_or_else(|| Broken(format!("not there: {words}")))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs one future to its end on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Lets those who run side by side go on before this one does.
pub(crate) async fn give_way() {
    let mut given = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut given, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs futures side by side, and answers when all have ended, in their order.
pub(crate) async fn together(futures: Vec<Running<'_>>) -> Vec<Outcome> {
    enum Side<'a> {
        Going(Running<'a>),
        Over(Outcome),
    }
    let mut sides: Vec<_> = futures.into_iter().map(Side::Going).collect();
    std::future::poll_fn(|context| {
        let mut going = false;
        for side in &mut sides {
            if let Side::Going(future) = side {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *side = Side::Over(output),
                    Poll::Pending => going = true,
                }
            }
        }
        if going { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    let over = sides.into_iter().filter_map(|side| match side {
        Side::Over(output) => Some(output),
        Side::Going(_) => None,
    });
    over.collect()
}
