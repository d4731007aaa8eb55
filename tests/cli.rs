//! The commands from outside: exit codes, what goes where, and what a stranger reads.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::binary::Folder;

#[test]
fn without_a_command_the_help_is_shown() {
    let outcome = Folder::new("cli/help").prism(&[]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.err.contains("Usage: prism"), "{}", outcome.err);
    assert_eq!(Folder::new("cli/help").prism(&["--help"]).code, 0);
    assert_eq!(Folder::new("cli/help").prism(&["--version"]).out, "prism 0.1.0\n");
}

#[test]
fn wrong_usage_is_told_apart_from_failure() {
    let folder = Folder::new("cli/usage");
    folder.write("a.prism", "print(1)\n");
    for arguments in [&["chekc"][..], &["check"], &["check", "--formt", "json", "a.prism"], &["explain", "P01"]] {
        let outcome = folder.prism(arguments);
        assert_eq!((outcome.code, &*outcome.out), (2, ""), "{arguments:?}\n{}", outcome.err);
    }
    assert!(folder.prism(&["rnu", "a.prism"]).err.contains("a similar subcommand exists: 'run'"));
    let help = folder.prism(&["help", "run"]);
    assert!(help.code == 0 && help.out.contains("--input"), "{}{}", help.out, help.err);
    let missing = folder.prism(&["check", "b.prism"]);
    assert_eq!((missing.code, &*missing.err), (2, "prism: cannot read `b.prism`: there is no such file\n"));
}

#[test]
fn an_unknown_code_is_answered_with_the_nearest() {
    let folder = Folder::new("cli/explain");
    assert_eq!(folder.prism(&["explain", "P01"]).err, "prism: there is no code `P01`; did you mean `P001`?\n");
    let known = folder.prism(&["explain", "[p010]"]);
    assert_eq!(known.code, 0);
    assert!(known.out.starts_with("P010 unknown name\n\n"), "{}", known.out);
    assert!(folder.prism(&["explain"]).out.contains("  CF001  "));
}

#[test]
fn the_grammar_goes_to_standard_output() {
    let folder = Folder::new("cli/grammar");
    for (format, begin) in [("ebnf", "/* The grammar"), ("gbnf", "# A canonical"), ("lark", "// The grammar")] {
        let outcome = folder.prism(&["grammar", "--format", format]);
        assert_eq!((outcome.code, &*outcome.err), (0, ""));
        assert!(outcome.out.starts_with(begin) && outcome.out.ends_with('\n'), "{format}");
    }
    assert_eq!(folder.prism(&["grammar"]).out, folder.prism(&["grammar", "--format", "ebnf"]).out);
    let wrong = folder.prism(&["grammar", "--format", "bnf"]);
    assert_eq!((wrong.code, &*wrong.out), (2, ""));
    assert!(wrong.err.contains("[possible values: ebnf, gbnf, lark]"), "{}", wrong.err);
}

#[test]
fn folders_are_walked_in_order() {
    let folder = Folder::new("cli/walk");
    for name in ["b.prism", "a/z.prism", "a/a.prism", ".hidden/c.prism", "a/.#lock.prism", "a/notes.txt", "c/d/e.prism"]
    {
        folder.write(name, "print(1)\n");
    }
    #[cfg(unix)]
    let _ = std::os::unix::fs::symlink("nowhere", folder.path().join("a/gone.prism"));
    let report = folder.prism(&["check", "--format", "json", ".", "b.prism"]);
    let value: serde_json::Value = serde_json::from_str(&report.out).unwrap();
    assert_eq!(value["files"], serde_json::json!(["a/a.prism", "a/z.prism", "b.prism", "c/d/e.prism"]));
    assert_eq!((report.code, &*report.err), (0, ""));
    assert_eq!(folder.prism(&["check", "."]).out, "no faults in 4 files\n");
}

