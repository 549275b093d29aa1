//! How the story is told: short lines, for a terminal of 100 columns.

use std::io::Write;

/// Tells, or keeps quiet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Teller {
    pub quiet: bool,
}

impl Teller {
    /// A scene begins.
    pub fn title(self, text: &str) {
        self.say(&format!("\n━━ {text}"));
    }

    /// Something happens.
    pub fn line(self, text: &str) {
        self.say(&format!("   {text}"));
    }

    /// Several lines, as a program printed them.
    pub fn block(self, text: &str) {
        for line in text.lines() {
            self.say(&format!("   │ {line}"));
        }
    }

    fn say(self, text: &str) {
        if !self.quiet {
            // Nobody may be listening.
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
    }
}
