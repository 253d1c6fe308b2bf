//! What is wrong with a configuration, and where it stands.

use std::fmt;

/// Where a setting was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A line of the configuration file, counted from 1.
    File { name: String, line: usize },
    /// An environment variable.
    Variable(String),
    /// A flag.
    Flag(&'static str),
    /// Nowhere: the default, or what is missing.
    Nowhere,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line } => write!(f, "{name}:{line}"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(name) => f.write_str(name),
            Self::Nowhere => f.write_str("not set"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) source: Source,
    pub(crate) why: String,
}

/// Everything that is wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub(crate) fn add(&mut self, source: Source, why: impl Into<String>) {
        let fault = Fault { source, why: why.into() };
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// True when nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each fault in a line.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.iter().map(|fault| format!("{}: {}", fault.source, fault.why)).collect()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => f.write_str("the configuration has a fault")?,
            n => write!(f, "the configuration has {n} faults")?,
        }
        for line in self.lines() {
            write!(f, "\n  {line}")?;
        }
        f.write_str("\nmend it, then look again with `botplot config check`; every setting is in `botplot config default`")
    }
}

impl std::error::Error for Faults {}
