//! What a phone remembers.
