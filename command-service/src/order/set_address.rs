use std::sync::Arc;

use axum::extract::{Request, State};
use command_kit::http::form::{Form, Text};
use command_kit::http::{JsonBody, Keyed, Unkeyed, optional_text};
use command_kit::{Caller, Fields, Refusal};
use domain::order::{AddressKind, OrderCommand, OrderState, SetAddress};
use domain::{Coordinates, CountryCode, DeliveryArea, OrderId, SubjectId};
use serde::{Deserialize, Serialize};
use service_kit::auth::Principal;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::address::{AddressDetails, SealedAddress};
use super::path::OrderPath;
use super::receipt::Receipt;
use super::service::{is_visible, not_found, permit};
use super::{Command, Link, Orders, Outcome, Trying, body};

pub(super) const COMMAND: Command = Command {
    name: "set-address",
    routes: || OpenApiRouter::default().routes(routes!(put_address, post_address)),
    dry_run,
    link: Some(Link::OfOrder("put_address")),
    texts: &[
        Text::new("AddressBody", "name", Form::Line, 200),
        Text::new("AddressBody", "line1", Form::Line, 200),
        Text::new("AddressBody", "line2", Form::Line, 200),
        Text::new("AddressBody", "city", Form::Line, 100),
        Text::new("AddressBody", "postalCode", Form::Line, 20),
        Text::new("AddressBody", "region", Form::Line, 100),
        Text::new("AddressBody", "country", Form::Country, 2),
        Text::new("AddressBody", "phone", Form::Phone, 40),
        Text::new("AddressBody", "email", Form::Email, 254),
        Text::new("AddressBody", "locale", Form::Line, 35),
    ],
};

/// The kind of an order's address.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AddressRole {
    /// The address that the goods are shipped to.
    Shipping,
    /// The billing address.
    Billing,
}

/// A place on Earth, by WGS 84.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AddressCoordinates {
    /// Degrees north of the equator.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Degrees east of Greenwich.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
}

/// Set or replace an address. Everything is sealed under the customer's key before it is stored, except the country and, of a shipping
/// address, the first signs of the postal code and the coordinates rounded to a tenth of a degree, by which locations are compared.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"kind": "SHIPPING", "name": "A. Recipient", "line1": "1 Long Street", "city": "London", "postalCode": "E1 6AN", "country": "GB"}))]
struct AddressBody {
    /// Which address of the order to set.
    kind: AddressRole,
    /// The name of the recipient.
    #[schema(max_length = 200)]
    name: String,
    /// The street and the house number.
    #[schema(max_length = 200)]
    line1: String,
    /// The flat, the floor or the company.
    #[schema(max_length = 200)]
    #[serde(default, deserialize_with = "optional_text")]
    line2: Option<String>,
    /// The town.
    #[schema(max_length = 100)]
    city: String,
    /// The postal code.
    #[schema(max_length = 20)]
    #[serde(default, deserialize_with = "optional_text")]
    postal_code: Option<String>,
    /// The state or the province.
    #[schema(max_length = 100)]
    #[serde(default, deserialize_with = "optional_text")]
    region: Option<String>,
    /// The country, as an ISO 3166-1 alpha-2 code.
    #[schema(example = "DE")]
    country: String,
    /// The phone number: digits with the usual signs between them.
    #[schema(max_length = 40)]
    #[serde(default, deserialize_with = "optional_text")]
    phone: Option<String>,
    /// The email address, with one `@`.
    #[schema(max_length = 254)]
    #[serde(default, deserialize_with = "optional_text")]
    email: Option<String>,
    /// The language that the customer is told things in, as a BCP 47 tag.
    #[schema(max_length = 35, example = "de")]
    #[serde(default, deserialize_with = "optional_text")]
    locale: Option<String>,
    /// Where a shipping address is, if that is known. It is kept rounded to a tenth of a degree, at most 8 km away.
    #[serde(default)]
    coordinates: Option<AddressCoordinates>,
}

/// An address to set. It is no [`SetAddress`], since it is not sealed yet: a seal differs every time, and a repeat is the same request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAddress {
    pub kind: AddressKind,
    pub country: CountryCode,
    pub details: AddressDetails,
    /// Roughly where goods go; `None` of a billing address.
    pub area: Option<DeliveryArea>,
}

