//! The grammar for constrained decoding, in the notation of llama.cpp.
pub(super) fn print() -> String {
    String::new()
}
