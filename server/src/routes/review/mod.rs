//! The desk's routes: the console and its API, one file per act. What may be asked by whom is declared
//! once, in `table.rs`; the router is made of that table, and nothing is answered that is not in it.

#![expect(unused_qualifications, reason = "the macros that describe routes write whole paths")]

mod access;
mod accounts;
mod changes;
mod closings;
mod concerns;
mod console;
mod correct;
mod coverage;
mod devices;
mod dossier;
mod duplicates;
mod duties;
mod erase;
mod explain;
mod export;
mod extract;
mod grants;
mod header;
mod headers;
mod import;
mod openapi;
mod people;
mod permit;
mod person;
mod registrations;
mod restrict;
mod session;
mod sheets;
mod staff;
mod subjects;
mod table;
#[cfg(test)]
mod tests;
mod urgent;
mod visit;
mod waiting;

use crate::desk::Desk;
use axum::Router;
use axum::middleware::from_fn_with_state;
use std::sync::Arc;

pub(super) use headers::headers;
pub use openapi::document;

/// Everything that the desk answers but health.
pub(super) fn routes(desk: Arc<Desk>) -> Router {
    let (api, _) = table::router().split_for_parts();
    api.route_layer(from_fn_with_state(Arc::clone(&desk), permit::pass))
        .fallback(console::get)
        .with_state(desk)
}