impl AddressBody {
    fn check(self) -> Result<NewAddress, Refusal> {
        let kind = match self.kind {
            AddressRole::Shipping => AddressKind::Shipping,
            AddressRole::Billing => AddressKind::Billing,
        };
        let mut fields = Fields::default();
        let country = fields.check("/country", CountryCode::try_new(&self.country));
        let details = AddressDetails {
            name: self.name,
            line1: self.line1,
            line2: self.line2,
            city: self.city,
            postal_code: self.postal_code,
            region: self.region,
            phone: self.phone,
            email: self.email,
            locale: self.locale,
        };
        let checked = details.check(&mut fields);
        let at = fields
            .check_optional("/coordinates", self.coordinates, |at| Coordinates::try_new(at.latitude, at.longitude));
        fields.finish(|| {
            checked?;
            let (country, at) = (country?, at?);
            let is_shipping = kind == AddressKind::Shipping;
            let area = DeliveryArea::of(country, details.postal_code.as_deref(), at).filter(|_| is_shipping);
            Some(NewAddress { kind, country, details, area })
        })
    }
}

impl Orders {
    /// Sets or replaces an address of a draft. Its personal part is sealed under the customer's key; a dry run seals nothing.
    ///
    /// # Errors
    /// A [`Refusal`].
    #[tracing::instrument(name = "command.order.set_address", skip_all, fields(order.id = %order_id))]
    pub async fn set_address(
        &self,
        caller: &Caller,
        order_id: OrderId,
        input: &NewAddress,
    ) -> Result<Outcome, Refusal> {
        let principal = &caller.principal;
        let unsealed = |state: &OrderState| input.details.unsealed(&SubjectId::of_order(state.customer(), order_id));
        let command = |sealed: SealedAddress| {
            let address = sealed.in_country(input.country, input.area.clone());
            OrderCommand::SetAddress(SetAddress { kind: input.kind, address, at: self.now() })
        };
        permit(principal, &command(unsealed(&OrderState::Absent)))?;
        let state = self.load(order_id).await?.state;
        // Checked before sealing, which would create a key: the caller must not create one for another customer's
        // order.
        if !is_visible(principal, &state) {
            return Err(not_found());
        }
        let sealed = match self.stored_equal(principal, &state, input).await? {
            Some(sealed) => sealed,
            None if caller.is_dry_run => unsealed(&state),
            None => self.seal(principal, &state, order_id, input).await?,
        };
        self.run(caller, order_id, "order.set_address", input, command(sealed)).await
    }

    /// The stored sealed address, if its details equal the input. Sealing the same details twice gives different texts,
    /// so a repeat must use the stored ones to change nothing.
    async fn stored_equal(
        &self,
        principal: &Principal,
        state: &OrderState,
        input: &NewAddress,
    ) -> Result<Option<SealedAddress>, Refusal> {
        let OrderState::Draft(draft) = state else { return Ok(None) };
        let stored = match input.kind {
            AddressKind::Shipping => &draft.shipping_address,
            AddressKind::Billing => &draft.billing_address,
        };
        let Some(stored) = stored else { return Ok(None) };
        // After an erasure there is nothing to compare with, and sealing fails with the right refusal.
        let opened = AddressDetails::open(&self.keys, &principal.tenant, stored).await?;
        Ok((opened.as_ref() == Some(&input.details)).then(|| SealedAddress::of(stored)))
    }

    async fn seal(
        &self,
        principal: &Principal,
        state: &OrderState,
        order_id: OrderId,
        input: &NewAddress,
    ) -> Result<SealedAddress, Refusal> {
        let subject = SubjectId::of_order(state.customer(), order_id);
        input.details.seal(&self.keys, &principal.tenant, &subject).await
    }
}

/// Set or replace an address of a draft
///
/// Setting the same address again changes nothing.
#[utoipa::path(put, path = "/v1/orders/{id}/address", tag = "drafts", request_body = AddressBody, responses(
    (status = 200, description = "The draft has the address.", body = Receipt),
))]
async fn put_address(
    State(orders): State<Arc<Orders>>,
    Unkeyed(caller): Unkeyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Outcome, Refusal> {
    orders.set_address(&caller, order, &body.check()?).await
}

/// Set or replace an address of a draft
///
/// The same as PUT, for clients that post.
#[utoipa::path(post, path = "/v1/orders/{id}/address", tag = "drafts", request_body = AddressBody, responses(
    (status = 200, description = "The draft has the address.", body = Receipt),
))]
async fn post_address(
    State(orders): State<Arc<Orders>>,
    Keyed(caller): Keyed,
    OrderPath(order): OrderPath,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Outcome, Refusal> {
    orders.set_address(&caller, order, &body.check()?).await
}

fn dry_run(orders: Arc<Orders>, caller: Caller, order: OrderId, request: Request) -> Trying {
    Box::pin(async move {
        let input = body::<AddressBody>(request).await?.check()?;
        orders.set_address(&caller, order, &input).await
    })
}
