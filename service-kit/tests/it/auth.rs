//! Tokens, good and bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{CustomerId, TenantId, Timestamp};
use serde_json::{Value, json};
use service_kit::auth::{LoadKeysError, Role, Scope, TOKEN_BYTES_MAX, TokenRefusal, TokenRequest, Verifier, mint};
use service_kit::clock::{Ids, ManualClock, SystemIds};
use service_kit::config::JwtSettings;
use service_kit::testing::TestIssuer;

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::try_from("2026-01-01T00:00:00Z".to_owned()).unwrap()))
}

fn shop() -> TenantId {
    TenantId::try_new("shop").unwrap()
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

#[tokio::test]
async fn a_good_token_tells_who_it_is() {
    let issuer = TestIssuer::new(clock()).await;
    let customer = CustomerId::try_new("17").unwrap();
    let token = issuer.token(Role::Customer, &shop(), Some(&customer));
    // Twice: from the signature, then from memory.
    for _ in 0..2 {
        let principal = issuer.verifier().verify(&token).await.unwrap();
        assert_eq!((&principal.tenant, principal.customer.as_ref()), (&shop(), Some(&customer)));
        assert!(principal.scopes.contains(Scope::ORDERS_PLACE) && !principal.scopes.contains(Scope::ORDERS_PRICE));
    }
}

#[tokio::test]
async fn a_token_has_its_time_remembered_or_not() {
    let clock = clock();
    let issuer = TestIssuer::new(clock.clone()).await;
    let remembered = issuer.token(Role::Clerk, &shop(), None);
    let fresh = issuer.token(Role::Admin, &shop(), None);
    issuer.verifier().verify(&remembered).await.unwrap();
    clock.advance(Duration::from_secs(3_600 + 29));
    issuer.verifier().verify(&remembered).await.unwrap();
    clock.advance(Duration::from_secs(2));
    for token in [&remembered, &fresh] {
        assert_eq!(issuer.verifier().verify(token).await, Err(TokenRefusal::Expired));
    }
    clock.set(Timestamp::try_from("2025-12-31T23:59:00Z".to_owned()).unwrap());
    assert_eq!(issuer.verifier().verify(&remembered).await, Err(TokenRefusal::NotYet));
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let issuer = TestIssuer::new(clock()).await;
    let token = issuer.token(Role::Customer, &shop(), None);
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let refusal = async |token: String| issuer.verifier().verify(&token).await.unwrap_err();

    let mut changed: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    changed["scope"] = json!("orders:price");
    assert_eq!(refusal(format!("{header}.{}.{signature}", encoded(&changed))).await, TokenRefusal::Signature);

    let kid: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    for alg in ["none", "NONE", "HS256", "HS512", "ES256", "RS512", ""] {
        let forged = encoded(&json!({"alg": alg, "typ": "JWT", "kid": kid["kid"]}));
        for end in [signature, ""] {
            let refusal = refusal(format!("{forged}.{claims}.{end}")).await;
            assert!(matches!(refusal, TokenRefusal::Algorithm | TokenRefusal::Malformed), "{alg}: {refusal:?}");
        }
    }
    let other_family = encoded(&json!({"alg": "RS256", "kid": kid["kid"]}));
    assert_eq!(refusal(format!("{other_family}.{claims}.{signature}")).await, TokenRefusal::UnknownKey);
    for text in ["", ".", "..", "a.b", "a.b.c.d", "\u{0}", "é.é.é"] {
        assert_eq!(refusal(text.to_owned()).await, TokenRefusal::Malformed);
    }
    assert_eq!(refusal("x".repeat(TOKEN_BYTES_MAX + 1)).await, TokenRefusal::TooLong);
}

/// A key pair in a folder of its own, removed at the end.
struct Keys(std::path::PathBuf);

impl Keys {
    fn make() -> Self {
        let dir = std::env::temp_dir().join(format!("service-kit-auth-{}", SystemIds.random()));
        service_kit::keys::make(&dir, &SystemIds).unwrap();
        Self(dir)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn settings(&self) -> JwtSettings {
        settings(self.0.join("jwks.json").to_str().unwrap())
    }

    fn kid(&self) -> String {
        let set: Value = serde_json::from_str(&self.read("jwks.json")).unwrap();
        set["keys"][0]["kid"].as_str().unwrap().to_owned()
    }

    /// Signs any claims, as an issuer gone wrong would.
    fn sign(&self, claims: &Value) -> String {
        let key = jsonwebtoken::EncodingKey::from_ed_pem(self.read("signing.pem").as_bytes()).unwrap();
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA);
        header.kid = Some(self.kid());
        jsonwebtoken::encode(&header, claims, &key).unwrap()
    }

    fn mint(&self, clock: &ManualClock) -> String {
        use service_kit::clock::Clock;
        let request = TokenRequest {
            issuer: "us".to_owned(),
            audience: "here".to_owned(),
            subject: "clerk".to_owned(),
            tenant: shop(),
            customer: None,
            scopes: Role::Clerk.scopes(),
            lifetime_s: 3_600,
        };
        mint(&self.read("signing.pem"), &request, clock.now()).unwrap()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn settings(jwks: &str) -> JwtSettings {
    JwtSettings { jwks: jwks.to_owned(), issuer: "us".to_owned(), audience: "here".to_owned() }
}

#[tokio::test]
async fn wrongly_issued_tokens_are_refused_claim_by_claim() {
    let keys = Keys::make();
    let verifier = Verifier::load(&keys.settings(), clock()).await.unwrap();
    // 2026-01-01T01:00:00Z, an hour from now.
    let good = json!({"iss": "us", "aud": "here", "sub": "s", "tenant": "shop", "exp": 1_767_229_200, "scope": "tenant:staff"});
    let with = |claim: &str, value: Value| {
        let mut claims = good.clone();
        claims[claim] = value;
        claims
    };
    let verdict = async |claims: Value| verifier.verify(&keys.sign(&claims)).await.map(|_| ());

    assert_eq!(verdict(good.clone()).await, Ok(()));
    assert_eq!(verdict(with("aud", json!(["elsewhere", "here"]))).await, Ok(()));
    assert_eq!(verdict(with("exp", json!(1_767_229_200.5))).await, Ok(()));
    for (claim, value, refusal) in [
        ("iss", json!("them"), TokenRefusal::Issuer),
        ("aud", json!("elsewhere"), TokenRefusal::Audience),
        ("aud", json!([]), TokenRefusal::Audience),
        ("aud", json!(7), TokenRefusal::Malformed),
        ("exp", json!("1767229200"), TokenRefusal::Malformed),
        ("exp", Value::Null, TokenRefusal::Malformed),
        ("exp", json!(0), TokenRefusal::Expired),
        ("exp", json!(-1e300), TokenRefusal::Expired),
        ("nbf", json!("soon"), TokenRefusal::Malformed),
        ("nbf", json!(1_767_229_100), TokenRefusal::NotYet),
        ("tenant", json!("Not A Slug"), TokenRefusal::Identity),
        ("tenant", json!(""), TokenRefusal::Identity),
        ("customer", json!(""), TokenRefusal::Identity),
        ("customer", json!(17), TokenRefusal::Malformed),
        ("sub", json!(""), TokenRefusal::Identity),
        ("sub", json!("a\nb"), TokenRefusal::Identity),
        ("scope", json!(["orders:read"]), TokenRefusal::Malformed),
        ("scope", json!("orders:read orders:place"), TokenRefusal::NeitherCustomerNorStaff),
        ("scope", json!("tenant:staffing"), TokenRefusal::NeitherCustomerNorStaff),
    ] {
        assert_eq!(verdict(with(claim, value.clone())).await, Err(refusal), "{claim}: {value}");
    }
    for claim in ["iss", "aud", "sub", "exp", "tenant"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(verdict(claims).await, Err(TokenRefusal::Malformed), "without {claim}");
    }
}

#[tokio::test]
async fn a_customer_is_no_staff_whatever_the_scopes_say() {
    let issuer = TestIssuer::new(clock()).await;
    let customer = CustomerId::try_new("17").unwrap();
    let token = issuer.token_with(Role::Admin.scopes(), &shop(), Some(&customer));
    let principal = issuer.verifier().verify(&token).await.unwrap();
    assert!(principal.may_see(Some(&customer)) && !principal.may_see(None));
}

#[tokio::test]
async fn headers_and_claims_that_readers_disagree_about_are_refused() {
    let keys = Keys::make();
    let verifier = Verifier::load(&keys.settings(), clock()).await.unwrap();
    let key = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&pem_body(&keys.read("signing.pem"))).unwrap();
    let verdict = async |header: String, claims: &str| {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        verifier.verify(&format!("{signed}.{signature}")).await.map(|_| ())
    };
    let kid = keys.kid();
    let header = |extra: &str| format!(r#"{{"alg":"EdDSA","kid":"{kid}"{extra}}}"#);
    let claims = |extra: &str| {
        format!(
            r#"{{"iss":"us","aud":"here","sub":"s","tenant":"shop","exp":1767229200,"scope":"tenant:staff"{extra}}}"#
        )
    };
    assert_eq!(verdict(header(""), &claims("")).await, Ok(()));
    for extra in [
        r#","crit":["exp"],"exp":1"#,
        r#","crit":["b64"],"b64":false"#,
        r#","crit":[]"#,
        r#","crit":null"#,
        r#","crit":"exp""#,
    ] {
        assert_eq!(verdict(header(extra), &claims("")).await, Err(TokenRefusal::CriticalExtension), "{extra}");
    }
    let objects = format!(r#"{{"alg":{{"EdDSA":null}},"kid":"{kid}"}}"#);
    assert_eq!(verdict(objects, &claims("")).await, Err(TokenRefusal::Malformed));
    for extra in [r#","alg":"EdDSA""#, r#","kid":"other""#] {
        assert_eq!(verdict(header(extra), &claims("")).await, Err(TokenRefusal::Malformed), "{extra}");
    }
    for extra in [r#","tenant":"other""#, r#","customer":"1","customer":"2""#] {
        assert_eq!(verdict(header(""), &claims(extra)).await, Err(TokenRefusal::Malformed), "{extra}");
    }
    let array = r#"["us","here","s",1767229200,null,null,"shop",null,"tenant:staff"]"#;
    assert_eq!(verdict(header(""), array).await, Err(TokenRefusal::Malformed));
}

fn pem_body(pem: &str) -> Vec<u8> {
    use base64::engine::general_purpose::STANDARD;
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

#[tokio::test]
async fn a_rotated_key_is_fetched_but_not_hammered() {
    let old = Keys::make();
    let new = Keys::make();
    let published = Arc::new(std::sync::Mutex::new(old.read("jwks.json")));
    let fetches = Arc::new(AtomicUsize::new(0));
    let served = published.clone();
    let counted = fetches.clone();
    let router = axum::Router::new().route(
        "/jwks",
        get(async move || {
            counted.fetch_add(1, Ordering::SeqCst);
            served.lock().unwrap().clone()
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move { axum::serve(listener, router).await });

    let clock = clock();
    let verifier = Verifier::load(&settings(&url), clock.clone()).await.unwrap();
    let old_token = old.mint(&clock);
    let new_token = new.mint(&clock);
    verifier.verify(&old_token).await.unwrap();
    new.read("jwks.json").clone_into(&mut published.lock().unwrap());

    for _ in 0..50 {
        assert_eq!(verifier.verify(&new_token).await, Err(TokenRefusal::UnknownKey));
    }
    assert_eq!(fetches.load(Ordering::SeqCst), 1, "just read: not again so soon");
    clock.advance(Duration::from_secs(11));
    verifier.verify(&new_token).await.unwrap();
    assert_eq!(verifier.verify(&old_token).await, Err(TokenRefusal::UnknownKey), "a key taken out counts no longer");
    assert_eq!(fetches.load(Ordering::SeqCst), 2);
    answering.abort();
}

#[tokio::test]
async fn an_rsa_key_serves_rs256_alone() {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};
    use base64::engine::general_purpose::STANDARD;
    use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};

    let der: Pkcs8V1Der<'static> = KeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(&key, Algorithm::RS256).unwrap()).unwrap();
    jwk["kid"] = json!("rsa-1");
    jwk.as_object_mut().unwrap().remove("alg");
    let keys = Keys::make();
    std::fs::write(keys.0.join("jwks.json"), json!({"keys": [{"kty": "unheard-of"}, jwk]}).to_string()).unwrap();
    let verifier = Verifier::load(&keys.settings(), clock()).await.unwrap();

    let claims = json!({"iss": "us", "aud": "here", "sub": "s", "tenant": "shop", "exp": 1_767_229_200, "scope": "tenant:staff"});
    let signed = |algorithm, kid: Option<&str>| {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    };
    assert_eq!(&*verifier.verify(&signed(Algorithm::RS256, Some("rsa-1"))).await.unwrap().subject, "s");
    verifier.verify(&signed(Algorithm::RS256, None)).await.unwrap();
    let other = verifier.verify(&signed(Algorithm::RS256, Some("rsa-2"))).await;
    assert_eq!(other, Err(TokenRefusal::UnknownKey));
    for algorithm in [Algorithm::RS384, Algorithm::PS256] {
        let refused = verifier.verify(&signed(algorithm, Some("rsa-1"))).await;
        assert_eq!(refused, Err(TokenRefusal::Algorithm));
    }
}

#[tokio::test]
async fn key_sets_that_cannot_be_used_are_named() {
    let absent = Verifier::load(&settings("/no/such/jwks.json"), clock()).await.unwrap_err();
    assert!(absent.to_string().contains("/no/such/jwks.json (ENGINE_JWKS)"), "{absent}");
    let refused = Verifier::load(&settings("http://127.0.0.1:1/jwks"), clock()).await;
    assert!(matches!(refused, Err(LoadKeysError::Fetch { .. })));
    let keys = Keys::make();
    for (text, expected) in
        [("{", "cannot be read"), ("{}", "no usable"), (r#"{"keys":[{"kty":"oct","k":"AA"}]}"#, "no usable")]
    {
        std::fs::write(keys.0.join("jwks.json"), text).unwrap();
        let error = Verifier::load(&keys.settings(), clock()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
