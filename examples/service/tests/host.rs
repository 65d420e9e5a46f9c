//! Who runs the service: starts it, gives it orders, and gives those again that it did not say are done.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, process};

use rusqlite::Connection;

use crate::world;

/// A folder of a test's own with the world in it; it goes with the test.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) folder: PathBuf,
    url: String,
    /// How many facts a service hands out of a night.
    pub(crate) at_most: usize,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What it said of each order that it carried out.
    pub(crate) done: Vec<String>,
    /// The point at which it was killed.
    pub(crate) killed: Option<String>,
    pub(crate) code: Option<i32>,
    pub(crate) error: String,
}

impl Host {
    pub(crate) fn new(url: &str) -> Self {
        static HOSTS: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", process::id(), HOSTS.fetch_add(1, Ordering::Relaxed));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        world::write(&folder);
        Self { folder, url: url.to_owned(), at_most: 3 }
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }

    /// Starts the service with orders on its standard input.
    pub(crate) fn start(&self, orders: &[&str], stop_at: Option<usize>) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_foretell-service"));
        command.current_dir(&self.folder).args(["--db", "service.db", "--hook", &self.url]);
        command.args(["--at-most", &self.at_most.to_string()]);
        command.args(["--tries", "4", "--pause", "0"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(at) = stop_at {
            command.env("FORETELL_SERVICE_STOP_AT", at.to_string());
        }
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // One that fails reads no further.
        drop(input.write_all(orders.join("\n").as_bytes()));
        child
    }

    /// Runs the service until it ends, or kills it where it stops.
    pub(crate) fn run(&self, orders: &[&str], stop_at: Option<usize>) -> Ended {
        self.watch(self.start(orders, stop_at))
    }

    /// Watches a process until it ends.
    pub(crate) fn watch(&self, mut child: Child) -> Ended {
        let mut ended = Ended { done: Vec::new(), killed: None, code: None, error: String::new() };
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            match line.strip_prefix("stop: ") {
                Some(point) => {
                    child.kill().unwrap();
                    ended.killed = Some(point.to_owned());
                }
                None => ended.done.push(line),
            }
        }
        let output = child.wait_with_output().unwrap();
        ended.code = output.status.code();
        ended.error = String::from_utf8(output.stderr).unwrap();
        ended
    }

    /// Carries out orders to the end, and delivers until nothing waits but what the cap holds.
    pub(crate) fn finish(&self, orders: &[&str]) -> Vec<String> {
        let ended = self.run(orders, None);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.done.len(), orders.len(), "{ended:?}");
        for _ in 0..200 {
            if self.count("SELECT count(*) FROM outbox") == 0 {
                return ended.done;
            }
            assert_eq!(self.run(&["deliver"], None).code, Some(0));
        }
        panic!("something is never delivered: {ended:?}");
    }

    /// The newest state.
    pub(crate) fn state(&self) -> String {
        let db = Connection::open(self.folder.join("service.db")).unwrap();
        let sql = "SELECT state FROM nights ORDER BY number DESC LIMIT 1";
        db.query_row(sql, [], |it| it.get(0)).unwrap()
    }

    pub(crate) fn count(&self, sql: &str) -> i64 {
        let db = Connection::open(self.folder.join("service.db")).unwrap();
        db.query_row(sql, [], |it| it.get(0)).unwrap()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}
