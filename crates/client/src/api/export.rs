//! The commands and their types as TypeScript: what the screens are written against.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use ts_rs::{Config, TS, TypeVisitor};

/// A file of TypeScript in the making.
#[expect(missing_debug_implementations, reason = "the generator has no Debug")]
pub struct TypeScript {
    config: Config,
    seen: BTreeSet<TypeId>,
    types: BTreeMap<String, String>,
    commands: Vec<(String, String, String)>,
}

impl Default for TypeScript {
    fn default() -> Self {
        // Every number that crosses is below 2^53; ids are texts.
        let config = Config::new().with_large_int("number");
        Self { config, seen: BTreeSet::new(), types: BTreeMap::new(), commands: Vec::new() }
    }
}

impl TypeVisitor for TypeScript {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            self.types.insert(T::ident(&self.config), T::decl(&self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl TypeScript {
    /// One more command, with every type that it names.
    pub fn command<Request: TS + 'static, Reply: TS + 'static>(&mut self, name: &str) {
        self.visit::<Request>();
        self.visit::<Reply>();
        let (request, reply) = (Request::name(&self.config), Reply::name(&self.config));
        self.commands.push((name.to_owned(), request, reply));
    }

    /// The whole file.
    pub fn text(&self) -> String {
        let mut text =
            String::from("// Written by `cargo xtask codegen` from the Rust types. Not to be edited.\n\n");
        for declaration in self.types.values() {
            let _ = writeln!(text, "export {declaration}\n");
        }
        text.push_str(
            "/** Every command with what it is asked and what it answers. */\nexport interface Commands {\n",
        );
        for (name, request, reply) in &self.commands {
            let _ = writeln!(text, "  {name}: {{ args: {request}; reply: {reply} }}");
        }
        text.push_str("}\n");
        text
    }
}
