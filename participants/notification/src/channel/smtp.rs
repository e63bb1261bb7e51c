//! A session with a mail server, step by step, so that what has certainly not been taken is told from what may have been.

use std::time::Duration;

use domain::Reason;
use domain::notification::Failure;
use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use service_kit::breaker::{BreakerError, BreakerOptions};
use service_kit::certificates::{CertificatesError, certificates_in};
use service_kit::config::{SmtpSettings, SmtpTls};
use service_kit::errors::chain;
use tokio::time::timeout;

use super::cause::cause;
use super::guard::Guard;

/// How mails are handed over.
#[derive(Debug, Clone)]
pub struct SmtpOptions {
    pub server: SmtpSettings,
    /// Longest time until the server takes the recipient.
    pub open_ms_max: u64,
    /// Longest time for the message itself. What takes longer has an unknown outcome.
    pub message_ms_max: u64,
    /// Most mails at once.
    pub at_once_max: usize,
    /// The share of failing attempts from which none is made for a while.
    pub failing_share: f32,
    /// How many of the last attempts that share is of.
    pub failing_of: usize,
    /// How long none is made then.
    pub rest_ms: u64,
}

impl SmtpOptions {
    /// A server with the usual bounds. Together they are below the longest wake-up of a timer.
    pub const fn new(server: SmtpSettings) -> Self {
        Self {
            server,
            open_ms_max: 10_000,
            message_ms_max: 15_000,
            at_once_max: 16,
            failing_share: 0.5,
            failing_of: 20,
            rest_ms: 15_000,
        }
    }
}

