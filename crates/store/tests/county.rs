//! The county in memory keeps every claim.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use async_trait::async_trait;
use std::sync::{Arc, Mutex};
use store::conformance::block_on;
use store::conformance::county::{CASES, County, Founding, Site, attempt, attempt_play};
use store::memory::county::{MemoryCounty, Snapshot};

#[derive(Default)]
struct Memory {
    county: Mutex<Option<Arc<MemoryCounty>>>,
    copy: Mutex<Option<Snapshot>>,
}

fn county(memory: &Arc<MemoryCounty>) -> County {
    County { ledger: memory.clone(), reports: memory.clone(), directory: memory.clone() }
}

impl Memory {
    fn here(&self) -> Arc<MemoryCounty> {
        self.county.lock().unwrap().clone().unwrap()
    }
}

#[async_trait]
impl Site for Memory {
    async fn found(&self, founding: Founding) -> County {
        let memory = Arc::new(MemoryCounty::new(founding.epoch, founding.begins));
        *self.county.lock().unwrap() = Some(memory.clone());
        county(&memory)
    }

    async fn back_up(&self) -> bool {
        *self.copy.lock().unwrap() = Some(self.here().snapshot());
        true
    }

    async fn restore(&self) -> County {
        let memory = self.here();
        memory.restore(self.copy.lock().unwrap().as_ref().unwrap());
        county(&memory)
    }

    async fn beside(&self) -> County {
        county(&self.here())
    }
}

#[test]
fn every_claim_holds_in_memory() {
    let only = std::env::var("CLAIM").unwrap_or_default();
    let mut broken = Vec::new();
    for case in CASES.iter().filter(|case| case.0.contains(&only)) {
        if let Err(words) = block_on(attempt(case, Arc::new(Memory::default()))) {
            broken.push(format!("{}: {words}", case.0));
        }
    }
    assert!(broken.is_empty(), "{} of {}:\n{}", broken.len(), CASES.len(), broken.join("\n"));
}

/// `PLAYS` raises the number of plays, `SEED` names the first.
#[test]
fn random_plays_equal_their_recomputation() {
    let number = |name: &str, otherwise: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let first = number("SEED", 100);
    for seed in first..first + number("PLAYS", 12) {
        let outcome = block_on(attempt_play(seed, 150, Arc::new(Memory::default())));
        assert_eq!(outcome, Ok(()));
    }
}