#[test]
fn what_is_no_text_is_a_finding() {
    let folder = Folder::new("cli/bytes");
    folder.write("latin.prism", b"print(\"caf\xe9\")\n");
    let outcome = folder.prism(&["check", "latin.prism"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.starts_with("[P003] error: the byte 0xe9 is no UTF-8\n"), "{}", outcome.out);
    let within = |outcome: &str| outcome.matches("error:").count();
    assert_eq!(within(&outcome.out), 1, "{}", outcome.out);
    folder.write("binary.prism", [0x7f, b'E', b'L', b'F', 0xff, 0, b'\n', 0xfe, b'@']);
    assert_eq!(within(&folder.prism(&["check", "binary.prism"]).out), 1);
    folder.write("large.prism", vec![b' '; (4 << 20) + 1]);
    let outcome = folder.prism(&["check", "large.prism"]);
    assert!(outcome.out.starts_with("[P007] error: this file is larger than 4 MiB\n"), "{}", outcome.out);
}

#[test]
fn standard_input_is_a_program_as_well() {
    let outcome = Folder::new("cli/stdin").prism_with(&["check", "--format", "json", "-"], "print(1) )");
    let value: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((outcome.code, &value["diagnostics"][0]["file"]), (1, &"<stdin>".into()));
}

#[test]
fn a_reader_who_has_gone_is_no_fault() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_prism"))
        .arg("explain")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!((child.wait().unwrap().code(), &*err), (Some(0), ""));
}

#[test]
fn colours_are_for_terminals() {
    let folder = Folder::new("cli/color");
    folder.write("a.prism", b"\xff");
    assert!(!folder.prism(&["check", "a.prism"]).out.contains('\x1b'));
    assert!(folder.prism(&["check", "--color", "always", "a.prism"]).out.contains('\x1b'));
}

#[test]
fn a_sarif_log_has_its_rules() {
    let folder = Folder::new("cli/sarif");
    folder.write("a.prism", b"\xff");
    let outcome = folder.prism(&["check", "--format", "sarif", "a.prism"]);
    let log: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["results"][0]["ruleId"], "P003");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|rule| rule["help"]["text"].as_str().is_some_and(|text| !text.is_empty())));
}

#[test]
fn certain_mends_are_written() {
    let folder = Folder::new("cli/fix");
    folder.write("a.prism", "const limit = 3\nlimit = 4\nprint(limit)\n");
    let outcome = folder.prism(&["check", "a.prism"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.ends_with("1 error in 1 file; `prism check --fix` mends 1\n"), "{}", outcome.out);
    let outcome = folder.prism(&["check", "--fix", "a.prism"]);
    assert_eq!((outcome.code, &*outcome.out), (0, "1 mend written\nno faults in 1 file\n"));
    assert_eq!(folder.read("a.prism"), "let limit = 3\nlimit = 4\nprint(limit)\n");
}

#[test]
fn a_new_project_runs_checks_and_tests_at_once() {
    let folder = Folder::new("cli/new");
    let outcome = folder.prism(&["new", "sky"]);
    assert_eq!((outcome.code, &*outcome.err), (0, ""));
    assert_eq!(folder.prism(&["check", "--strict", "sky"]).code, 0);
    let tests = folder.prism(&["test", "sky"]);
    assert!(tests.code == 0 && tests.out.contains("2 of 2 tests passed"), "{}{}", tests.out, tests.err);
    let arguments = ["run", "sky/main.prism", "--agents", "sky/agents.yaml", "--input", "\"why?\""];
    assert_eq!(folder.prism(&arguments).out, "air scatters short waves more than long ones (~95%)\n");
    assert!(folder.read("sky/README.md").starts_with("# sky\n"));
    assert!(folder.prism(&["new", "a sky"]).out.contains("\n  cd 'a sky'\n"));
    assert!(folder.prism(&["new", "--", "-q"]).out.contains("\n  cd ./-q\n"));
    let again = folder.prism(&["new", "sky"]);
    assert_eq!((again.code, &*again.err), (2, "prism: cannot make the folder `sky`: it exists already\n"));
}

#[test]
fn a_run_is_written_down() {
    let folder = Folder::new("cli/record");
    let program =
        "const x = agents.a.ask(1)\nemit(\"seen\", { x })\non \"seen\" as event max 1 { agents.a.ask(event.x) }\nx\n";
    folder.write("a.prism", program);
    folder.write("a.yaml", "a: { transport: mock, replies: { ask: [{ value: 2, confidence: 0.9, after: 5 }] } }\n");
    let outcome = folder.prism(&["run", "--unchecked", "--agents", "a.yaml", "--record", "run.jsonl", "a.prism"]);
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (0, "2 (~90%)\n", ""));
    let lines: Vec<serde_json::Value> =
        folder.read("run.jsonl").lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let kinds: Vec<&str> = lines.iter().map(|line| line.as_object().unwrap().keys().next().unwrap().as_str()).collect();
    assert_eq!(kinds, ["request", "reply", "request", "request", "reply"]);
    assert_eq!(lines[0]["request"]["kind"]["call"]["method"], "ask");
    assert_eq!(lines[1]["reply"]["reply"]["answer"]["shape"]["confidence"], 0.9);
    assert_ne!(lines[0]["request"]["id"], lines[3]["request"]["id"]);
    let refused = folder.prism(&["run", "--unchecked", "--record", "nowhere/run.jsonl", "a.prism"]);
    assert_eq!(refused.code, 2);
}