/// Why a server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSetupError {
    /// The file that its URL names.
    #[error("sslrootcert of SMTP_URL cannot be used")]
    Roots(#[from] CertificatesError),
    /// TLS cannot be set up with what is in it.
    #[error("could not set up TLS to the mail server")]
    Tls(#[source] Error),
}

/// Why a mail was not handed over.
#[derive(Debug)]
pub(crate) struct SmtpFailure {
    pub(crate) failure: Failure,
    pub(crate) cause: Reason,
    /// Whether it is the server that fails, and not this mail.
    is_servers: bool,
}

impl SmtpFailure {
    /// Before the recipient is named, whatever is refused says nothing of the mail: a wrong password or certificate is the
    /// deployment's fault, after which the same mail can be sent.
    fn before_recipient(error: &Error) -> Self {
        Self { failure: Failure::NotTaken, cause: cause(&chain(error)), is_servers: !error.is_transient() }
    }

    /// Before the message nothing is taken, so whatever happens can be tried again unless the server refuses for good.
    fn before_message(error: &Error) -> Self {
        let failure = if error.is_permanent() { Failure::Refused } else { Failure::NotTaken };
        Self { failure, cause: cause(&chain(error)), is_servers: !error.is_permanent() && !error.is_transient() }
    }

    /// Within the message only an answer of the server says what became of it.
    fn of_message(error: &Error) -> Self {
        let failure = if error.is_permanent() {
            Failure::Refused
        } else if error.is_transient() {
            Failure::NotTaken
        } else {
            Failure::Unknown
        };
        Self { failure, cause: cause(&chain(error)), is_servers: failure == Failure::Unknown }
    }

    fn too_slow(failure: Failure) -> Self {
        Self { failure, cause: cause("the mail server takes too long"), is_servers: true }
    }
}

/// A server that has taken sender and recipient of a mail.
pub(crate) struct Session(AsyncSmtpConnection);

/// Hands mails to a server.
pub(crate) struct Smtp {
    options: SmtpOptions,
    tls: TlsParameters,
    pub(crate) guard: Guard,
}

impl Smtp {
    /// A server. Nothing is sent yet.
    ///
    /// # Errors
    /// [`SmtpSetupError`] where its certificates cannot be verified.
    pub(crate) fn new(options: SmtpOptions) -> Result<Self, SmtpSetupError> {
        let SmtpOptions { at_once_max, failing_share, failing_of, rest_ms, .. } = options;
        let tls = tls_to(&options.server)?;
        Ok(Self { guard: Guard::new(at_once_max, BreakerOptions { failing_share, failing_of, rest_ms }), tls, options })
    }

    /// Connects, and lets the server take sender and recipient.
    pub(crate) async fn open(&self, from: &Address, to: &Address) -> Result<Session, BreakerError<SmtpFailure>> {
        let limit = Duration::from_millis(self.options.open_ms_max);
        let attempt = async {
            match timeout(limit, self.greet(from, to)).await {
                Ok(result) => result,
                Err(_elapsed) => Err(SmtpFailure::too_slow(Failure::NotTaken)),
            }
        };
        self.guard.breaker.call(|failure| failure.is_servers, attempt).await
    }

    async fn greet(&self, from: &Address, to: &Address) -> Result<Session, SmtpFailure> {
        let mut connection = self.sign_in(from, to).await.map_err(|error| SmtpFailure::before_recipient(&error))?;
        let named = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        named.map_err(|error| SmtpFailure::before_message(&error))?;
        Ok(Session(connection))
    }

    /// Connects, encrypts, gives the password, and names the sender.
    async fn sign_in(&self, from: &Address, to: &Address) -> Result<AsyncSmtpConnection, Error> {
        let server = &self.options.server;
        let limit = Some(Duration::from_millis(self.options.open_ms_max));
        let name = ClientId::default();
        let first_tls = (server.tls == SmtpTls::Implicit).then(|| self.tls.clone());
        let address = (server.host.as_str(), server.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, limit, &name, first_tls, None).await?;
        let wants_tls = match server.tls {
            SmtpTls::Implicit => false,
            SmtpTls::Required => true,
            SmtpTls::Offered => connection.can_starttls() || server.credentials.is_some(),
        };
        if wants_tls {
            connection.starttls(self.tls.clone(), &name).await?;
        }
        if let Some((user, password)) = &server.credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        let mut parameters = Vec::new();
        if connection.server_info().supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if connection.server_info().supports_feature(Extension::SmtpUtfEight) && !AsRef::<str>::as_ref(to).is_ascii() {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        connection.command(Mail::new(Some(from.clone()), parameters)).await?;
        Ok(connection)
    }

    /// Hands the message over. Returns what the server says, such as the name under which it has queued the mail.
    pub(crate) async fn hand_over(
        &self,
        session: Session,
        message: &[u8],
    ) -> Result<Reason, BreakerError<SmtpFailure>> {
        let Session(mut connection) = session;
        let limit = Duration::from_millis(self.options.message_ms_max);
        let attempt = async {
            match timeout(limit, connection.command(Data)).await {
                Ok(Ok(_go_on)) => {}
                Ok(Err(error)) => return Err(SmtpFailure::before_message(&error)),
                Err(_elapsed) => return Err(SmtpFailure::too_slow(Failure::NotTaken)),
            }
            match timeout(limit, connection.message(message)).await {
                Ok(Ok(answer)) => Ok(cause(&answer.message().collect::<Vec<_>>().join(" "))),
                Ok(Err(error)) => Err(SmtpFailure::of_message(&error)),
                Err(_elapsed) => Err(SmtpFailure::too_slow(Failure::Unknown)),
            }
        };
        let result = self.guard.breaker.call(|failure| failure.is_servers, attempt).await;
        if result.is_ok() {
            // The mail is taken, whatever the server says to this.
            let _farewell = timeout(limit, connection.quit()).await;
        }
        result
    }

    /// Ends a session in which nothing is to be handed over.
    pub(crate) async fn close(&self, session: Session) {
        let Session(mut connection) = session;
        let _closed = timeout(Duration::from_millis(self.options.open_ms_max), connection.abort()).await;
    }
}

/// TLS that verifies the server's certificate, against the authorities that the settings name or else the public ones.
fn tls_to(server: &SmtpSettings) -> Result<TlsParameters, SmtpSetupError> {
    let mut tls = TlsParameters::builder(server.host.clone());
    if let Some(file) = &server.roots {
        tls = tls.certificate_store(CertificateStore::None);
        for root in certificates_in(file)? {
            tls = tls.add_root_certificate(Certificate::from_der(root.to_vec()).map_err(SmtpSetupError::Tls)?);
        }
    }
    tls.build().map_err(SmtpSetupError::Tls)
}
