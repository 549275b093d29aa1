//! The table, walked.