#[test]
fn events_reach_the_handlers_of_the_program() {
    let folder = Folder::new("cli/events");
    folder.write(
        "a.prism",
        "on \"seen\" as event max 2 { print(`first ${event.n}`)\n  if (event.n < 5) { emit(\"seen\", { n: event.n + 10 }) } }\n\
         on \"seen\" as event max 9 { print(`second ${event.n}`) }\n\
         emit(\"seen\", { n: 1 }, { delay: 5s })\nemit(\"seen\", { n: 2 })\nemit(\"seen\", { n: 3 }, { condition: false })\n\
         print(\"done\")\n7\n",
    );
    let outcome = folder.prism(&["run", "--unchecked", "a.prism"]);
    let wanted = "done\nfirst 2\nsecond 2\nfirst 12\nsecond 12\nsecond 1\n7\n";
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (0, wanted, ""));
}

#[test]
fn programs_are_formatted_where_they_stand() {
    let folder = Folder::new("cli/fmt");
    folder.write("a.prism", "x=1\nprint( x )");
    folder.write("inner/b.prism", "print(1)\n");
    let outcome = folder.prism(&["fmt", "--check", "."]);
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (1, "a.prism\n", "1 file would change\n"));
    let outcome = folder.prism(&["fmt", "."]);
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (0, "", "1 file formatted\n"));
    assert_eq!(folder.read("a.prism"), "x = 1\nprint(x)\n");
    let outcome = folder.prism(&["fmt", "--check", "."]);
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (0, "", ""));
    let outcome = folder.prism(&["fmt", "missing.prism"]);
    assert_eq!((outcome.code, &*outcome.err), (2, "prism: cannot read `missing.prism`: there is no such file\n"));
}

#[test]
fn what_is_used_wrongly_prints_nothing() {
    let folder = Folder::new("cli/wrong-certificate");
    folder.write("a.prism", "print(1)\n");
    folder.write("b.prism", "print(2)\n");
    folder.write("tested.prism", "test \"one\" { expect(true) }\n");
    let untested = folder.prism(&["test", "a.prism", "--format", "json"]);
    assert_eq!((untested.code, &*untested.err), (0, "prism: there is no `test` block in 1 file\n"));
    assert!(untested.out.contains("\"tests\":[]"), "{}", untested.out);
    for arguments in [&["a.prism", "b.prism", "--certificate", "c"][..], &["a.prism", "--certificate", "no/such/c"]] {
        let outcome = folder.prism(&[&["check", "--format", "json"], arguments].concat());
        assert_eq!((outcome.code, &*outcome.out), (2, ""), "{}", outcome.err);
    }
    for (arguments, said) in [
        (&["check", "a.prism", "--certificate", "-"][..], "prism: a certificate goes to a file"),
        (&["check", "a.prism", "--scenarios", "--format", "sarif"], "prism: SARIF holds no tests"),
        (&["run", "-", "--input-file", "-"], "prism: program and input cannot both come from standard input"),
        (&["run", "a.prism", "--fuel", "-1"], "'-1' for '--fuel <N>': write a whole number"),
        (&["test", "tested.prism", "--filter", "two"], "prism: no test has `two` in its name, of 1 test in 1 file\n"),
    ] {
        let outcome = folder.prism(arguments);
        assert_eq!((outcome.code, &*outcome.out), (2, ""), "{arguments:?}");
        assert!(outcome.err.contains(said), "{}", outcome.err);
    }
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = Folder::new("cli/written-over");
    let program = "import { one } from \"./m.prism\"\nprint(one)\n";
    for (name, text) in [("a.prism", program), ("m.prism", "export const one = 1\n"), ("i.json", "1"), ("a.yaml", "{}")]
    {
        folder.write(name, text);
    }
    for (command, read) in [
        ("run a.prism --record a.prism", "a.prism"),
        ("run a.prism --record ./m.prism", "m.prism"),
        ("run a.prism --input-file i.json --record i.json", "i.json"),
        ("check a.prism --certificate a.prism", "a.prism"),
        ("check a.prism --agents a.yaml --certificate a.yaml", "a.yaml"),
    ] {
        let before = folder.read(read);
        let outcome = folder.prism(&command.split(' ').collect::<Vec<_>>());
        assert_eq!((outcome.code, &*outcome.out, folder.read(read)), (2, "", before), "{command}");
        assert!(outcome.err.contains("which is read; name another file"), "{command}: {}", outcome.err);
    }
}

