//! The phone: what a tap, a finished visit, a search, an opening and an exchange cost on a phone with
//! 5,000 people and 20,000 visits, through the commands that its screens call.

mod bare;
mod reading;
mod world;
mod writing;

use crate::Outcome;
use crate::table::Table;
use std::time::Instant;
use world::World;

/// Writes the phone's rows.
///
/// # Errors
/// Of the files, or of a command that should have succeeded.
pub fn measure(table: &mut Table) -> Outcome {
    let program = std::env::current_exe()?;
    let folder = program.parent().ok_or("the program lies nowhere")?.join("bench-phone");
    let began = Instant::now();
    let world = World::make(&folder)?;
    eprintln!("  made in {:.1} s", began.elapsed().as_secs_f64());
    let about = format!(
        "A phone with {} people and {} visits: the real client, called as its screens call it, on a real \
         SQLCipher file on this disk. A bare insert is one row of the same bytes in a transaction of its \
         own, in another file with the same settings, one after each act.",
        world.names.len(),
        world.visits
    );
    table.section("The phone", &about);
    reading::opening(table, &world)?;
    reading::search(table, &world)?;
    writing::acts(table, &world)?;
    reading::memory(table, &world)?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
