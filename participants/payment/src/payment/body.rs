//! Amounts in bodies.

use command_kit::http::MoneyView;
use command_kit::http::form::{Form, Text};
use command_kit::{Broken, Fields};
use domain::{Currency, Money};

/// The forms of the texts of an amount.
pub(super) const TEXTS: &[Text] = &[Text::new("MoneyView", "currency", Form::AnyCurrency, 3)];

/// Checks an amount that may be left out. `None` too where it is wrong, which the fields then say.
pub(crate) fn amount(fields: &mut Fields, given: Option<MoneyView>) -> Option<Money> {
    let MoneyView { minor, currency } = given?;
    let currency = fields.check("/amount/currency", Currency::try_new(&currency));
    let is_amount = if minor > 0 { Ok(()) } else { Err(Broken("amount_not_positive", "an amount is more than zero")) };
    fields.check("/amount/minor", is_amount);
    currency.map(|currency| Money::new(minor, currency))
}
