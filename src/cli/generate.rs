//! `planatlas generate`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::failed;
use crate::package::generate::{self, generate};

/// Make up packages of any size, to try out how a province or the whole country does
///
/// Writes DIR/head and DIR/month-01 … month-12: import head, then the months one after another, closing an edition after
/// each, for a world with a past. The same scale and seed give the same bytes. Every document in them is a sample.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How large
    #[arg(long, value_enum)]
    scale: Scale,
    /// What everything is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// An empty directory, or one to be made
    #[arg(value_name = "DIR")]
    into: PathBuf,
}

/// How large a world is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scale {
    /// 10 counties, 11 zones, 1,000 projects, 300 enterprises, 22,680 figures
    City,
    /// 160 counties, 180 zones, 28,000 projects and enterprises, 122,400 figures
    Province,
    /// 2,844 counties, 3,000 zones, 500,000 projects and enterprises, 2.1 million figures
    Nation,
}

/// Writes the packages.
pub fn run(arguments: &Arguments) -> ExitCode {
    let scale = match arguments.scale {
        Scale::City => generate::Scale::City,
        Scale::Province => generate::Scale::Province,
        Scale::Nation => generate::Scale::Nation,
    };
    let empty = match std::fs::read_dir(&arguments.into) {
        Ok(mut entries) => entries.next().is_none(),
        Err(why) => why.kind() == std::io::ErrorKind::NotFound,
    };
    if !empty {
        let into = arguments.into.display();
        eprintln!("{into}：不是空目录，请另给一个。It is no empty directory: give another.");
        return ExitCode::FAILURE;
    }
    let step = |what: &str| eprintln!("… {what}");
    match generate(&arguments.into, scale, arguments.seed, &step) {
        Ok(folders) => {
            folders.iter().for_each(|folder| println!("{}", folder.display()));
            ExitCode::SUCCESS
        }
        Err(why) => failed(&why),
    }
}
