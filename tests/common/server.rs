//! A running `planatlas serve`, asked over HTTP like any client would.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, Response};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The day that tests take for today.
pub const TODAY: &str = "2026-11-23";
/// The invented package.
pub const RIVERTON: &str = "tests/fixtures/riverton";

/// The binary under test.
pub fn planatlas(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planatlas"));
    command.args(arguments).env("PLANATLAS_AUTHOR", "tester");
    command
}

/// Imports packages, which must succeed.
pub fn import(packages: &[&str], url: &str) -> Output {
    let output = planatlas(&["import", "--database", url]).args(packages).output().expect("the binary runs");
    let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy);
    assert!(output.status.success(), "{}", said.concat());
    output
}

/// A copy of a package that a test may change.
pub fn copy(package: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for entry in std::fs::read_dir(package).expect("the package") {
        let path = entry.expect("a file").path();
        if path.is_file() {
            std::fs::copy(&path, directory.path().join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
    directory
}

/// Replaces a text in a file of a package.
pub fn replace(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("the file");
    assert!(text.contains(from), "{} holds {from}", file.display());
    std::fs::write(file, text.replace(from, to)).expect("the file is written");
}

/// Whether a feature is somewhere: what is nowhere has an empty geometry, never none.
pub fn has_place(feature: &Value) -> bool {
    let geometry = &feature["geometry"];
    let parts = geometry["coordinates"].as_array().or_else(|| geometry["geometries"].as_array());
    !parts.unwrap_or_else(|| panic!("no geometry: {feature}")).is_empty()
}

/// Asks again until an answer is there; the server is given ten seconds.
pub fn wait<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "waited in vain for {what}");
        std::thread::yield_now();
    }
}

/// A server; it ends when this is dropped.
pub struct Server {
    child: Child,
    base: String,
    log: PathBuf,
    client: Client,
    _directory: TempDir,
}

impl Server {
    /// Serves a database on a free port.
    pub fn start(url: &str) -> Self {
        Self::start_with(url, &[])
    }

    /// Serves a database with further options.
    pub fn start_with(url: &str, options: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let log = directory.path().join("log");
        let mut child = planatlas(&["serve", "--listen", "127.0.0.1:0", "--today", TODAY, "--database", url])
            .args(options)
            .env("RUST_LOG", "warn,sqlx::query=debug")
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("the binary runs");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let base = lines.next().expect("a line").expect("a text").trim().to_owned();
        assert!(base.starts_with("http://"), "{base}");
        // Whatever else it prints must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        let client = Client::builder().timeout(Duration::from_secs(30)).build().expect("a client");
        Self { child, base, log, client, _directory: directory }
    }

    /// Where it listens: host and port.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Most memory that it has held so far, in bytes; none where the system does not tell.
    pub fn most_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
    }

    /// What it has logged so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log")
    }

    /// A request of any kind.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
        let method = method.parse().expect("a method");
        let request = self.client.request(method, format!("{}{path}", self.base)).body(body);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().expect("an answer")
    }

    /// GET of a path.
    pub fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.base)).send().expect("an answer")
    }

    /// GET of a path with headers.
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let request = self.client.get(format!("{}{path}", self.base));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().expect("an answer")
    }

    /// POST of a body to /graphql.
    pub fn post(&self, headers: &[(&str, &str)], body: impl Into<String>) -> Response {
        let request = self.client.post(format!("{}/graphql", self.base)).body(body.into());
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().expect("an answer")
    }

    /// The whole answer to a question.
    pub fn ask_with(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.post(&[("content-type", "application/json")], body);
        serde_json::from_str(&answer.text().expect("a text")).expect("JSON")
    }

    /// The data of a question that must succeed.
    pub fn ask(&self, query: &str) -> Value {
        let mut answer = self.ask_with(query, json!({}));
        assert!(answer.get("errors").is_none(), "{query}: {answer}");
        answer["data"].take()
    }

    /// The code and the extensions of the first error of a question that must fail.
    pub fn fails(&self, query: &str) -> (String, Value) {
        let mut answer = self.ask_with(query, json!({}));
        let extensions = answer["errors"][0]["extensions"].take();
        (extensions["code"].as_str().unwrap_or_default().to_owned(), extensions)
    }

    /// Questions sent to the database so far, but for looking for a new revision.
    pub fn statements(&self) -> Vec<String> {
        let log = self.logged();
        let lines = log.lines().filter(|line| {
            line.contains("sqlx::query") && line.contains("SELECT") && !line.contains("\\\"revision\\\"")
        });
        lines.map(str::to_owned).collect()
    }

    /// Waits until a revision is served.
    pub fn until(&self, revision: i64) {
        wait("the revision", || {
            let answer = self.ask_with("{ revision { number } }", json!({}));
            (answer["data"]["revision"]["number"] == revision).then_some(())
        });
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and returns its exit code.
    pub fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        wait("the end", || self.child.try_wait().expect("its state")).code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs functions over a server as tests, each on every engine, over the packages named.
#[allow(unused_macros)]
macro_rules! on_each_engine {
    ($packages:expr => $($name:ident),+ $(,)?) => {
        mod on_each_engine {
            $(#[test]
            fn $name() {
                for database in super::common::database::fresh() {
                    super::common::server::import(&$packages, &database.url);
                    super::$name(&super::common::server::Server::start(&database.url));
                }
            })+
        }
    };
}
#[allow(unused_imports)]
pub(crate) use on_each_engine;
