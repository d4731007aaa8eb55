//! How each fault is reported, as text and as JSON. `tests/errors/CODE-*.prism` must be reported with that code;
//! `UPDATE=1` writes the goldens.

use serde_json::Value;

use crate::binary::prism;
use crate::goldens::{compare, files, place, report};

#[test]
fn faults_are_reported_as_recorded() {
    let folder = place("tests/errors");
    report(files("tests/errors", "prism").into_iter().map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let code = name.split('-').next().unwrap();
        let text = prism(&folder, &["check", name]);
        let json = prism(&folder, &["check", "--format", "json", name]);
        let value: Value = serde_json::from_str(&json.out).map_err(|_| format!("{name}: {}", json.err))?;
        let found = value["diagnostics"].as_array().unwrap();
        if !found.iter().any(|found| found["code"] == code) {
            return Err(format!("{name}: {code} is not reported\n{}", text.out));
        }
        if text.code != json.code || !text.err.is_empty() || !json.err.is_empty() {
            return Err(format!("{name}: exit {} and {}\n{}{}", text.code, json.code, text.err, json.err));
        }
        compare(&path.with_extension("txt"), &text.out)?;
        compare(&path.with_extension("json"), &(serde_json::to_string_pretty(&value).unwrap() + "\n"))
    }));
}