/// Who asks for a record of what was done learns that there is none.
#[test]
#[cfg(target_os = "linux")]
fn a_record_that_is_lost_is_no_success() {
    let folder = Folder::new("cli/full");
    folder.write("a.prism", "print(llm(\"hi\"))\n");
    folder.write("a.yaml", "default: { transport: mock, replies: { llm: { value: hello, confidence: 1 } } }\n");
    let outcome = folder.prism(&["run", "a.prism", "--agents", "a.yaml", "--record", "/dev/full"]);
    assert_eq!((outcome.code, outcome.err.contains("the record ends here")), (1, true), "{}", outcome.err);
}

/// Who is killed while it is written has the old text still: it is replaced and not written over.
#[test]
#[cfg(unix)]
fn a_file_is_replaced_where_it_stands() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("cli/replaced");
    folder.write("a.prism", "x=1");
    let (file, link) = (folder.path().join("a.prism"), folder.path().join("link.prism"));
    symlink("a.prism", &link).expect("a link");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).expect("its own file");
    let old = std::fs::File::open(&file).expect("the file");
    assert_eq!(folder.prism(&["fmt", "link.prism"]).err, "1 file formatted\n");
    assert_eq!(std::io::read_to_string(old).expect("the old text"), "x=1");
    assert_eq!(folder.read("a.prism"), "x = 1\n");
    assert!(link.is_symlink());
    assert_eq!(file.metadata().expect("the file").permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 2, "nothing is left beside it");
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let folder = Folder::new("cli/fmt-stdin");
    for arguments in [&["fmt"][..], &["fmt", "-"]] {
        let outcome = folder.prism_with(arguments, "x=1\r\nprint( x )\r\n");
        assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (0, "x = 1\nprint(x)\n", ""));
    }
    let outcome = folder.prism_with(&["fmt", "--check", "-"], "x=1");
    assert_eq!((outcome.code, &*outcome.out, &*outcome.err), (1, "-\n", "1 file would change\n"));
    let outcome = folder.prism_with(&["fmt", "-"], "x = (");
    assert_eq!((outcome.code, &*outcome.out), (1, ""));
    assert!(outcome.err.contains("this `(` is never closed"), "{}", outcome.err);
}

#[test]
fn what_cannot_be_read_is_not_formatted() {
    let folder = Folder::new("cli/fmt-faults");
    folder.write("a.prism", "x = (1");
    folder.write("b.prism", b"x=\xff");
    folder.write("c.prism", "y=2");
    let outcome = folder.prism(&["fmt", "."]);
    assert_eq!((outcome.code, &*outcome.out), (1, ""));
    assert!(outcome.err.contains("a.prism:1:5") && outcome.err.contains("0xff is no UTF-8"), "{}", outcome.err);
    assert!(outcome.err.ends_with("1 file formatted\n"), "{}", outcome.err);
    assert_eq!((&*folder.read("a.prism"), &*folder.read("c.prism")), ("x = (1", "y = 2\n"));
}

