//! Options of the form `--name value`, and flags.

use std::path::PathBuf;
use std::str::FromStr;

/// What stood behind the command. Each option is taken once; what is left over is an error.
pub struct Options(Vec<String>);

impl Options {
    pub fn new(arguments: Vec<String>) -> Self {
        Self(arguments)
    }

    /// The first word, if it is no option.
    pub fn word(&mut self) -> Option<String> {
        self.0.first().is_some_and(|first| !first.starts_with("--")).then(|| self.0.remove(0))
    }

    /// The flag is there.
    pub fn flag(&mut self, name: &str) -> bool {
        let found = self.0.iter().position(|argument| argument == name);
        found.map(|at| self.0.remove(at)).is_some()
    }

    /// The option's value, if it is there.
    pub fn value<T: FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> Result<Option<T>, String> {
        let Some(at) = self.0.iter().position(|argument| argument == name) else { return Ok(None) };
        self.0.remove(at);
        if at >= self.0.len() {
            return Err(format!("{name} needs a value"));
        }
        let text = self.0.remove(at);
        text.parse().map(Some).map_err(|error| format!("{name} {text}: {error}"))
    }

    /// The option's value, which must be there.
    pub fn needed<T: FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> Result<T, String> {
        self.value(name)?.ok_or_else(|| format!("{name} is missing"))
    }

    /// The practice clock, `--clock FILE`.
    pub fn clock(&mut self) -> Result<Option<PathBuf>, String> {
        self.value("--clock")
    }

    /// Nothing is left.
    pub fn end(self) -> Result<(), String> {
        self.0.first().map_or(Ok(()), |left| Err(format!("{left} is not understood here")))
    }
}
