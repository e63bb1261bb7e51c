//! Mail servers that encrypt and ask for a password.

use std::path::PathBuf;

use domain::notification::NotificationEvent;
use messaging::testing::unique;
use notification::Channels;
use service_kit::config::{Secret, SmtpSettings, SmtpTls};
use service_kit::testing::mail_server::{Encryption, MailServer};

use crate::email::confirmed;
use crate::world::{World, by_mail, channels_to};

const PASSWORD: &str = "correct horse";

/// The file with a server's certificate.
struct CertificateFile(PathBuf);

impl CertificateFile {
    fn of(server: &MailServer) -> Self {
        let file = std::env::temp_dir().join(unique("certificate"));
        std::fs::write(&file, &server.certificate).unwrap();
        Self(file)
    }
}

impl Drop for CertificateFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

fn to(server: &MailServer, tls: SmtpTls, password: &str, roots: Option<&CertificateFile>) -> Channels {
    channels_to(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        tls,
        credentials: Some(("shop".to_owned(), Secret::new(password))),
        roots: roots.map(|file| file.0.clone()),
        from: "Example Shop <shop@shop.example>".to_owned(),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_encrypt_and_ask_for_a_password_take_mails() {
    let world = World::new().await;
    for (encryption, tls) in [
        (Encryption::Implicit, SmtpTls::Implicit),
        (Encryption::StartTls, SmtpTls::Required),
        (Encryption::StartTls, SmtpTls::Offered),
    ] {
        let server = MailServer::start_encrypted(encryption, "shop", PASSWORD).await;
        let file = CertificateFile::of(&server);
        let what = confirmed(&world, "grace").await;
        let twin = world.twin_with(to(&server, tls, PASSWORD, Some(&file))).await;
        assert_eq!(world.wake_by(&twin).await, 1);
        let id = by_mail(what.event, "ORDER_CONFIRMED");
        assert_eq!(world.types(id).await, ["NotificationRequested", "SendingStarted", "NotificationSent"], "{tls:?}");
        assert_eq!(server.mails().len(), 1);
    }
    assert!(world.mail.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_wrong_password_or_certificate_keeps_from_being_sent_is_sent_once_it_is_right() {
    let world = World::new().await;
    let server = MailServer::start_encrypted(Encryption::Implicit, "shop", PASSWORD).await;
    let file = CertificateFile::of(&server);
    let id = by_mail(confirmed(&world, "grace").await.event, "ORDER_CONFIRMED");
    for (channels, said) in [
        (to(&server, SmtpTls::Implicit, "wrong", Some(&file)), "wrong name or password"),
        (to(&server, SmtpTls::Implicit, PASSWORD, None), "certificate"),
        (to(&server, SmtpTls::Required, PASSWORD, Some(&file)), ""),
    ] {
        let twin = world.twin_with(channels).await;
        assert_eq!(world.wake_by(&twin).await, 1);
        match world.events(id).await.last().unwrap() {
            NotificationEvent::SendingDelayed(delayed) => {
                assert!(delayed.cause.as_str().contains(said), "{:?} says nothing of {said}", delayed.cause);
            }
            other => panic!("{other:?}"),
        }
        world.pass(1_000);
    }
    let twin = world.twin_with(to(&server, SmtpTls::Implicit, PASSWORD, Some(&file))).await;
    assert_eq!(world.wake_by(&twin).await, 1);
    assert_eq!(server.mails().len(), 1);
    assert_eq!(*world.types(id).await.last().unwrap(), "NotificationSent");
}