#[test]
fn what_a_program_says_of_its_agents_counts_beside_the_file() {
    let folder = Folder::new("cli/said-twice");
    let interfaces = "agent M { say(x: any): any }\nagent B { pay(x: any): any }\n";
    let pattern = "pattern P(q: string, m: M): any { agents.b.pay(m.say(q)) }\n";
    let said = "agents { b: { effects: { pay: \"irreversible\" } } }\n";
    folder.write("said.prism", format!("{said}{pattern}{interfaces}"));
    folder.write("open.prism", format!("{pattern}{interfaces}"));
    let agents = |effects: &str| {
        let pay = format!("{{ transport: mock{effects}, replies: {{ pay: {{ value: 1 }} }} }}");
        format!("m: {{ transport: mock, replies: {{ say: {{ value: no, confidence: 0.01 }} }} }}\nb: {pay}\n")
    };
    folder.write("silent.yaml", agents(""));
    folder.write("any.yaml", agents(", effects: { \"*\": irreversible }"));
    for (file, agents, code) in [("said", "silent", 1), ("said", "any", 1), ("open", "any", 1), ("open", "silent", 0)] {
        let outcome = folder.prism(&["check", &format!("{file}.prism"), "--agents", &format!("{agents}.yaml")]);
        assert_eq!((outcome.code, outcome.out.contains("[CF001]")), (code, code == 1), "{file}: {}", outcome.out);
    }
}

#[test]
fn whoever_is_asked_has_to_have_the_method() {
    let folder = Folder::new("cli/lacking");
    folder.write("agents.yaml", "h: { transport: mock, replies: { tell: { value: 1 } } }\n");
    folder.write("any.yaml", "h: { transport: mock, replies: { \"*\": { value: 1 } } }\n");
    for (asked, agents, code) in [
        ("h.ask(q)", "agents", 1),
        ("h.ask(q)", "any", 0),
        ("h.tell(q)", "agents", 0),
        ("if (q == \"x\") { h.ask(q) }", "agents", 0),
        ("try { h.ask(q) } catch (e) { e.code }", "agents", 0),
        ("fallback(h.ask(q), q)", "agents", 0),
    ] {
        folder.write("main.prism", format!("pattern P(q: string, h: Agent): any {{\n  {asked}\n}}\n"));
        let outcome = folder.prism(&["check", "main.prism", "--agents", &format!("{agents}.yaml")]);
        assert_eq!((outcome.code, outcome.out.contains("[R032]")), (code, code == 1), "{asked}: {}", outcome.out);
    }
    folder.write("main.prism", "test \"x\" {\n  agents.h = mock(2)\n  expect(agents.h.ask() == 2)\n}\n");
    assert_eq!(folder.prism(&["check", "main.prism", "--agents", "agents.yaml"]).code, 0);
}

#[test]
fn whoever_is_to_approve_has_to_be_there() {
    let folder = Folder::new("cli/nobody");
    let program = |asked: &str| {
        format!("pattern P(q: string, h: H): any {{\n  {asked}\n}}\nagent H {{ approve(x: any): boolean }}\n")
    };
    folder.write("open.prism", program("approve(q)"));
    folder.write("caught.prism", program("try { approve(q) } catch (e) { q }"));
    folder.write("mock.yaml", "h: { transport: mock, replies: { approve: { value: true } } }\n");
    folder.write("person.yaml", "h: { transport: human }\n");
    for (file, agents, code) in [("open", "mock", 1), ("open", "person", 0), ("caught", "mock", 0)] {
        let outcome = folder.prism(&["check", &format!("{file}.prism"), "--agents", &format!("{agents}.yaml")]);
        assert_eq!((outcome.code, outcome.out.contains("[R032]")), (code, code == 1), "{file}: {}", outcome.out);
        assert_eq!(outcome.out.contains("approve(q, { to: h })"), code == 1, "{}", outcome.out);
    }
    assert_eq!(folder.prism(&["check", "open.prism"]).code, 0);
}

