//! `prism repl` from outside, typed and piped.

use serde_json::json;

use crate::binary::Folder;
use crate::running::mock;

#[test]
fn the_repl_takes_lines() {
    let folder = Folder::new("running/repl");
    let said = |lines: &str| folder.prism_with(&["repl"], lines);
    let outcome = said(
        "let x = 4 ~> 0.5\nx + 1\nfunction f(a) {\n  a * 2\n}\nf(21)\nprint(\"once\")\n1\n:type [1, \"a\", { b: null }]\n:quit\n9\n",
    );
    for wanted in ["5 (~50%)", "42", "once", "(number | string | { b: null })[]"] {
        assert_eq!(outcome.out.matches(wanted).count(), 1, "{wanted}: {}{}", outcome.out, outcome.err);
    }
    assert!(!outcome.out.contains('9'), "{}", outcome.out);
    let why = said(
        "let votes = [\"a\" ~> 0.9, \"a\" ~> 0.6, \"b\" ~> 0.4]\nlet won = consensus(votes, \"majority\")\n:why won\n",
    );
    for wanted in ["~50%", "won", "consensus(votes, \"majority\")", "votes", "~40%", "\"b\" ~> 0.4"] {
        assert!(why.out.contains(wanted), "{wanted}: {}{}", why.out, why.err);
    }
    assert!(said(":what\n").err.contains("there is no `:what`"));
    assert!(said("let y = \n\n1 +\n\n2\n").err.contains("P0"));
    assert_eq!(said("nothing_here\n2\n").code, 0);
    // Decorators and comments wait for what they are about, and an empty line ends nothing that a bracket holds.
    let waiting = said("@maxCalls(2)\n/// Gives five.\nfunction five() {\n\n  5\n}\nfive()\n[1,\n\n2]\n");
    assert_eq!((&*waiting.out, &*waiting.err), ("5\n[1,2]\n", ""));
    // So does what an operator stands behind, until an empty line.
    let operators = said("let a = 40\na +\n  2\nlet b =\na\nb *\n\nb\n");
    assert_eq!(operators.out, "42\n40\n", "{}", operators.err);
    assert_eq!(operators.err.matches("[P001]").count(), 1, "{}", operators.err);
    assert!(said("(1\n\n\n7\n").err.contains("[P002]"));
    assert_eq!(said("(1\n\n\n7\n").out, "7\n");
    // Lines are done again, and what is declared anew has its new value everywhere.
    let again = said(
        "let x = 5\nconst f = () => x\nlet x = x + 2\nf()\nconst f = () => x * 10\nf()\nfunction g() { 1 }\nfunction g() { 200 }\ng()\n",
    );
    assert_eq!((&*again.out, &*again.err), ("7\n70\n200\n", ""));
    for word in ["exit", "quit()", ".exit"] {
        assert_eq!(said(&format!("1\n{word}\n2\n")).out, "1\n", "{word}");
    }
    assert!(said("(1\n").err.contains("[P002]"));
    // A quoted text ends on its line, so nothing that follows can be part of it; and nothing goes on with an earlier entry.
    let open = said("\"abc\n5\n`a\nb`\n");
    assert_eq!(open.out, "5\na\nb\n", "{}", open.err);
    assert!(open.err.contains("<repl>:1:1"), "{}", open.err);
    // Handlers run between two entries, once for each event.
    let handled = said(
        "let m = 0\non \"x\" as e max 5 { print(\"got\", e); m += e }\nemit(\"x\", 1)\nm\nlet delay = 3\nemit(\"x\", 2, { delay: 1h })\nm\nm\n",
    );
    assert_eq!((&*handled.out, &*handled.err), ("got 1\n1\ngot 2\n3\n3\n", ""));
    // What was assigned and is declared now has its new value.
    assert_eq!(said("x = 2\nlet x = 3\nx\n").out, "2\n3\n");
    // Agents have names, wherever they stand.
    folder.write("two.json", json!({ "ada": mock(1, json!({})), "bo": mock(2, json!({})) }).to_string());
    let named = folder.prism_with(
        &["repl", "--agents", "two.json"],
        "agents\nagentList\n[agentList[1], x => x, \"a\" ~> 0.5, null]\nagentList[0]\nagents { cy: {} }\nagents.cy\n",
    );
    let wanted = "{\"ada\":agent ada,\"bo\":agent bo}\n[agent ada,agent bo]\n[agent bo,function,\"a\" (~50%),null]\nagent ada\nagent cy\n";
    assert_eq!((&*named.out, &*named.err), (wanted, ""));
    assert!(said(":help\n").out.contains("`:q`"));
    for lines in [".help\n", "1\n.help\n"] {
        assert!(said(lines).err.contains("[P001]"), "{}", said(lines).err);
    }
}

/// At a terminal ctrl-c drops what was typed and nothing else, and what is typed ahead waits for its turn.
#[test]
#[cfg(target_os = "linux")]
fn the_repl_keeps_its_session_at_a_terminal() {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};
    let folder = Folder::new("running/terminal");
    folder.write("bo.json", json!({ "bo": mock(1, json!({})) }).to_string());
    let repl = format!("'{}' repl --agents bo.json", env!("CARGO_BIN_EXE_prism"));
    // A command of every Linux that gives another one a terminal.
    let mut command = Command::new("script");
    command.args(["-qec", &repl, "/dev/null"]).current_dir(folder.path()).env("TERM", "xterm");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let said = Arc::new(Mutex::new(String::new()));
    let (heard, mut out) = (said.clone(), child.stdout.take().unwrap());
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = out.read(&mut bytes) {
            heard.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    });
    let mut input = child.stdin.take().unwrap();
    for (typed, wanted) in [
        ("let a = 40\rlet b = 2\rfunction f() {\r  a + b\r}\rf()\r", "42"),
        ("dropped(\x03", "ctrl-d or `:quit` ends"),
        ("\x03", "> "),
        ("(1 +\r", "… "),
        ("\x03", "> "),
        ("a * b\r", "80"),
        ("agents.\t\r", "agent bo"),
    ] {
        let before = said.lock().unwrap().len();
        input.write_all(typed.as_bytes()).unwrap();
        let began = Instant::now();
        while !said.lock().unwrap()[before..].contains(wanted) {
            assert!(began.elapsed() < Duration::from_secs(20), "{typed:?}: {}", said.lock().unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    input.write_all(b"\x04").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{}", said.lock().unwrap());
    assert!(!said.lock().unwrap().contains("error"), "{}", said.lock().unwrap());
}
