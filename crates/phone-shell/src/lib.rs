//! What a phone process needs around `client`: transport, files, a vault on this platform, the loop.
//! One copy for the Tauri app, the bridge and the headless phone.

pub mod carry;
pub mod clock;
pub mod files;
pub mod lay;
pub mod shell;
pub mod transport;
