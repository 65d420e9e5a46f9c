//! Delivers to a webhook: one POST for each fact, with its id as the key by which the receiver knows a second one.
//!
//! HTTP by hand keeps this example without a client's dependencies; a real host has a client.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// How long is waited for a connection, and for each answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where facts are delivered.
#[derive(Debug)]
pub(crate) struct Hook {
    host: String,
    path: String,
}

impl Hook {
    /// From `http://HOST:PORT/PATH`.
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        let wrong = || format!("a webhook is `http://HOST:PORT/PATH`, got `{url}`");
        let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !host.contains(':') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), path: format!("/{path}") })
    }

    /// Delivers a fact. An error says only that nobody knows whether it arrived.
    pub(crate) fn post(&self, id: &str, body: &str) -> io::Result<()> {
        let address = self.host.to_socket_addrs()?.next();
        let address = address.ok_or_else(|| io::Error::other("the host has no address"))?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let Self { host, path } = self;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {id}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(1 << 16).read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer);
        let status = answer.split_whitespace().nth(1).unwrap_or_default();
        if status.len() == 3 && status.starts_with('2') {
            return Ok(());
        }
        Err(io::Error::other(format!("the receiver answered `{status}`")))
    }
}
