//! Property tests of coverage.
