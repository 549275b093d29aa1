//! 工作人员: with whom, or for whom (代记), a visit may have been made.

use crate::app::App;
use crate::lock::Nothing;
use domain::ids::RecordId;
use domain::problem::Problem;
use serde::Serialize;
use std::collections::BTreeMap;

/// Somebody who works in the same places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Colleague {
    /// The member of staff.
    pub staff: RecordId,
    /// The name.
    pub name: String,
    /// The roles in words, each once.
    pub roles: Vec<String>,
    /// Whether it is the holder of this phone.
    pub me: bool,
}

impl App {
    /// The holder, then whoever has a role today in a place above or below one of the holder's, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn colleagues(&mut self, _: Nothing) -> Result<Vec<Colleague>, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let reference = &open.reference;
        let within = |inner, outer| reference.areas.within(inner, outer);
        let mine: Vec<_> = reference.assignments_of(open.staff).filter(|one| one.holds_on(today)).collect();
        let mut found: BTreeMap<RecordId, Colleague> = BTreeMap::new();
        for one in reference.assignments.values().filter(|one| one.holds_on(today)) {
            let near = mine.iter().any(|my| within(one.area, my.area) || within(my.area, one.area));
            let Some(staff) = reference.staff.get(&one.staff).filter(|_| near) else { continue };
            let colleague = found.entry(one.staff).or_insert_with(|| Colleague {
                staff: one.staff,
                name: staff.name.clone(),
                roles: Vec::new(),
                me: one.staff == open.staff,
            });
            let role = one.role.zh().to_owned();
            if !colleague.roles.contains(&role) {
                colleague.roles.push(role);
            }
        }
        let mut colleagues: Vec<Colleague> = found.into_values().collect();
        colleagues.sort_by(|a, b| (!a.me, &a.name, a.staff).cmp(&(!b.me, &b.name, b.staff)));
        Ok(colleagues)
    }
}
