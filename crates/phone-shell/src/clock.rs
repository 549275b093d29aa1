//! The clocks of this machine.

use client::ports::Clock;
use domain::canonical::Hash;
use domain::time::UnixMs;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Wall clock, time since boot, and which boot, as the kernel tells them. Where it does not tell the
/// boot, every start of the app counts as one.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    up_at_start_ms: i64,
    boot: u32,
}

impl SystemClock {
    /// The clocks. `chance` names the boot where the kernel does not.
    pub fn new(chance: u32) -> Self {
        let boot_id = std::fs::read("/proc/sys/kernel/random/boot_id").ok();
        let up = std::fs::read_to_string("/proc/uptime").ok();
        let up_s = up.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
        let known = boot_id.zip(up_s).map(|(id, up_s)| {
            let Hash([a, b, c, d, ..]) = Hash::of(&id);
            #[expect(clippy::cast_possible_truncation, reason = "an uptime in ms fits for ages")]
            let up_ms = (up_s * 1_000.0) as i64;
            (u32::from_le_bytes([a, b, c, d]), up_ms)
        });
        let (boot, up_at_start_ms) = known.unwrap_or((chance, 0));
        Self { started: Instant::now(), up_at_start_ms, boot }
    }
}

impl Clock for SystemClock {
    fn wall_ms(&self) -> UnixMs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn up_ms(&self) -> i64 {
        self.up_at_start_ms + i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn boot(&self) -> u32 {
        self.boot
    }
}
