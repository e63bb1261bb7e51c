//! A mail server that records what it takes, can fail at each step, and can ask for encryption and a password.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

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

/// How the server encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte.
    Implicit,
    /// From the moment on at which the client asks for it; before that no mail is taken.
    StartTls,
}

/// What a server asks of its clients.
#[derive(Clone, Default)]
struct Demands {
    encryption: Option<(Encryption, TlsAcceptor)>,
    /// A name and its password, without which it takes nothing.
    login: Option<(String, String)>,
}

/// A connection, encrypted or not.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}
type Line = BufReader<Box<dyn Wire>>;

#[derive(Default)]
struct Inner {
    mails: Vec<Mail>,
    faults: VecDeque<Fault>,
}

/// A running server.
#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    /// Its certificate as PEM, for 127.0.0.1; empty where it does not encrypt.
    pub certificate: String,
    demands: Demands,
    inner: Arc<Mutex<Inner>>,
}

impl MailServer {
    /// Starts one on a free port of this machine.
    pub async fn start() -> Self {
        Self::start_with(String::new(), Demands::default()).await
    }

    /// The same that encrypts, with a certificate that nobody else has signed, and asks for a password.
    pub async fn start_encrypted(encryption: Encryption, user: &str, password: &str) -> Self {
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key).unwrap();
        let demands = Demands {
            encryption: Some((encryption, TlsAcceptor::from(Arc::new(config)))),
            login: Some((user.to_owned(), password.to_owned())),
        };
        Self::start_with(own.cert.pem(), demands).await
    }

    async fn start_with(certificate: String, demands: Demands) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, certificate, demands, inner: Arc::default() };
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

    /// Compares mails with what it took: `mails` are of one order, as `/v1/orders/{id}/notifications` lists them. Each kind is there once; what
    /// counts as sent was taken once, and what may have been sent was not sent again. Returns how many may have been.
    ///
    /// # Panics
    /// Where that is not so, or it is not known yet what became of a mail.
    pub fn took_each_once(&self, mails: &[Value]) -> usize {
        let kinds: BTreeSet<_> = mails.iter().map(|mail| mail["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.len(), mails.len(), "{mails:#?}");
        let mut uncertain = 0;
        for mail in mails {
            let id = mail["id"].as_str().unwrap();
            let taken = self.mails().iter().filter(|taken| taken.header("Message-ID").unwrap().contains(id)).count();
            match mail["status"].as_str().unwrap() {
                "SENT" => assert_eq!(taken, 1, "{mail}"),
                "UNCERTAIN" => {
                    assert!(taken <= 1, "{mail}");
                    uncertain += 1;
                }
                other => panic!("{other}: {mail}"),
            }
        }
        uncertain
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
        let Demands { encryption, login } = &self.demands;
        let mut is_encrypted = false;
        let mut is_known = login.is_none();
        let mut stream: Line = BufReader::new(Box::new(stream));
        if let Some((Encryption::Implicit, acceptor)) = encryption {
            stream = encrypted(acceptor, stream).await?;
            is_encrypted = true;
        }
        let (mut from, mut to) = (String::new(), String::new());
        stream.write_all(b"220 recorder\r\n").await?;
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let answer = match line.split_whitespace().next().unwrap_or_default() {
                "EHLO" if encryption.is_some() && !is_encrypted => "250-recorder\r\n250 STARTTLS\r\n",
                "EHLO" if login.is_some() => "250-recorder\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "EHLO" => "250-recorder\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                "STARTTLS" => {
                    let (_, acceptor) = encryption.as_ref().unwrap();
                    stream.write_all(b"220 go on\r\n").await?;
                    stream = encrypted(acceptor, stream).await?;
                    is_encrypted = true;
                    line.clear();
                    continue;
                }
                "AUTH" => {
                    is_known = login.as_ref().is_some_and(|(user, password)| line.trim_end() == plain(user, password));
                    if is_known { "235 2.7.0 welcome\r\n" } else { "535 5.7.8 wrong name or password\r\n" }
                }
                "MAIL" if !is_known => "530 5.7.0 authentication required\r\n",
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
                    let mail = Mail { from: path(&from), to: path(&to), data };
                    let Some(answer) = self.take(mail, fault).await else { return Ok(()) };
                    answer
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

    /// Takes a mail, unless it is to be refused. Returns the answer; `None` where the server hangs up.
    async fn take(&self, mail: Mail, fault: Option<Fault>) -> Option<&'static str> {
        match fault {
            Some(Fault::LaterAtMessage) => return Some("451 4.3.0 try later\r\n"),
            Some(Fault::RefusedMessage) => return Some("554 5.7.1 refused\r\n"),
            _ => self.inner.lock().unwrap().mails.push(mail),
        }
        match fault {
            Some(Fault::HangsUpAfterMessage) => None,
            Some(Fault::SilentAfterMessage) => std::future::pending().await,
            _ => Some("250 2.0.0 queued as 1\r\n"),
        }
    }
}

async fn encrypted(acceptor: &TlsAcceptor, stream: Line) -> std::io::Result<Line> {
    Ok(BufReader::new(Box::new(acceptor.accept(stream.into_inner()).await?)))
}

/// The line with which a client gives name and password.
fn plain(user: &str, password: &str) -> String {
    format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{password}")))
}

async fn read_message(stream: &mut Line) -> std::io::Result<String> {
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
