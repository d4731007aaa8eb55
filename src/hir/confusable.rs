//! Which names look alike.

/// What a name looks like: two names with one skeleton are hard to tell apart.
pub(super) fn skeleton(name: &str) -> String {
    unicode_security::skeleton(name).collect()
}
