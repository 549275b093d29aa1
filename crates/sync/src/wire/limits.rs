//! Limits, the same at both ends: what a phone enforces while typing, a county may refuse.

/// A unit of progress: the JSON of one request or reply page, before compression.
pub const UNIT_BYTES_MAX: usize = 64 * 1024;

/// A single patch that is larger than a unit goes alone, up to this.
pub const PATCH_BYTES_MAX: usize = 256 * 1024;

/// The JSON of a whole request; what is larger is not read at all.
pub const REQUEST_BYTES_MAX: usize = PATCH_BYTES_MAX + UNIT_BYTES_MAX;

/// A frame as it travels, compressed.
pub const FRAME_BYTES_MAX: usize = REQUEST_BYTES_MAX;

/// The JSON of a whole reply.
pub const REPLY_BYTES_MAX: usize = 4 * UNIT_BYTES_MAX;

/// Items of one request.
pub const ITEMS_MAX: usize = 2_000;

const _: () = assert!(UNIT_BYTES_MAX < PATCH_BYTES_MAX && PATCH_BYTES_MAX < REQUEST_BYTES_MAX);