#[test]
fn line_ends_of_the_other_kind_are_line_ends() {
    let folder = Folder::new("cli/crlf");
    folder.write("a.prism", "// one\r\nlet x = 1\r\nprint(`a\r\nb`, x)\r\n");
    assert_eq!(folder.prism(&["check", "a.prism"]).out, "no faults in 1 file\n");
    assert_eq!(folder.prism(&["fmt", "a.prism"]).code, 0);
    assert_eq!(folder.read("a.prism"), "// one\nlet x = 1\nprint(`a\r\nb`, x)\n");
    // There is one spelling, whatever an editor made of the file.
    for text in ["\u{feff}x=1\r\nprint(x)\r\n", "\u{feff}x=1\nprint(x)\n", "x=1\r\nprint(x)\n"] {
        folder.write("b.prism", text);
        assert_eq!((folder.prism(&["fmt", "b.prism"]).code, &*folder.read("b.prism")), (0, "x = 1\nprint(x)\n"));
    }
    folder.write("marked.prism", "\u{feff}print(yy)\n");
    let marked = folder.prism(&["check", "marked.prism"]).out;
    assert!(marked.contains("marked.prism:1:7 ") && marked.contains("1 │ print(yy)"), "{marked}");
}

#[test]
fn garbage_gives_a_limited_number_of_messages() {
    let folder = Folder::new("cli/garbage");
    for (name, text) in [
        ("brackets", ")]}".repeat(20_000)),
        ("strings", "\"a\n".repeat(20_000)),
        ("characters", "\u{20ac}".repeat(20_000)),
        ("controls", "\u{1}".repeat(20_000)),
        ("words", "whlie (x) { }\n".repeat(20_000)),
        ("numbers", "0x ".repeat(20_000)),
        ("bits", "a & b\n".repeat(20_000)),
    ] {
        folder.write("a.prism", &text);
        let outcome = folder.prism(&["check", "a.prism"]);
        let count = outcome.out.matches("] error: ").count();
        assert!(outcome.code == 1 && count > 0 && count <= 1000, "{name}: {count} messages");
    }
}

