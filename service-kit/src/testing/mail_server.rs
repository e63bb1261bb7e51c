//! A mail server that records what it takes, and can fail at each step.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server fails with the next mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `451` to the recipient.
    LaterAtRecipient,
    /// `550` to the recipient.
    RefusedRecipient,
    /// `451` to the message.
    LaterAtMessage,
    /// `554` to the message.
    RefusedMessage,
    /// It takes the message and hangs up without an answer.
    HangsUpAfterMessage,
    /// It hangs up instead of greeting.
    HangsUp,
    /// It takes the message and never answers.
    SilentAfterMessage,
}

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// Headers and body, as they came.
    pub data: String,
}

impl Mail {
    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let unfolded = self.data.replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{name}: ");
        unfolded
            .lines()
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
    }
}

#[derive(Default)]
struct Inner {
    mails: Vec<Mail>,
    faults: VecDeque<Fault>,
}

/// A running server.
#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    inner: Arc<Mutex<Inner>>,
}

impl MailServer {
    /// Starts one on a free port of this machine.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), inner: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                // A client that hangs up is no error of the server's.
                tokio::spawn(async move { server.serve(stream).await.ok() });
            }
        });
        server
    }

    /// The mails that it took, in order.
    pub fn mails(&self) -> Vec<Mail> {
        self.inner.lock().unwrap().mails.clone()
    }

    /// How the server fails with the next mails, one each.
    pub fn plan(&self, faults: &[Fault]) {
        self.inner.lock().unwrap().faults.extend(faults);
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let fault = self.inner.lock().unwrap().faults.pop_front();
        if fault == Some(Fault::HangsUp) {
            return Ok(());
        }
        let mut stream = BufReader::new(stream);
        let (mut from, mut to) = (String::new(), String::new());
        stream.write_all(b"220 recorder\r\n").await?;
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let answer = match line.split_whitespace().next().unwrap_or_default() {
                "EHLO" => "250-recorder\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "MAIL" => {
                    from.clone_from(&line);
                    "250 ok\r\n"
                }
                "RCPT" if fault == Some(Fault::LaterAtRecipient) => "451 4.7.1 greylisted, try later\r\n",
                "RCPT" if fault == Some(Fault::RefusedRecipient) => "550 5.1.1 no such mailbox\r\n",
                "RCPT" => {
                    to.clone_from(&line);
                    "250 ok\r\n"
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await?;
                    let data = read_message(&mut stream).await?;
                    match fault {
                        Some(Fault::LaterAtMessage) => "451 4.3.0 try later\r\n",
                        Some(Fault::RefusedMessage) => "554 5.7.1 refused\r\n",
                        taken => {
                            let mail = Mail { from: path(&from), to: path(&to), data };
                            self.inner.lock().unwrap().mails.push(mail);
                            match taken {
                                Some(Fault::HangsUpAfterMessage) => return Ok(()),
                                Some(Fault::SilentAfterMessage) => std::future::pending().await,
                                _ => "250 2.0.0 queued as 1\r\n",
                            }
                        }
                    }
                }
                "QUIT" => {
                    stream.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "250 ok\r\n",
            };
            stream.write_all(answer.as_bytes()).await?;
            line.clear();
        }
        Ok(())
    }
}

async fn read_message(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(data);
        }
        data.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

/// The address in `MAIL FROM:<a@b>`.
fn path(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}
