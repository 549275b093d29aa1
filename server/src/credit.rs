//! Who is credited with a visit, by name: whoever visited, who came along, and who wrote it down for them.

use domain::ids::RecordId;
use domain::reference::Reference;
use domain::visit::Visit;
use serde::Serialize;

/// Whom a visit is credited to, and who wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Credit {
    /// Who visited.
    pub visited_by: Vec<String>,
    /// 同行人: who came along.
    pub companions: Vec<String>,
    /// 代记: who wrote it down without having been there; nobody when one of those who visited did.
    pub recorded_by: Option<String>,
}

impl Credit {
    /// Of a visit.
    pub fn of(reference: &Reference, visit: &Visit) -> Self {
        let name = |id: RecordId| reference.staff_name(id);
        let companion = |text: &String| text.parse().map_or_else(|_| text.clone(), name);
        let there = |id: &RecordId| visit.visited_by.contains(id);
        Self {
            visited_by: visit.visited_by.iter().copied().map(name).collect(),
            companions: visit.companions.iter().map(companion).collect(),
            recorded_by: visit.recorded_by.filter(|id| !there(id)).map(name),
        }
    }

    /// Adds those of another visit that is one going-there with this.
    pub fn join(&mut self, other: Self) {
        let add = |to: &mut Vec<String>, names: Vec<String>| {
            for name in names {
                if !to.contains(&name) {
                    to.push(name);
                }
            }
        };
        add(&mut self.visited_by, other.visited_by);
        add(&mut self.companions, other.companions);
        self.companions.retain(|name| !self.visited_by.contains(name));
        let recorded = self.recorded_by.take().or(other.recorded_by);
        self.recorded_by = recorded.filter(|name| !self.visited_by.contains(name));
    }

    /// All of them in one cell of a list.
    pub fn zh(&self) -> String {
        self.words("、", ["同行", "代记"], |what, who| format!("（{what}：{who}）"))
    }

    /// The same in English.
    pub fn en(&self) -> String {
        self.words(", ", ["with", "recorded by"], |what, who| format!(" ({what} {who})"))
    }

    fn words(&self, and: &str, [with, by]: [&str; 2], beside: fn(&str, &str) -> String) -> String {
        let mut words = self.visited_by.join(and);
        if !self.companions.is_empty() {
            words.push_str(&beside(with, &self.companions.join(and)));
        }
        self.recorded_by.iter().for_each(|name| words.push_str(&beside(by, name)));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_went_came_along_or_wrote_is_named_in_one_line() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect();
        let alone = Credit { visited_by: names(&["杨洁"]), ..Credit::default() };
        assert_eq!((alone.zh().as_str(), alone.en().as_str()), ("杨洁", "杨洁"));
        let all = Credit {
            visited_by: names(&["杨洁", "和强"]),
            companions: names(&["李主任"]),
            recorded_by: Some("王敏".to_owned()),
        };
        assert_eq!(all.zh(), "杨洁、和强（同行：李主任）（代记：王敏）");
        assert_eq!(all.en(), "杨洁, 和强 (with 李主任) (recorded by 王敏)");
        let mut both =
            Credit { companions: names(&["杨洁"]), visited_by: names(&["李主任"]), ..alone.clone() };
        both.join(all);
        assert_eq!(
            both.zh(),
            "李主任、杨洁、和强（代记：王敏）",
            "each once, and nobody is their own companion"
        );
    }
}
