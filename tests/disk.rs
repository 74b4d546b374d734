//! A disk that is full, or that nobody can write to: reads go on, writes fail and say why, and nothing is half there.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::database::sqlite;
use common::postgres::Cluster;
use common::server::{RIVERTON, Server, copy, import, planatlas, replace};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// A small disk of its own.
struct Disk(TempDir);

impl Disk {
    /// A disk of some MiB; none where the machine lets us mount none.
    fn of(size: u32) -> Option<Self> {
        let room = tempfile::tempdir().unwrap();
        let options = format!("size={size}m,mode=777");
        if quiet(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(room.path())) {
            return Some(Self(room));
        }
        eprintln!("SKIPPED: no small disk can be mounted here (that takes root)");
        None
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn filler(&self) -> PathBuf {
        self.at("filler")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let mut file = File::create(self.filler()).unwrap();
        for size in [64 * 1024, 4096, 512, 1] {
            while file.write_all(&vec![0u8; size]).is_ok() {}
        }
    }

    /// Gives it back.
    fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn turn(&self, mode: &str) {
        let options = format!("remount,{mode}");
        assert!(quiet(Command::new("mount").args(["-o", &options]).arg(self.0.path())), "{mode}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        quiet(Command::new("umount").arg("-l").arg(self.0.path()));
    }
}

fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn attempt(command: &str, more: &[&Path], url: &str) -> Output {
    planatlas(&[command, "--database", url]).args(more).output().unwrap()
}

/// Riverton with every figure's remark longer than it was, so that it takes room.
fn longer() -> TempDir {
    let package = copy(RIVERTON);
    replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
    let file = package.path().join("enterprises.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let (head, first) = text.split_once('\n').unwrap();
    let first = first.lines().next().unwrap();
    let name = first.split(',').next().unwrap();
    let more = (0..3000).map(|at| first.replacen(name, &format!("more-{at}"), 1) + "\n").collect::<String>();
    std::fs::write(&file, format!("{head}\n{}{more}", text.split_once('\n').unwrap().1)).unwrap();
    package
}

/// Asks memory and the database.
const QUESTION: &str = "{ region(code: \"riverton\") { name } enterprises(first: 2) { nodes { code name } } }";

#[test]
fn on_a_full_disk_reads_go_on_and_writes_say_why() {
    let Some(disk) = Disk::of(16) else { return };
    let file = disk.at("atlas.db");
    let url = format!("sqlite:{}", file.display());
    import(&[RIVERTON], &url);
    let server = Server::start(&url);
    let before = server.ask(QUESTION);
    let package = longer();
    disk.fill();
    for (command, more) in [("import", package.path()), ("backup", &disk.at("copy.backup"))] {
        let refused = attempt(command, &[more], &url);
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            said(&refused).contains("磁盘空间不足") && said(&refused).contains("disk is full"),
            "{}",
            said(&refused)
        );
    }
    let after = server.ask(QUESTION);
    assert_eq!(after, before, "reads go on");
    let fresh = Server::start(&url);
    assert_eq!(fresh.ask("{ region(code: \"riverton\") { name } }")["region"], before["region"], "a new server starts");
    assert!(attempt("verify", &[], &url).status.success(), "nothing is half there");
    assert!(!disk.at("copy.backup").exists());
    disk.free();
    import(&[package.path().to_str().unwrap()], &url);
    server.until(2);
    assert!(attempt("verify", &[], &url).status.success());
}

#[test]
fn on_a_read_only_disk_reads_go_on_and_writes_say_why() {
    let Some(disk) = Disk::of(16) else { return };
    let url = format!("sqlite:{}", disk.at("atlas.db").display());
    import(&[RIVERTON], &url);
    let package = longer();
    let file = disk.at("atlas.db");
    let bytes = std::fs::read(&file).unwrap();
    disk.turn("ro");
    let server = Server::start(&url);
    let data = server.ask(QUESTION);
    assert_eq!(data["region"]["name"], "河湾市");
    assert_eq!(data["enterprises"]["nodes"].as_array().unwrap().len(), 2);
    assert!(attempt("verify", &[], &url).status.success());
    let close =
        ["edition", "close", "--code", "e", "--cadence", "annual", "--cutoff", "2026-06-30", "--database", &url];
    for refused in [
        attempt("import", &[package.path()], &url),
        planatlas(&close).arg("--sample").output().unwrap(),
        attempt("backup", &[&disk.at("copy.backup")], &url),
        attempt("verify", &[], &format!("sqlite:{}", disk.at("new.db").display())),
    ] {
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("磁盘是否只读") && said(&refused).contains("read-only"), "{}", said(&refused));
    }
    // What can be written elsewhere is.
    let elsewhere = tempfile::tempdir().unwrap();
    let copied = attempt("backup", &[&elsewhere.path().join("copy.backup")], &url);
    assert!(copied.status.success(), "{}", said(&copied));
    drop(server);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    disk.turn("rw");
    import(&[package.path().to_str().unwrap()], &url);
}

#[test]
fn a_full_disk_of_postgres_lets_reads_go_on_and_says_why_writes_fail() {
    let Some(disk) = Disk::of(24) else { return };
    let Some(cluster) = Cluster::start(&[]) else { return };
    // A tablespace of the database's own, so that the server itself and its log go on.
    let place = disk.at("tables");
    std::fs::create_dir(&place).unwrap();
    quiet(Command::new("chown").arg("postgres").arg(&place));
    let make = [
        format!("CREATE TABLESPACE small LOCATION '{}'", place.display()),
        "CREATE DATABASE crowded TABLESPACE small".to_owned(),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut admin = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
        for statement in make {
            admin.execute(AssertSqlSafe(statement)).await.unwrap();
        }
    });
    let url = cluster.url("crowded");
    import(&[RIVERTON], &url);
    let server = Server::start(&url);
    let before = server.ask(QUESTION);
    let package = longer();
    disk.fill();
    let refused = attempt("import", &[package.path()], &url);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("磁盘空间不足") && said(&refused).contains("disk is full"), "{}", said(&refused));
    assert_eq!(server.ask(QUESTION), before, "reads go on");
    assert!(attempt("verify", &[], &url).status.success(), "nothing is half there");
    disk.free();
    import(&[package.path().to_str().unwrap()], &url);
    server.until(2);
    assert!(attempt("verify", &[], &url).status.success());
}

#[test]
fn who_may_not_write_is_told() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let file = Path::new(database.url.trim_start_matches("sqlite:"));
    let room = file.parent().unwrap();
    let set = |path: &Path, mode: &str| assert!(quiet(Command::new("chmod").arg(mode).arg(path)));
    set(file, "444");
    set(room, "555");
    // Root may write whatever the permissions are, so it is somebody else who tries.
    let root = Command::new("id").arg("-u").output().unwrap().stdout.starts_with(b"0\n");
    let mut command = if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "nobody", "--", env!("CARGO_BIN_EXE_planatlas")]);
        command
    } else {
        planatlas(&[])
    };
    let refused = command.args(["import", "--database", &database.url, RIVERTON]).output().unwrap();
    set(room, "755");
    if said(&refused).contains("Permission denied") && !said(&refused).contains("数据库") {
        eprintln!("SKIPPED: others may not even run the binary here");
        return;
    }
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("check its path, its permissions"), "{}", said(&refused));
}
