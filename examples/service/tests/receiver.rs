//! A webhook that is as bad as webhooks are.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A fact that arrived: its id, and what it says.
pub(crate) type Taken = (String, String);

/// What a receiver does with requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Manners {
    /// Takes each and answers.
    Good,
    /// Drops half of the requests, and half of its own answers; which, the seed says.
    Bad(u64),
}

/// Listens until the end of the test.
#[derive(Debug)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    taken: Arc<Mutex<Vec<Taken>>>,
}

impl Receiver {
    pub(crate) fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let taken = Arc::<Mutex<Vec<Taken>>>::default();
        let kept = Arc::clone(&taken);
        thread::spawn(move || {
            let mut chance = Chance(if let Manners::Bad(seed) = manners { seed } else { 0 });
            let mut drops = || manners != Manners::Good && chance.coin();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if drops() {
                    drop(stream.shutdown(Shutdown::Both));
                    continue;
                }
                // A client that was killed while it wrote has sent nothing.
                let Some(fact) = read(&stream) else { continue };
                kept.lock().unwrap().push(fact);
                if !drops() {
                    drop((&stream).write_all(b"HTTP/1.1 204 No Content\r\n\r\n"));
                }
            }
        });
        Self { url, taken }
    }

    /// Everything that arrived, as often as it did.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    /// What arrived as a receiver keeps it: by id, in the order of the first arrival. A second one says the same.
    pub(crate) fn kept(&self) -> Vec<Taken> {
        let mut kept: Vec<Taken> = Vec::new();
        for (id, body) in self.taken() {
            match kept.iter().find(|it| it.0 == id) {
                Some(first) => assert_eq!(first.1, body, "one id, two facts"),
                None => kept.push((id, body)),
            }
        }
        kept
    }
}

/// The key and the body of a whole request.
fn read(stream: &TcpStream) -> Option<Taken> {
    let mut reader = BufReader::new(stream);
    let (mut id, mut length) = (None, None);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some(("Idempotency-Key", it)) => id = Some(it.to_owned()),
            Some(("Content-Length", it)) => length = it.parse().ok(),
            Some(_) => {}
            None if line.starts_with("POST ") => {}
            None => break,
        }
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    Some((id?, String::from_utf8(body).ok()?))
}

/// Numbers that look drawn, the same for the same seed: the high bits of a linear congruence.
#[derive(Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    fn coin(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}
