//! Certificates that travel with a program, and the checker that takes nobody's word for them.
//!
//! Who receives a program with its certificate need not search for the proof again. A certificate says what it is about (the
//! hashes of all texts that went into it, and the day), what is claimed (the bounds and effects of each pattern), and why
//! that is so: what is known at the head of each loop and of each circle of calls. The checker goes over the program once
//! with the same transfer functions as the validator. It joins nothing over rounds and widens nothing: at each way back to
//! a head it asks whether what arrives there is within what the certificate says, and refuses when it is not, or when less
//! arrives than the certificate says. Claims are
//! compared with what follows, not trusted.

mod paper;

use crate::check::{self, Account, Setting};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::engine::{Examination, digest};
use crate::host::DAYS;
use crate::ir;
use paper::seal;
use serde_json::{Value as Json, json};

/// The form of certificates, which changes with what they say.
const FORM: u64 = 1;

/// How often what was settled on is settled again, until nothing grows any more.
const ROUNDS: usize = 12;

/// The texts that count besides the program, as they were read, and the day.
#[derive(Clone, Copy, Default, Debug)]
pub struct Basis<'a> {
    /// The agents file.
    pub agents: Option<&'a str>,
    /// The policy.
    pub policy: Option<&'a str>,
}

/// The certificate of a program that nothing refuses; why it has none otherwise.
pub fn certify(examination: &Examination, setting: &Setting, basis: Basis<'_>) -> Result<Json, String> {
    let lowered = ir::lower(examination.program.clone());
    let setting = examination.setting(setting);
    let paper = |invariants: Option<Json>, certificates: &[check::Certificate]| {
        let mut certificate = json!({
            "form": FORM,
            "prism": env!("CARGO_PKG_VERSION"),
            "hashes": hashes(examination, basis),
            "date": setting.today,
            "patterns": examination.patterns(certificates),
            "invariants": invariants,
        });
        certificate["seal"] = seal(&certificate).into();
        certificate
    };
    let mut told: Option<Json> = None;
    let mut held: Option<(Option<Json>, Vec<check::Certificate>)> = None;
    for _ in 0..ROUNDS {
        let mut found = Diagnostics::new();
        let mut account = check::account(&lowered, &setting, told.as_ref(), &mut found);
        if let Some(error) = found.iter().find(|found| found.severity == Severity::Error) {
            return Err(format!("the program is refused: {} {}", error.code, error.message));
        }
        match (account.grown, account.invariants.take(), held.take()) {
            (false, None, _) => return Ok(paper(told, &account.certificates)),
            // What arrives where this is told is less, and no invariant itself.
            (true, Some(_), Some((invariants, certificates))) => return Ok(paper(invariants, &certificates)),
            (true, None, _) => break,
            (grown, Some(settled), _) => {
                let before = told.replace(settled);
                held = (!grown).then_some((before, account.certificates));
            }
        }
    }
    Err("its invariants do not settle, so they cannot be checked in one pass".into())
}

/// Whether a certificate shows what it claims of a program; the first thing that it does not otherwise. The day is the
/// certificate's own; what has expired by then is for whoever reads it.
pub fn verify(
    certificate: &Json,
    examination: &Examination,
    setting: &Setting,
    basis: Basis<'_>,
) -> Result<Account, String> {
    let object = certificate.as_object().ok_or("a certificate is an object")?;
    let known = ["form", "prism", "hashes", "date", "patterns", "invariants", "seal"];
    if let Some(other) = object.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("a certificate has no `{other}`"));
    }
    if certificate["form"] != json!(FORM) || certificate["prism"] != json!(env!("CARGO_PKG_VERSION")) {
        return Err("it was made by another version; make it again".into());
    }
    if certificate["seal"] != json!(seal(certificate)) {
        return Err("its seal does not fit: somebody changed it".into());
    }
    let (said, is) = (&certificate["hashes"], hashes(examination, basis));
    for key in ["program", "modules", "agents", "policy"] {
        if said[key] != is[key] {
            let other = if matches!(key, "modules" | "agents") { "other" } else { "another" };
            return Err(format!("it is about {other} {key}"));
        }
    }
    if said != &is {
        return Err("its hashes say more than there is".into());
    }
    let mut setting = examination.setting(setting);
    setting.today = match &certificate["date"] {
        Json::Null => None,
        day => Some(day.as_i64().filter(|day| DAYS.contains(day)).ok_or("its date is no day")?),
    };
    let refusing = |found: &[Diagnostic]| {
        let error = found.iter().find(|found| found.severity == Severity::Error)?;
        Some(format!("the program is refused: {} {}", error.code, error.message))
    };
    if let Some(refused) = refusing(&examination.findings) {
        return Err(refused);
    }
    let mut found = Diagnostics::new();
    examination.findings.iter().for_each(|finding| found.push(finding.clone()));
    let lowered = ir::lower(examination.program.clone());
    let account = check::account(&lowered, &setting, Some(&certificate["invariants"]), &mut found);
    if account.grown {
        return Err("its invariants do not hold: a way back to the head of a loop or circle brings more".into());
    }
    examination.admit(&lowered, &setting, &mut found);
    let (found, _) = examination.judged(found, &setting, true);
    if let Some(refused) = refusing(&found) {
        return Err(refused);
    }
    if let Some(less) = &account.invariants
        && !check::account(&lowered, &setting, Some(less), &mut Diagnostics::new()).grown
    {
        return Err("its invariants say more than what the program needs".into());
    }
    let claims = Json::Array(examination.patterns(&account.certificates));
    match paper::difference(&certificate["patterns"], &claims) {
        Some(place) => Err(format!("what it claims does not follow: `patterns{place}`")),
        None => Ok(account),
    }
}

/// The hashes of all texts.
fn hashes(examination: &Examination, basis: Basis<'_>) -> Json {
    let (mut program, mut modules) = (String::new(), Vec::new());
    for (id, file) in examination.sources.files() {
        match id == examination.file {
            true => program = digest(file.text().as_bytes()),
            false => modules.push(digest(file.text().as_bytes())),
        }
    }
    let of = |text: Option<&str>| text.map(|text| digest(text.as_bytes()));
    json!({ "program": program, "modules": modules, "agents": of(basis.agents), "policy": of(basis.policy) })
}
