//! Generates the parser from the grammar.
//!
//! The driver is our own (`src/syntax/driver.rs`), because what recovers from an error decides how large a symbol is, so
//! the state machine, which is private in what lalrpop writes, is opened to it. What is done for every token is made part
//! of the driver's loop, so that a symbol is written where it stays.

use std::path::Path;

fn main() {
    // The program is started anew for each script. At a place of its own it needs none of its 27,000 addresses put right
    // before the first instruction: a third of the time that a small script takes, and 1.5 MiB.
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    println!("cargo::rerun-if-changed=grammar");
    lalrpop::Configuration::new()
        .emit_rerun_directives(true)
        .process_dir("grammar")
        .expect("the grammar has no conflict");
    let folder = std::env::var("OUT_DIR").expect("cargo names the folder");
    let place = Path::new(&folder).join("prism.rs");
    let text = std::fs::read_to_string(&place).expect("the parser was generated");
    let opened = text
        .replacen("    struct __StateMachine", "    pub(crate) struct __StateMachine", 1)
        .replacen("        b: &'__1", "        pub(crate) b: &'__1", 1)
        .replacen("        __phantom:", "        pub(crate) __phantom:", 1)
        .replace("    fn __token_to_", "    #[inline(always)]\n    fn __token_to_")
        .replacen("        fn token_to_symbol", "        #[inline(always)]\n        fn token_to_symbol", 1);
    std::fs::write(Path::new(&folder).join("machine.rs"), opened).expect("the folder can be written");
}
