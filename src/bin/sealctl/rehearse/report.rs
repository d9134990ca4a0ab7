//! What was expected, what was found.

use serde::Serialize;
use serde_json::Value;

/// How the report is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A line for each step as it happens.
    Text,
    /// One JSON object at the end.
    Json,
}

impl std::str::FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("text or json".to_owned()),
        }
    }
}

/// One expectation.
#[derive(Serialize)]
struct Step {
    chapter: String,
    what: String,
    ok: bool,
    /// Both only where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<Value>,
}

/// The report.
pub struct Report {
    form: Form,
    chapter: String,
    steps: Vec<Step>,
}

impl Report {
    pub fn new(form: Form) -> Self {
        Self { form, chapter: String::new(), steps: Vec::new() }
    }

    /// What follows belongs together.
    pub fn chapter(&mut self, name: &str) {
        name.clone_into(&mut self.chapter);
        if self.form == Form::Text {
            println!("\n{name}");
        }
    }

    /// The two must be equal.
    pub fn same(&mut self, what: &str, expected: impl Into<Value>, found: impl Into<Value>) {
        let (expected, found) = (expected.into(), found.into());
        let ok = expected == found;
        let (expected, found) = if ok { (None, None) } else { (Some(expected), Some(found)) };
        self.step(Step { chapter: self.chapter.clone(), what: what.to_owned(), ok, expected, found });
    }

    /// It must hold; `found` is shown if it does not.
    pub fn holds(&mut self, what: &str, ok: bool, found: impl Into<Value>) {
        let found = (!ok).then(|| found.into());
        self.step(Step { chapter: self.chapter.clone(), what: what.to_owned(), ok, expected: None, found });
    }

    /// The rehearsal cannot go on.
    pub fn broke(&mut self, why: &str) {
        self.holds("the rehearsal goes on", false, why);
    }

    fn step(&mut self, step: Step) {
        if self.form == Form::Text {
            let verdict = if step.ok { "ok    " } else { "FAILED" };
            print!("  {verdict}  {}", step.what);
            if let Some(expected) = &step.expected {
                print!("; expected {expected}");
            }
            if let Some(found) = &step.found {
                print!("; found {found}");
            }
            println!();
        }
        self.steps.push(step);
    }

    /// Prints the summary; true if every expectation held.
    pub fn end(self, seed: u64, seconds: f64) -> bool {
        let failed = self.steps.iter().filter(|step| !step.ok).count();
        let steps = self.steps.len();
        match self.form {
            Form::Text => println!("\n{steps} expectations, {failed} failed, {seconds:.1} s, seed {seed}"),
            Form::Json => {
                let summary = serde_json::json!({
                    "seed": seed,
                    "expectations": steps,
                    "failed": failed,
                    "seconds": seconds,
                    "steps": self.steps,
                });
                println!("{summary:#}");
            }
        }
        failed == 0 && steps > 0
    }
}
