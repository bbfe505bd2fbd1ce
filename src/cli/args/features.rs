//! The options of `features`.

use crate::harness::feature_list;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Options of `features`.
///
/// A project is printed as a table, or as a JSON array, with its history. A file is printed as it is read: where in it the features
/// stand, the key of their flag, and what is odd; in JSON one object {file, container, flag, encoding, features, notices}, or, if it
/// is no list that can be read, {file, error, line, column, text}.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct FeaturesArgs {
    #[command(subcommand)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub act: Option<FeaturesCommand>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would replace the command's own")]
    pub list: FeaturesList,
}

/// What is listed.
#[derive(Debug, Args)]
pub struct FeaturesList {
    /// The project, or a feature list file
    #[arg(value_name = "DIR|FILE", default_value = ".")]
    pub path: PathBuf,
    /// The project's list, where it has several
    #[arg(long, value_name = "FILE")]
    pub list: Option<PathBuf>,
    /// Print JSON: of a project an array of features, of a FILE an object with its container, flag key, features and notices
    #[arg(long)]
    pub json: bool,
}

/// What can be done with a feature.
#[derive(Debug, Subcommand)]
pub enum FeaturesCommand {
    /// Say, as a human, that a feature passes or does not: only its flag is written, every other byte stays
    ///
    /// In a project that longhaul works on it is recorded and committed, as on the screen.
    Set(SetArgs),
}

/// Options of `features set`.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// The project, or a feature list file
    #[arg(value_name = "DIR|FILE")]
    pub file: PathBuf,
    /// The feature: its id, or its place in the list from 1, as 3 or #3; where all ids are numbers, as #3
    #[arg(value_name = "INDEX|ID", allow_negative_numbers = true)]
    pub feature: String,
    /// What it is; or a word for its state that the list uses or declares
    #[arg(value_name = "passing|failing|WORD", value_parser = said)]
    pub to: Said,
    /// The word for it, if the list says its state in words and has none yet
    #[arg(long, value_name = "WORD", value_parser = word)]
    pub word: Option<String>,
    /// Where the feature's flags disagree, make all of them say it
    #[arg(long)]
    pub settle: bool,
    /// Why; kept where the project has a log
    #[arg(long, value_name = "TEXT", default_value = "set on the command line")]
    pub reason: String,
}

fn word(typed: &str) -> Result<String, String> {
    feature_list::readable(typed).map(|()| typed.to_owned())
}

fn said(typed: &str) -> Result<Said, String> {
    match typed {
        "passing" => Ok(Said::Passing),
        "failing" => Ok(Said::Failing),
        other => word(other).map(Said::Word),
    }
}

/// What a person says of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It passes.
    Passing,
    /// It does not.
    Failing,
    /// A word for its state, which must be one of the list's.
    Word(String),
}
