//! What the compiler does not keep: floors, sizes, names, and that nothing is left lying about.

use std::path::{Path, PathBuf};

/// No file of ours is longer; a match that outgrows its file wants to be a table.
const CEILING: usize = 800;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of the project below a folder, in order, without what is built.
fn files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() {
                if !matches!(&*name, "target" | ".git" | "corpus" | "artifacts") {
                    walk(&path, found);
                }
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    found
}

fn ends(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The floors, ground first, as `src/lib.rs` lists them.
fn floors() -> Vec<String> {
    read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_string))
        .collect()
}

#[test]
fn a_floor_names_only_those_beneath_it() {
    let floors = floors();
    let mut faults = Vec::new();
    for (height, floor) in floors.iter().enumerate() {
        for path in files(&format!("src/{floor}")).iter().filter(|path| ends(path, &["rs"])) {
            for (number, line) in read(path).lines().enumerate() {
                for rest in line.split("crate::").skip(1) {
                    let named = match rest.strip_prefix('{') {
                        None => vec![word(rest)],
                        Some(list) => list.split(',').map(|item| word(item.trim())).collect(),
                    };
                    for name in named {
                        if floors.iter().position(|known| known == name).is_some_and(|other| other > height) {
                            faults.push(format!("{}:{}: `{floor}` may not name `{name}`", shown(path), number + 1));
                        }
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[test]
fn every_folder_is_a_floor() {
    let floors = floors();
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let known = name == "lib.rs" || name == "main.rs" || (path.is_dir() && floors.contains(&name));
        assert!(known, "src/{name} is no floor of src/lib.rs");
    }
}

/// The checker of certificates is small enough to be read in one sitting.
#[test]
fn the_checker_of_certificates_is_small() {
    let lines: usize = files("src/verify").iter().map(|path| read(path).lines().count()).sum();
    assert!(lines > 100 && lines < 600, "src/verify has {lines} lines");
}

#[test]
fn no_file_is_too_long() {
    for folder in ["src", "grammar", "stdlib", "tests", "benches", "fuzz", "examples"] {
        for path in files(folder).iter().filter(|path| ends(path, &["rs", "lalrpop", "prism"])) {
            let lines = read(path).lines().count();
            assert!(lines <= CEILING, "{} has {lines} lines", shown(path));
        }
    }
}

#[test]
fn names_say_something() {
    const EMPTY: &[&str] = &["util", "utils", "common", "helper", "helpers", "misc", "manager", "stuff"];
    for path in files("src").iter().chain(&files("tests")).filter(|path| ends(path, &["rs"])) {
        let stem = path.file_stem().unwrap().to_string_lossy().to_lowercase();
        assert!(!EMPTY.contains(&&*stem), "{} says nothing", shown(path));
        assert!(!stem.contains(|c: char| c.is_ascii_digit()), "{} is numbered", shown(path));
        for line in read(path).lines().map(str::trim_start) {
            for kind in ["struct ", "enum ", "trait ", "mod "] {
                let bare = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
                let Some(name) = bare.strip_prefix(kind).map(word) else { continue };
                let empty =
                    EMPTY.contains(&name) || ["Manager", "Helper", "Util"].iter().any(|end| name.ends_with(end));
                assert!(!empty, "{}: `{name}` says nothing", shown(path));
            }
        }
    }
}

#[test]
fn unsafe_stays_where_it_is_allowed() {
    for path in files("src").iter().filter(|path| ends(path, &["rs"])) {
        let name = shown(path);
        if name.starts_with("src/value/") || name.starts_with("src/jit/") {
            continue;
        }
        for (number, line) in read(path).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let found = ["{", "fn", "impl", "extern"].iter().any(|next| code.contains(&format!("unsafe {next}")));
            assert!(!found && !code.contains("allow(unsafe_code)"), "{name}:{}: no `unsafe` here", number + 1);
        }
    }
}

#[test]
fn nothing_is_left_lying_about() {
    // In pieces, so that this file does not find itself.
    let forbidden: Vec<String> = [
        ["/wo", "rk/"],
        ["/ro", "ot/"],
        ["/ho", "me/"],
        ["todo", "!("],
        ["dbg", "!("],
        ["unimple", "mented!("],
        ["FIX", "ME"],
        ["TO", "DO"],
        ["#[ig", "nore"],
    ]
    .iter()
    .map(|pieces| pieces.concat())
    .collect();
    let mut faults = Vec::new();
    for path in files("").iter().filter(|path| {
        ends(path, &["rs", "lalrpop", "prism", "md", "toml", "yaml", "json", "snap"]) || shown(path) == ".ci/run"
    }) {
        for (number, line) in read(path).lines().enumerate() {
            for found in forbidden.iter().filter(|found| line.contains(*found)) {
                faults.push(format!("{}:{}: `{found}`", shown(path), number + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What was built is nobody's source: no folder that a build made is tracked.
#[test]
fn nothing_built_is_tracked() {
    let Ok(listed) = std::process::Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output() else {
        return;
    };
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let built: Vec<&str> = listed.split('\0').filter(|path| path.split('/').any(|part| part == "target")).collect();
    assert!(built.is_empty(), "{} files, such as {}", built.len(), built.first().unwrap_or(&""));
}

/// The reference evaluator stays small, so that it can be read against the text: lines of code, blank lines and comments aside.
#[test]
fn the_reference_stays_small() {
    let code = |path: &PathBuf| {
        let text = read(path);
        text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    };
    let lines: usize = files("tests/oracle").iter().map(code).sum();
    assert!(lines <= 2_500, "tests/oracle has {lines} lines of code");
}

/// A package's dependencies with what is asked of their versions, without those that are there for a feature alone.
fn asked(manifest: &toml::Table) -> Vec<(String, String)> {
    let tables = ["dependencies", "build-dependencies"].into_iter().filter_map(|name| manifest.get(name)?.as_table());
    let asked = tables.flatten().filter(|(_, what)| what.get("optional").is_none()).map(|(name, what)| {
        let version = what.as_str().or(what.get("version").and_then(|version| version.as_str()));
        (name.clone(), version.unwrap_or_default().to_string())
    });
    asked.collect()
}

/// Whether a version is one that a manifest asks for: as new, and alike up to the first number that is not nought.
fn fits(asked: &str, version: &str) -> bool {
    let numbers =
        |text: &str| text.split(['.', '+', '-']).map_while(|part| part.parse::<u64>().ok()).collect::<Vec<_>>();
    let (asked, version) = (numbers(asked), numbers(version));
    let fixed = asked.iter().position(|number| *number > 0).map_or(asked.len(), |at| at + 1);
    version.starts_with(&asked[..fixed]) && version >= asked
}

/// The packages beside ours have lock files of their own, which nobody looks at until a command that is rarely given fails.
#[test]
fn lock_files_fit_their_manifests() {
    let table = |path: PathBuf| read(&path).parse::<toml::Table>().unwrap();
    let ours = table(root().join("Cargo.toml"));
    for folder in ["fuzz", "benches/peers"] {
        let manifest = table(root().join(folder).join("Cargo.toml"));
        let lock = table(root().join(folder).join("Cargo.lock"));
        let packages = lock["package"].as_array().unwrap();
        let named = |name: &str| -> Vec<&toml::Value> {
            packages.iter().filter(|package| package["name"].as_str() == Some(name)).collect()
        };
        for manifest in [&manifest, &ours] {
            let name = manifest["package"]["name"].as_str().unwrap();
            let package =
                named(name).into_iter().next().unwrap_or_else(|| panic!("{folder}: the lock file has no `{name}`"));
            let locked =
                package["dependencies"].as_array().unwrap().iter().filter_map(|one| one.as_str()?.split(' ').next());
            let mut locked: Vec<&str> = locked.collect();
            let asked = asked(manifest);
            let mut wanted: Vec<&str> = asked.iter().map(|(name, _)| name.as_str()).collect();
            locked.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(
                locked, wanted,
                "{folder}: what `{name}` needs; write the lock file anew with `cargo update -w`"
            );
            for (needed, version) in &asked {
                let any = named(needed).into_iter().any(|package| fits(version, package["version"].as_str().unwrap()));
                assert!(any, "{folder}: `{name}` asks for `{needed}` {version}, which the lock file has not");
            }
        }
    }
}
