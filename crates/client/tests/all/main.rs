//! The phone's client against a county in memory: real keys, real frames, real plan, no socket.

mod county;
mod flows;
mod world;
