//! Placeholder until its first room stands.
