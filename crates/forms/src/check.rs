//! What a form must meet before anything is compiled, and how its troubles are told.

use crate::compile::Placed;
use crate::def::{ENGINE_VERSION, FormDef, Kind};
use crate::expr::{Fault, FaultKind};
use crate::path::is_name;
use domain::problem::{Problem, ProblemCode};
use std::collections::BTreeSet;

/// The most groups and questions in a form.
pub(crate) const NODES_MAX: usize = 2_000;
/// The deepest group in a group.
pub(crate) const GROUPS_DEEP_MAX: usize = 16;
/// The most choices in a list.
pub(crate) const CHOICES_MAX: usize = 1_000;

/// Collects what is wrong with one form.
pub(crate) struct Report {
    form: String,
    problems: Vec<Problem>,
}

impl Report {
    pub fn new(form: &str) -> Self {
        Self { form: form.to_owned(), problems: Vec::new() }
    }

    fn problem(&self, code: ProblemCode, place: &str) -> Problem {
        Problem::new(code).with("form", &self.form).with("place", place)
    }

    pub fn add(&mut self, code: ProblemCode, place: &str) {
        let problem = self.problem(code, place);
        self.problems.push(problem);
    }

    fn name(&mut self, code: ProblemCode, place: &str, name: &str) {
        let problem = self.problem(code, place).with("name", name);
        self.problems.push(problem);
    }

    fn part(&mut self, placed: &Placed<'_>, part: &str) {
        let problem = self.problem(ProblemCode::FormPartWrong, &placed.path);
        self.problems.push(problem.with("kind", placed.node.kind.name()).with("part", part));
    }

    pub fn too_large(&mut self, place: &str, limit: usize) {
        let problem = self.problem(ProblemCode::FormTooLarge, place).with("limit", limit);
        self.problems.push(problem);
    }

    /// Questions that depend on each other, in the order in which they read each other.
    pub fn cycle(&mut self, names: &[&str]) {
        let circle = names.iter().chain(names.first()).copied().collect::<Vec<_>>().join(" → ");
        let problem = self.problem(ProblemCode::FormCycle, names.first().copied().unwrap_or_default());
        self.problems.push(problem.with("names", circle));
    }

    /// A trouble in an expression.
    pub fn fault(&mut self, place: &str, fault: Fault) {
        use ProblemCode as P;
        let at = |code| self.problem(code, place).with("column", fault.column);
        let problem = match fault.kind {
            FaultKind::Unexpected(found) => at(P::ExpressionUnexpected).with("found", found),
            FaultKind::Ends => at(P::ExpressionEnds),
            FaultKind::OpenQuote(found) => at(P::ExpressionOpenQuote).with("found", found),
            FaultKind::TooDeep(limit) => at(P::ExpressionTooDeep).with("limit", limit),
            FaultKind::FunctionUnknown(name) => at(P::FunctionUnknown).with("name", name),
            FaultKind::Arguments { name, expected, given } => {
                at(P::FunctionArguments).with("name", name).with("expected", expected).with("given", given)
            }
            FaultKind::NeedsName(name) => at(P::FunctionNeedsName).with("name", name),
            FaultKind::Pattern(reason) => at(P::PatternWrong).with("reason", reason),
            FaultKind::NameUnknown(name) => at(P::FormNameUnknown).with("name", name),
            FaultKind::NameAmbiguous(name) => at(P::FormNameAmbiguous).with("name", name),
        };
        self.problems.push(problem);
    }

    /// Nothing wrong, or everything that is.
    pub fn done(self) -> Result<(), Vec<Problem>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

/// The form's own name, version of the engine, languages and lists.
pub(crate) fn heading(def: &FormDef, report: &mut Report) {
    if def.engine_version > ENGINE_VERSION {
        let problem = Problem::new(ProblemCode::FormTooNew).with("form", &def.id);
        report.problems.push(problem.with("needed", def.engine_version));
    }
    if !is_name(&def.id) {
        report.name(ProblemCode::FormNameWrong, "id", &def.id);
    }
    if def.title.is_empty() {
        report.name(ProblemCode::FormNameWrong, "title", "");
    }
    if def.languages.is_empty() {
        report.name(ProblemCode::FormNameWrong, "languages", "");
    }
    for (list, choices) in &def.lists {
        if choices.len() > CHOICES_MAX {
            report.too_large(list, CHOICES_MAX);
        }
        let mut codes = BTreeSet::new();
        for choice in choices {
            let fits = !choice.code.is_empty() && !choice.code.contains(char::is_whitespace);
            if !fits || choice.label.is_empty() || !codes.insert(&choice.code) {
                report.name(ProblemCode::FormChoiceWrong, list, &choice.code);
            }
        }
    }
}

/// That a node has what its kind needs and nothing that it cannot have.
pub(crate) fn node(placed: &Placed<'_>, def: &FormDef, report: &mut Report) {
    let node = placed.node;
    let kind = node.kind;
    if !is_name(&node.name) {
        report.name(ProblemCode::FormNameWrong, &placed.path, &node.name);
    }
    let section = kind == Kind::Group && placed.parent.is_none();
    let answered = kind.has_value() && node.calculation.is_none();
    let labelled = section || !matches!(kind, Kind::Group | Kind::Calculate);
    let misplaced = [
        ("label", labelled && node.label.is_empty()),
        ("list", kind.has_choices() != node.list.is_some()),
        ("nodes", kind != Kind::Group && !node.nodes.is_empty()),
        ("required", !answered && node.required.is_some()),
        ("constraint", !answered && node.constraint.is_some()),
        ("constraint_message", node.constraint.is_none() && !node.constraint_message.is_empty()),
        ("default", !answered && node.default.is_some()),
        (
            "calculation",
            if kind.has_value() { kind == Kind::Calculate && answered } else { node.calculation.is_some() },
        ),
        ("max_length", kind != Kind::Text && node.max_length.is_some()),
        ("concerns", !kind.has_value() && !node.concerns.is_empty()),
        ("compare_with_last", node.compare_with_last && (!section || placed.safety)),
        // A section that may be "nothing changed" must not hide a matter of safety in it.
        ("safety", placed.safety && in_compared_section(placed, def)),
    ];
    for (part, wrong) in misplaced {
        if wrong {
            report.part(placed, part);
        }
    }
    if let Some(list) = node.list.as_deref().filter(|list| !def.lists.contains_key(*list)) {
        report.fault(&format!("{} · list", placed.path), FaultKind::NameUnknown(list.to_owned()).at(1));
    }
}

fn in_compared_section(placed: &Placed<'_>, def: &FormDef) -> bool {
    let top = placed.path.split('/').next().unwrap_or_default();
    placed.parent.is_some() && def.root.iter().any(|node| node.name == top && node.compare_with_last)
}
