//! Throw-away PostgreSQL servers, never the system's.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server of our own, with its data. It goes when this is dropped, or with the process, however that ends.
pub struct Cluster {
    bin: PathBuf,
    home: PathBuf,
    port: u16,
    watcher: Child,
}

impl Cluster {
    /// A new server with further settings (`name=value`). `None` when there is no PostgreSQL.
    pub fn start(settings: &[&str]) -> Option<Self> {
        Self::of(settings, |bin, data| {
            let mut command = unprivileged(&bin.join("initdb"));
            command.args(["--auth=trust", "--username=planatlas", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
            command.arg(data);
            command
        })
    }

    /// A server that follows another and can only be read.
    pub fn replica_of(primary: &Self, settings: &[&str]) -> Option<Self> {
        Self::of(settings, |bin, data| {
            let mut command = unprivileged(&bin.join("pg_basebackup"));
            command.args(["-h", "127.0.0.1", "-U", "planatlas", "-R", "-X", "stream", "-c", "fast", "--no-sync"]);
            command.args(["-p", &primary.port.to_string(), "-D"]).arg(data);
            command
        })
    }

    fn of(settings: &[&str], make: impl FnOnce(&Path, &Path) -> Command) -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let bin = programs()?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("planatlas-postgres-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&home).ok()?;
        if unprivileged(Path::new("id")).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?.success() {
            let _ = Command::new("chown").arg("postgres").arg(&home).stderr(Stdio::null()).status();
        }
        let watcher = watch(&bin.join("pg_ctl"), &home)?;
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let cluster = Self { bin, home, port, watcher };
        let made = quiet(&mut make(&cluster.bin, &cluster.data()));
        (made && cluster.run(settings)).then_some(cluster)
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Starts it, again after it was killed.
    pub fn run(&self, settings: &[&str]) -> bool {
        let port = self.port;
        let mut options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off -c max_connections=200"
        );
        for setting in settings {
            options.push_str(" -c ");
            options.push_str(setting);
        }
        let mut start = unprivileged(&self.bin.join("pg_ctl"));
        start.args(["start", "-w", "-D"]).arg(self.data()).arg("-l").arg(self.home.join("log")).arg("-o").arg(options);
        quiet(&mut start)
    }

    /// Ends it as a crash would.
    pub fn kill(&self) {
        let mut stop = unprivileged(&self.bin.join("pg_ctl"));
        stop.args(["stop", "-m", "immediate", "-D"]).arg(self.data());
        assert!(quiet(&mut stop), "the server ends");
    }

    /// Address of a database there; `postgres` is always one.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://planatlas@127.0.0.1:{}/{name}", self.port)
    }

    /// What it has logged so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    /// Its address; it is kept until this process ends.
    pub fn until_we_end(self) -> String {
        let url = self.url("postgres");
        std::mem::forget(self);
        url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // What it watches for is the end of its input.
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// A watcher outlives this process by a moment: when our end of its standard input closes, it stops the server and
/// removes its files, however we ended.
fn watch(pg_ctl: &Path, home: &Path) -> Option<Child> {
    let script = r#"cat > /dev/null; "$1" stop -m immediate -D "$2/data" > /dev/null 2>&1; rm -rf "$2""#;
    let mut command = unprivileged(Path::new("sh"));
    command.args(["-c", script, "sh"]).args([pg_ctl, home]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()
}

fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where PostgreSQL's programs are.
fn programs() -> Option<PathBuf> {
    let of_system = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = of_system.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.into_iter().chain(std::env::split_paths(&path)).find(|dir| dir.join("initdb").is_file())
}

/// A command as a user that PostgreSQL lets run a server: not root.
fn unprivileged(program: &Path) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
    if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}
