//! Configuration, parsed once at start into typed values.
//!
//! Guarantees: parsing is a pure function of [`Variables`]; an error names the variable and what to do; secrets do not
//! show in `Debug`. Nothing else in the workspace reads the environment.

mod bank_accounts;
mod databases;
mod drafts;
mod http;
mod kitchens;
mod notifications;
mod payments;
mod secret;
mod settings;
mod shipping;
mod topics;
mod variables;

pub use bank_accounts::{BankAccount, BankAccounts};
pub use databases::{DatabaseSettings, OwnDatabases};
pub use drafts::DraftSettings;
pub use http::{FairnessSettings, HttpSettings};
pub use kitchens::KitchenSettings;
pub use notifications::{NotificationSettings, SmsSettings, SmtpSettings, SmtpTls};
pub use payments::{PaymentSettings, StripeSettings};
pub use secret::{DatabaseUrl, Secret};
pub use settings::{
    BrokersThatLoseMarkers, ClientSettings, JwtSettings, KeySettings, LogFormat, MemorySettings, MessagingSettings,
    RelaySettings, SagaSettings, Settings, TelemetrySettings,
};
pub use shipping::{CarrierSettings, ShippingSettings};
pub use topics::TopicSettings;
pub use variables::{ConfigError, Variables};
