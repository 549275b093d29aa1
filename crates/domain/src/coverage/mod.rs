//! 走访情况: for a duty and a period, where every person of the register stands on any day.
//!
//! ```text
//! rules ─┐
//! person ─┼─ timeline ─ standing ─ deltas ─ tally ─ row ─ sentence
//! parts ─┘   (steps)    (stored)            (sums)  (read)
//! ```
//!
//! - [`rules`]: which rule of which duty holds in a village on a day; the duty `*`.
//! - [`timeline`]: the pure judgement: from which day on a person stands where, and how.
//! - `speaking`: which duties speak of a person.
//! - [`due`]: when a visit falls due, and which earlier parts tell it.
//! - [`standing`]: what is stored of it for a (duty, period, person).
//! - [`touch`]: which standings a changed fact can change.
//! - [`tally`]: the sums of steps, kept by differences.
//! - [`generations`]: which judgement readers see while rules change.
//! - [`reading`]: rows that add up, and the sentence.
//!
//! *As of* a day means: the facts up to the end of that day, as they are known today.

pub mod due;
pub mod generations;
pub mod reading;
pub mod rules;
mod speaking;
pub mod standing;
pub mod status;
pub mod tally;
pub mod timeline;
pub mod touch;

#[cfg(test)]
mod tests;

pub use generations::{Generation, Generations, Spans};
pub use reading::{Row, sentence_en, sentence_zh};
pub use rules::{ANY_DUTY, Rules};
pub use standing::{Standing, standing};
pub use status::{Excluded, Status};
pub use tally::{EVERYBODY, MISSED, TallyKey, deltas, overdue_of};
pub use timeline::{Missed, Place, Step, timeline};