#[test]
fn what_is_thrown_is_shown_as_long_as_people_read() {
    let folder = Folder::new("cli/thrown");
    folder.write("a.prism", "throw \"x\".repeat(1000000)\n");
    let outcome = folder.prism(&["run", "--unchecked", "a.prism"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.err.contains("xxx…\n") && outcome.err.len() < 5_000, "{}", outcome.err.len());
}

#[test]
fn a_line_of_what_takes_no_column_is_cut() {
    let folder = Folder::new("cli/columns");
    folder.write("a.prism", "\u{200d}".repeat(50_000));
    let outcome = folder.prism(&["check", "a.prism"]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.out.len() + outcome.err.len() < 200_000, "{} {}", outcome.out.len(), outcome.err.len());
}

#[test]
fn what_a_run_is_stopped_at_is_said_beside_what_exceeds_it() {
    let folder = Folder::new("cli/stopped");
    let agent = "agent A { s(x: any): string }\n";
    folder.write("many.prism", format!("pattern P(a: A) {{ range(1500).map(i => a.s(i)) }}\n{agent}"));
    folder.write("wide.prism", format!("pattern P(a: A) {{ parallel(range(200).map(i => a.s(i))) }}\n{agent}"));
    let allowed = format!("@budget({{ calls: 3000 }})\npattern P(a: A) {{ range(1500).map(i => a.s(i)) }}\n{agent}");
    folder.write("allowed.prism", allowed);
    let bounds = |name: &str| folder.prism(&["check", "--bounds", name]).out;
    assert!(bounds("many.prism").contains("1,500; a run stops at 1,000\n"), "{}", bounds("many.prism"));
    assert!(bounds("wide.prism").contains("200; a run stops at 100\n"), "{}", bounds("wide.prism"));
    assert!(bounds("allowed.prism").contains("  calls     1,500\n"), "{}", bounds("allowed.prism"));
}

/// What is proved of a pattern is told in units that people have, on lines that fit.
#[test]
fn bounds_are_told_in_units_of_people() {
    let folder = Folder::new("cli/bounds");
    folder.write(
        "b.prism",
        "pattern P(q: string, panel: M[2..3], one: M): any {\n  panel.forEach(m => { timeout(m.say(q), 15m) })\n  \
         one.say(q.repeat(2))\n}\nagent M { say(q: string): string }\n",
    );
    let agent = "{ transport: mock, timeout: 90s, replies: { say: [{ value: x }] }";
    folder.write(
        "a.yaml",
        ["one: X, price: 0.02 }", "a: X, group: panel, price: 0.01 }", "b: X, group: panel, price: 0.01 }"]
            .map(|line| line.replace('X', agent) + "\n")
            .concat(),
    );
    let told = folder.prism(&["check", "b.prism", "--bounds", "--agents", "a.yaml"]).out;
    for wanted in [
        "cost      0.04 to 0.05 (0.01 * panel.length + 0.02)\n",
        "time      0 ms to 6 min (90 s * panel.length + 90 s)\n",
        "memory    by the sizes of texts and lists; a run stops at 256 MiB\n",
    ] {
        assert!(told.contains(wanted), "{wanted}{told}");
    }
    let open = folder.prism(&["check", "b.prism", "--bounds"]).out;
    assert!(open.contains("cost      price(one) + panel.length * price(panel)\n"), "{open}");
    assert!(open.lines().all(|line| line.chars().count() <= 100), "{open}");
}

#[test]
fn bounds_say_who_is_asked_and_told_and_what_is_set_off() {
    let folder = Folder::new("account");
    folder.write(
        "a.prism",
        "/// Clears out old orders\n/// when people agree.\n\
         pattern Clear(query: string, finder: Finder, store: Store, boss: Agent) {\n  \
         const plan = finder.find(query)\n  \
         const agreed = approve(verify(plan, { agent: \"judge\" }), { to: boss })\n  \
         if (~agreed >= 0.95) {\n    store.erase(agreed)\n    emit(\"cleared\", agreed)\n  }\n}\n\
         on \"cleared\" as event max 3 {\n  agents.log.note(\"done\")\n  emit(\"logged\", \"x\")\n}\n\
         agent Finder { find(query: string): string }\n\
         agent Store { @effect(\"irreversible\") erase(what: string): boolean }\n",
    );
    let said = folder.prism(&["check", "--bounds", "a.prism"]);
    let words = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for fact in [
        "says “Clears out old orders when people agree.”",
        "takes query: string finder: Finder store: Store boss: Agent",
        "store.erase: irreversible, only on what has earned 0.9 and evidence checked at least, after a test for 0.95",
        "emit: notify, only on what has earned 0.5 ",
        "consents boss, a person, is asked to agree judge, another agent, is asked to review",
        "`cleared`, sent 0 to 1 times; handled 3 times at most, where it calls log.note, sends `logged`",
        "`logged`, sent 0 to 1 times, is handled nowhere here",
        "finder: at most the input judge: at most the input, what finder answered log: only what the program says",
        "how grave finder.find, log.note is: `ask`, unless the agents file says more",
    ] {
        assert!(words.contains(fact), "{fact}: {}", said.out);
    }
    assert!(!words.contains("0.5, after a test"), "the event of the handler waits for nothing: {}", said.out);
    let json: serde_json::Value =
        serde_json::from_str(&folder.prism(&["check", "--format", "json", "a.prism"]).out).unwrap();
    let pattern = &json["patterns"][0];
    assert_eq!(pattern["takes"][3], serde_json::json!({ "name": "boss", "type": "Agent" }));
    assert_eq!(
        pattern["actions"][1],
        serde_json::json!({
            "name": "store.erase",
            "effect": "irreversible",
            "needs": { "confidence": 0.9, "evidence": "checked" },
            "tested": 0.95,
        })
    );
    assert_eq!(pattern["consents"][0], serde_json::json!({ "of": "boss", "role": "human" }));
    let told = serde_json::json!({ "input": true, "answers": ["finder"], "anything": false });
    assert_eq!((&pattern["told"]["boss"], &pattern["told"]["log"]["input"]), (&told, &false.into()));
    assert_eq!(pattern["events"][0]["handled"][0]["does"], serde_json::json!(["log.note"]));
    assert_eq!(pattern["events"][1]["handled"], serde_json::json!([]));
}
