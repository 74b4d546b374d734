//! The files of packages, several at a time: each is read by itself.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::descriptor::Descriptor;
use super::outlines::{self, Outlines};
use super::problem::Problem;
use super::sheet::{self, Sheet};
use super::{Draft, Step, Watch, encoding};
use crate::domain::Table;

/// Bytes between two words about how far reading has come.
const SOME: u64 = 1 << 20;

/// A file that is to be read: a table, or outlines.
struct Job {
    /// The package, by its place.
    package: usize,
    table: Option<&'static Table>,
    path: PathBuf,
    bytes: u64,
}

/// What came of a file.
enum Read {
    Sheet(Sheet),
    /// The table could not be read.
    Unread(&'static str),
    Outlines(Outlines),
}

/// Counts what is read.
pub(super) struct Progress<'a> {
    done: AtomicU64,
    of: u64,
    watch: Watch<'a>,
}

impl<'a> Progress<'a> {
    /// Of so many bytes, none is read yet.
    pub(super) fn new(of: u64, watch: Watch<'a>) -> Self {
        Self { done: AtomicU64::new(0), of, watch }
    }

    /// Some more bytes were read.
    pub(super) fn add(&self, bytes: u64) {
        let before = self.done.fetch_add(bytes, Ordering::Relaxed);
        let done = before + bytes;
        if done / SOME > before / SOME || (bytes > 0 && done == self.of) {
            (self.watch)(Step::Read, done.min(self.of), self.of);
        }
    }
}

/// Reads the files that descriptors name.
pub(super) fn read(descriptors: Vec<Descriptor>, problems: &mut Vec<Problem>, watch: Watch<'_>) -> Vec<Draft> {
    let mut drafts = Vec::with_capacity(descriptors.len());
    let mut jobs = Vec::new();
    let size = |path: &Path| path.metadata().map_or(0, |about| about.len());
    for (package, Descriptor { name, title, version, sheets, outlines }) in descriptors.into_iter().enumerate() {
        drafts.push(Draft { name, title, version, sheets: Vec::new(), unread: Vec::new() });
        let tables = sheets.into_iter().map(|(table, path)| (Some(table), path));
        let all = tables.chain(outlines.into_iter().map(|path| (None, path)));
        jobs.extend(all.map(|(table, path)| Job { package, table, bytes: size(&path), path }));
    }
    let progress = Progress::new(jobs.iter().map(|job| job.bytes).sum(), watch);
    let mut drawn: Vec<Vec<Outlines>> = drafts.iter().map(|_| Vec::new()).collect();
    let done = several(&jobs, |job| job.bytes, |job| job.read(&progress));
    for (job, (read, found)) in jobs.iter().zip(done) {
        problems.extend(found);
        match read {
            Read::Sheet(sheet) => drafts[job.package].sheets.push(sheet),
            Read::Unread(table) => drafts[job.package].unread.push(table),
            Read::Outlines(outlines) => drawn[job.package].push(outlines),
        }
    }
    for (draft, outlines) in drafts.iter_mut().zip(drawn) {
        outlines::join(&mut draft.sheets, outlines, problems);
    }
    drafts
}

impl Job {
    fn read(&self, progress: &Progress<'_>) -> (Read, Vec<Problem>) {
        let mut problems = Vec::new();
        let file = self.path.display().to_string();
        let read = match self.table {
            None => {
                let outlines = outlines::read(&self.path, file, &mut problems);
                progress.add(self.bytes);
                Read::Outlines(outlines)
            }
            Some(table) => match encoding::open(&self.path, &file, &mut problems) {
                Some(text) => Read::Sheet(sheet::read(table, file, text, progress, &mut problems)),
                None => {
                    progress.add(self.bytes);
                    Read::Unread(table.name)
                }
            },
        };
        (read, problems)
    }
}

/// Does jobs on as many threads as there are cores, the largest first; what came of them, in the order of the jobs.
pub(super) fn several<J: Sync, R: Send>(jobs: &[J], size: impl Fn(&J) -> u64, work: impl Fn(&J) -> R + Sync) -> Vec<R> {
    let mut left: Vec<(usize, &J)> = jobs.iter().enumerate().collect();
    left.sort_by_key(|(_, job)| size(job));
    let left = Mutex::new(left);
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let worker = || {
        let mut done = Vec::new();
        while let Some((at, job)) = next() {
            done.push((at, work(job)));
        }
        done
    };
    let mut done: Vec<_> = on_all_cores(jobs.len(), worker).into_iter().flatten().collect();
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, done)| done).collect()
}

/// Does the same on as many threads as there are cores, on `most` of them at most; what came of each.
pub fn on_all_cores<R: Send>(most: usize, work: impl Fn() -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(most);
    thread::scope(|threads| {
        let workers: Vec<_> = (0..cores).map(|_| threads.spawn(&work)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
