//! Checks a form and makes it ready to run. Everything that is wrong is told at once, each with its place.

use crate::check::{self, Report};
use crate::def::{Choice, ConcernRule, FormDef, Node, TEXT_MAX_DEFAULT, Words, child_path};
use crate::expr::ast::{Path, Start};
use crate::expr::bind::{Binder, LAST, OutsideKeys, Piece, Program, pieces};
use crate::form::{Concern, Form, Item, Label, Outside};
use crate::graph::{Graph, Reads};
use crate::path::{ItemId, Names};
use domain::canonical::Hash;
use domain::problem::{Problem, ProblemCode};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node with its place in the tree.
pub(crate) struct Placed<'a> {
    pub node: &'a Node,
    pub path: String,
    pub parent: Option<ItemId>,
    pub section: Option<ItemId>,
    pub safety: bool,
}

pub(crate) fn compile(def: FormDef) -> Result<Form, Vec<Problem>> {
    let mut report = Report::new(&def.id);
    check::heading(&def, &mut report);
    let placed = flatten(&def, &mut report);
    let mut names = Names::default();
    for one in &placed {
        if !names.add(&one.path) {
            report.add(ProblemCode::FormNameTaken, &one.path);
        }
        check::node(one, &def, &mut report);
    }
    let lists: BTreeMap<&str, Arc<[Choice]>> =
        def.lists.iter().map(|(name, choices)| (name.as_str(), Arc::from(choices.as_slice()))).collect();
    let mut keys = OutsideKeys::default();
    let mut compiler =
        Compiler { names: &names, keys: &mut keys, report: &mut report, lists: &lists, fields: 0 };
    let items: Vec<Item> =
        placed.iter().enumerate().map(|(index, one)| compiler.item(one, ItemId(index))).collect();
    let all_reads: Vec<Reads> =
        items.iter().enumerate().map(|(index, item)| reads(ItemId(index), item)).collect();
    let graph = Graph::new(&all_reads).unwrap_or_else(|cycle| {
        let names: Vec<&str> =
            cycle.iter().filter_map(|item| items.get(item.0)).map(|item| item.path.as_str()).collect();
        report.cycle(&names);
        Graph::default()
    });
    report.done()?;
    let fields =
        (0..items.len()).map(ItemId).filter(|id| items.get(id.0).is_some_and(|item| item.field.is_some()));
    let fields = fields.collect();
    let kind_of = |key: &str| {
        let item = names.by_path(key.strip_prefix(LAST)?)?;
        items.get(item.0).map(|item| item.kind)
    };
    let outside = keys.0.into_iter().map(|key| Outside { kind: kind_of(&key), key }).collect();
    let canonical = def.canonical();
    let hash = Hash::of(canonical.as_bytes());
    Ok(Form { def, canonical, hash, names, items, fields, graph, outside })
}

/// All nodes in document order.
fn flatten<'a>(def: &'a FormDef, report: &mut Report) -> Vec<Placed<'a>> {
    let mut placed = Vec::new();
    // A stack of its own, because the depth is an author's to choose.
    let mut waiting: Vec<(&Node, Option<ItemId>, usize)> =
        def.root.iter().rev().map(|node| (node, None, 1)).collect();
    while let Some((node, parent, depth)) = waiting.pop() {
        if placed.len() >= check::NODES_MAX {
            report.too_large(&node.name, check::NODES_MAX);
            break;
        }
        let id = ItemId(placed.len());
        let above: Option<&Placed<'_>> = parent.and_then(|parent| placed.get(parent.0));
        let path = child_path(above.map_or("", |above| above.path.as_str()), &node.name);
        let top = parent.is_none() && node.kind == crate::def::Kind::Group;
        let section = if top { Some(id) } else { above.and_then(|above| above.section) };
        let safety = node.safety || above.is_some_and(|above| above.safety);
        if depth > check::GROUPS_DEEP_MAX {
            report.too_large(&path, check::GROUPS_DEEP_MAX);
        } else {
            waiting.extend(node.nodes.iter().rev().map(|child| (child, Some(id), depth + 1)));
        }
        placed.push(Placed { node, path, parent, section, safety });
    }
    placed
}

