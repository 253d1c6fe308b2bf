//! The command line: every command and flag, with the words that `--help` shows.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Flags;

/// BotPlot: a support bot that answers from your own documents.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The data folder, the server's own [default: ./botplot-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// The configuration file [default: botplot.toml in the working directory, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// What the flags say about the configuration.
    pub(crate) fn flags(&self) -> Flags {
        let listen = match &self.command {
            Command::Serve(serve) => serve.listen.clone(),
            _ => None,
        };
        Flags { config: self.config.clone(), data: self.data.clone(), listen }
    }
}

/// Everything that the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the server; makes the data folder and a demo project if there is none
    Serve(Serve),
    /// Makes and lists projects, and puts them on plans
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Lists the accounts of the dashboard, and lets somebody back in
    #[command(subcommand)]
    Account(AccountCommand),
    /// Makes, lists, renames, rotates and revokes API keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// Saves all data to a file, while the server runs
    Backup(Backup),
    /// Makes a data folder from a backup
    Restore(Restore),
    /// Adds knowledge: files, folders, pages and websites
    #[command(subcommand)]
    Source(SourceCommand),
    /// Asks a question as a visitor would
    Ask(Ask),
    /// Measures how well answers are found, on questions with known answers
    Eval(Eval),
    /// Checks the configuration, or prints one to start from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Looks whether letters arrive
    #[command(subcommand)]
    Mail(MailCommand),
    /// Looks for what is wrong with this installation
    Doctor(Doctor),
}

/// `botplot serve`.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
}

/// `botplot project …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Makes a project and prints its keys, once
    Create {
        /// Its name, which no other project has
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists all projects
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Changes what only the operator may
    Set {
        /// The project's name
        name: String,
        /// The plan to put it on
        #[arg(long, value_name = "PLAN", value_parser = ["free", "pro", "business"])]
        plan: String,
    },
}

/// `botplot account …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Lists all accounts
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Prints a link that sets a new password, for somebody who has lost theirs
    Reset {
        /// The address that they sign in with
        email: String,
        /// Take the second factor away instead, for somebody who has lost phone and recovery codes
        #[arg(long)]
        second_factor: bool,
    },
}

/// `botplot key …`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Makes a secret key and prints it, once
    Create {
        /// The project's name; your first project when left out
        #[arg(long, value_name = "P")]
        project: Option<String>,
        /// A name to know the key by
        #[arg(long, value_name = "NAME", default_value = "")]
        name: String,
        /// Make a publishable key instead, to put in the place of one that you revoke
        #[arg(long)]
        publishable: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Lists a project's keys; secret ones by their beginning
    List {
        /// The project's name; your first project when left out
        #[arg(long, value_name = "P")]
        project: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Makes a new key in a key's place and prints it, once
    Rotate {
        /// The key's beginning, as the list shows it
        key: String,
        /// Hours that the old key goes on beside the new one; 0 ends it at once
        #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(i64).range(0..=168))]
        overlap: i64,
        /// The project's name; your first project when left out
        #[arg(long, value_name = "P")]
        project: Option<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Gives a key another name
    Rename {
        /// The key's beginning, as the list shows it
        key: String,
        /// The name to know it by from now on
        name: String,
        /// The project's name; your first project when left out
        #[arg(long, value_name = "P")]
        project: Option<String>,
    },
    /// Ends a key at once
    Revoke {
        /// The key's beginning, as the list shows it
        key: String,
        /// The project's name; your first project when left out
        #[arg(long, value_name = "P")]
        project: Option<String>,
    },
}

/// `botplot backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write, which must not exist yet
    pub(crate) file: PathBuf,
}

/// `botplot restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup to read
    pub(crate) file: PathBuf,
    /// Replace the data that are there, and keep them beside
    #[arg(long)]
    pub(crate) force: bool,
}

/// `botplot source …`.
#[derive(Debug, Subcommand)]
pub(crate) enum SourceCommand {
    /// Adds files, folders, pages and websites, or reads them again
    Add(SourceAdd),
}

/// `botplot source add`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct SourceAdd {
    /// Files, folders and addresses; an address without a path is a website, one with a path is a page
    #[arg(required = true, value_name = "PATH|URL")]
    pub(crate) places: Vec<String>,
    /// The project's name; your first project when left out
    #[arg(long, value_name = "P")]
    pub(crate) project: Option<String>,
    /// Read each address as a website
    #[arg(long, conflicts_with = "page")]
    pub(crate) site: bool,
    /// Read each address as one page
    #[arg(long)]
    pub(crate) page: bool,
    /// Return when everything has been read, and print each page's outcome
    #[arg(long)]
    pub(crate) wait: bool,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// `botplot ask`.
#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// The question
    pub(crate) question: String,
    /// The project's name; your first project when left out
    #[arg(long, value_name = "P")]
    pub(crate) project: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// `botplot eval`.
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// Passages: lines of {"id", "title", "text"}
    #[arg(long, value_name = "FILE", required_unless_present = "articles", conflicts_with = "articles")]
    pub(crate) passages: Option<PathBuf>,
    /// A folder of articles, read as `source add` reads them
    #[arg(long, value_name = "DIR")]
    pub(crate) articles: Option<PathBuf>,
    /// Questions: lines of {"question", "passage", "answers"}, or {"question", "article", "also"} with articles
    #[arg(long, value_name = "FILE")]
    pub(crate) questions: PathBuf,
    /// Questions that belong elsewhere: lines of {"question"}
    #[arg(long, value_name = "FILE", conflicts_with = "articles")]
    pub(crate) out_of_scope: Option<PathBuf>,
    /// Print one flat JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// `botplot config …`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Reports every fault of the configuration, with its place
    Check,
    /// Prints a commented configuration with every setting and its default
    Default,
}

/// `botplot mail …`.
#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Sends a letter as the configuration says, and tells why if it cannot
    Test {
        /// Where to send it
        address: String,
    },
}

/// `botplot doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_that_exclude_each_other_are_refused() {
        let parse = |line: &str| Arguments::try_parse_from(line.split_whitespace());
        assert!(parse("botplot source add x --site --page").is_err());
        assert!(parse("botplot source add").is_err());
        assert!(parse("botplot eval --questions q").is_err());
        assert!(parse("botplot eval --questions q --articles a --passages p").is_err());
        assert!(parse("botplot eval --questions q --articles a").is_ok());
        assert!(parse("botplot project list --data d").is_ok());
        assert!(parse("botplot project set shop --plan gold").is_err());
        assert!(parse("botplot project set shop --plan pro").is_ok());
        assert!(parse("botplot key rotate bp_sec_x --overlap 169").is_err());
        assert!(parse("botplot key rotate bp_sec_x --overlap 0").is_ok());
    }
}
