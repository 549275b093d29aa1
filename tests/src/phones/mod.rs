//! The phone's client against the county's ingest, in one process: real keys, real frames, no socket; the
//! disks of both are in memory, and fail where a test says.

mod amended;
mod answered;
mod county;
mod doorstep;
mod duplicates;
mod erased;
mod flows;
mod forms;
mod handed_over;
mod lists;
mod locking;
mod logs;
mod looking;
mod lost;
mod outside;
mod register;
mod reissued;
mod undone;
mod urgent;
mod world;