struct Compiler<'a> {
    names: &'a Names,
    keys: &'a mut OutsideKeys,
    report: &'a mut Report,
    lists: &'a BTreeMap<&'a str, Arc<[Choice]>>,
    fields: usize,
}

impl Compiler<'_> {
    fn item(&mut self, placed: &Placed<'_>, id: ItemId) -> Item {
        let node = placed.node;
        let field = node.kind.has_value().then(|| {
            self.fields += 1;
            self.fields - 1
        });
        let place = |part: &str| format!("{} · {part}", placed.path);
        let mut program =
            |part: &str, text: &Option<String>| self.program(&place(part), id, text.as_deref()?);
        let relevant = program("relevant", &node.relevant);
        let required = program("required", &node.required);
        let constraint = program("constraint", &node.constraint);
        let calculation = program("calculation", &node.calculation);
        let default = program("default", &node.default);
        let concerns =
            node.concerns.iter().filter_map(|rule| self.concern(&place("concerns"), id, rule)).collect();
        let choices = node.list.as_deref().and_then(|list| self.lists.get(list)).cloned();
        Item {
            path: placed.path.clone(),
            kind: node.kind,
            parent: placed.parent,
            section: placed.section,
            field,
            label: self.label(&place("label"), id, &node.label),
            hint: self.label(&place("hint"), id, &node.hint),
            constraint_message: node.constraint_message.clone(),
            choices: choices.unwrap_or_else(|| Arc::from([])),
            relevant,
            required,
            constraint,
            calculation,
            default,
            max_length: usize::try_from(node.max_length.unwrap_or(TEXT_MAX_DEFAULT)).unwrap_or(usize::MAX),
            compare_with_last: node.compare_with_last,
            safety: placed.safety,
            concerns,
        }
    }

    fn program(&mut self, place: &str, here: ItemId, text: &str) -> Option<Program> {
        match Binder::new(self.names, self.keys, here).program(text) {
            Ok(program) => Some(program),
            Err(fault) => {
                self.report.fault(place, fault);
                None
            }
        }
    }

    fn concern(&mut self, place: &str, here: ItemId, rule: &ConcernRule) -> Option<Concern> {
        let when = self.program(place, here, &rule.when)?;
        let detail = match &rule.detail {
            None => None,
            Some(name) => {
                let path = Path { start: Start::Field(name.clone()), steps: Vec::new() };
                match self.names.resolve(here, &path) {
                    Ok(item) => Some(item),
                    Err(kind) => {
                        self.report.fault(place, kind.at(1));
                        None
                    }
                }
            }
        };
        Some(Concern { when, kind: rule.kind, detail })
    }

    fn label(&mut self, place: &str, here: ItemId, words: &Words) -> Label {
        let mut cut = BTreeMap::new();
        for (language, text) in words.0.iter().filter(|(_, text)| text.contains("${")) {
            match pieces(text, here, self.names) {
                Ok(pieces) => {
                    cut.insert(language.clone(), pieces);
                }
                Err(fault) => self.report.fault(place, fault),
            }
        }
        Label { words: words.clone(), pieces: cut }
    }
}

/// What an item reads, for the graph.
fn reads(here: ItemId, item: &Item) -> Reads {
    let named =
        |program: &Option<Program>| program.iter().flat_map(|p| p.reads.iter().copied()).collect::<Vec<_>>();
    let mut reads = Reads::default();
    reads.values.extend(item.parent);
    reads.values.extend(named(&item.relevant));
    reads.values.extend(named(&item.calculation));
    reads.checks.extend(named(&item.required));
    reads.checks.extend(named(&item.constraint));
    let woven = [&item.label, &item.hint].into_iter().flat_map(|label| label.pieces.values().flatten());
    reads.checks.extend(woven.filter_map(|piece| match piece {
        Piece::Answer(item) => Some(*item),
        Piece::Words(_) => None,
    }));
    // Its own answer is checked in any case.
    reads.checks.remove(&here);
    reads
}
