//! The field's own examples.
