//! Permissions, by the names that tokens spell them with.

use std::fmt;

/// One permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(&'static str);

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl Scope {
            $($(#[$doc])* pub const $name: Self = Self($text);)*

            /// Every scope that the engine knows by name.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

scopes! {
    /// Act as the tenant's staff: see and change all customers' orders, as far as the other scopes allow.
    TENANT_STAFF = "tenant:staff";
    /// Create and change drafts.
    ORDERS_DRAFT = "orders:draft";
    /// Place an order.
    ORDERS_PLACE = "orders:place";
    /// Set prices by hand.
    ORDERS_PRICE = "orders:price";
    /// See orders, without personal data.
    ORDERS_READ = "orders:read";
    /// See personal data.
    ORDERS_READ_PII = "orders:read.pii";
    /// Cancel an order.
    ORDERS_CANCEL = "orders:cancel";
    /// Hold orders for their address or stock, to edit them or by hand, and release them again.
    ORDERS_HOLD = "orders:hold";
    /// Hold orders for fraud, and release them again.
    ORDERS_HOLD_FRAUD = "orders:hold.fraud";
    /// Hold orders for what the customer has to do to pay, and release them again.
    ORDERS_HOLD_PAYMENT = "orders:hold.payment";
    /// Add notes to orders.
    ORDERS_NOTE = "orders:note";
    /// Import orders from other systems.
    ORDERS_IMPORT = "orders:import";
    /// See stock, movements and reservations.
    INVENTORY_READ = "inventory:read";
    /// Add items to a location, count, adjust and transfer their stock, and change their settings.
    INVENTORY_WRITE = "inventory:write";
    /// Reserve stock for an order, and renew, release and ship what is reserved.
    INVENTORY_RESERVE = "inventory:reserve";
    /// See sagas and tasks, take and decide tasks, retry, skip and undo; record what happens to orders outside of them.
    SAGA_OPERATE = "saga:operate";
    /// Say what became of what a location has to send: accepted, rejected, packed, shipped, delivered, lost.
    FULFILMENT_WRITE = "fulfilment:write";
    /// Capture and void payments.
    PAYMENTS_CAPTURE = "payments:capture";
    /// Refund payments.
    PAYMENTS_REFUND = "payments:refund";
    /// Manage where webhooks go, see what was told to whom by which channel, and send it again.
    NOTIFICATIONS_MANAGE = "notifications:manage";
    /// Erase a person's data.
    PRIVACY_ERASE = "privacy:erase";
}

impl Scope {
    /// The scope's name, as tokens contain it.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
