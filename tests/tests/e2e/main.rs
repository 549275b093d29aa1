//! End to end: the real county server and headless phones, each a process of its own, on real files.

mod misfortune;
mod phone_killed;
mod story;
mod world;
