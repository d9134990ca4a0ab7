//! Signing in with the agency's account, against a provider that follows the specifications or breaks one rule at a time.

use crate::common;
use crate::common::{Answer, Phone, World, json_request, request};
use crate::provider::{CLIENT, Lie, Provider, REDIRECT, SECRET};
use axum::body::Body;
use axum::http::StatusCode;
use jiff::SignedDuration;
use seal_central::Terms;
use seal_central::oidc::{Config, ConfigError};
use seal_core::agency::{BeginResponse, Pending};
use seal_core::doc::Doc;
use seal_core::ids::{OfficerId, Sha256};
use seal_core::officer::{Officer, Role};
use seal_core::wire::B64;
use serde_json::json;

const VERIFIER: [u8; 32] = [3; 32];

/// A central whose officers sign in at `provider`.
async fn agency(change: impl FnOnce(Config) -> Config) -> (World, Provider) {
    with_provider(World::new(), change).await
}

async fn with_provider(world: World, change: impl FnOnce(Config) -> Config) -> (World, Provider) {
    let World { folder, central, now } = world;
    let provider = Provider::start(&now).await;
    let config = Config::new(&provider.issuer, CLIENT, REDIRECT).unwrap().with_secret(SECRET.to_owned());
    let central = central.with_oidc(change(config)).unwrap();
    (World { folder, central, now }, provider)
}

fn officer(id: &str) -> Officer {
    let (name, unit) = ("An".to_owned(), common::unit("03EE"));
    Officer { id: OfficerId(id.to_owned()), name, unit, roles: vec![Role::Officer] }
}

async fn begin(world: &World, phone: &Phone, flow: &str) -> Answer {
    let key = B64(phone.key.verifying_key().to_encoded_point(false).as_bytes().to_vec());
    let body = json!({
        "device": phone.device, "device_key": key, "challenge": Sha256::of(&VERIFIER), "flow": flow,
    });
    world.send(json_request("POST", "/v1/sign-in/oidc", None, &body)).await
}

async fn begun(world: &World, phone: &Phone, flow: &str) -> BeginResponse {
    let answer = begin(world, phone, flow).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

async fn finish(world: &World, begun: &BeginResponse, digits: Option<&str>) -> Answer {
    let body = json!({"handle": begun.handle, "verifier": B64(VERIFIER.to_vec()), "digits": digits});
    world.send(json_request("POST", "/v1/sign-in/oidc/finish", None, &body)).await
}

async fn browser(world: &World, path: &str) -> String {
    let answer = world.send(request("GET", path, None, &[], Body::empty())).await;
    assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.text()
}

fn digits(page: &str) -> Option<&str> {
    page.split_once("<b>").map(|(_, rest)| &rest[..6])
}

/// What a sign-in in a browser comes to: the page, and the refusal's code or `ok`.
async fn comes_to(world: &World, provider: &Provider) -> (String, String) {
    let begun = begun(world, &Phone::new(1, ""), "code").await;
    let page = browser(world, &provider.signs_in_at(&begun.open)).await;
    let answer = finish(world, &begun, digits(&page)).await;
    let code = if answer.status == StatusCode::OK { "ok".to_owned() } else { answer.code() };
    (page, code)
}

#[tokio::test]
async fn an_officer_signs_in_by_a_browser_and_types_the_digits() {
    let (world, provider) = agency(|config| config).await;
    let mut phone = Phone::new(1, "an.nv");
    let begun = begun(&world, &phone, "code").await;
    assert!(!begun.open.contains(&begun.handle), "the browser does not learn the handle");

    let waiting = finish(&world, &begun, None).await;
    assert_eq!(waiting.status, StatusCode::ACCEPTED);
    assert!(serde_json::from_slice::<Pending>(&waiting.body).unwrap().wait_s > 0);

    let back = provider.signs_in_at(&begun.open);
    let page = browser(&world, &back).await;
    let right = digits(&page).unwrap();
    assert!(!page.contains("an-access-token"));
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for refused in [Some(wrong), None] {
        let answer = finish(&world, &begun, refused).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "digits"));
    }
    // The first answer may be lost on its way.
    for _ in 0..2 {
        let answer = finish(&world, &begun, Some(right)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        phone.take(&answer);
        assert_eq!((phone.officer.0.as_str(), phone.unit.as_str()), ("an.nv", "03EE"), "as the register says");
        assert_eq!(world.get_changes(&phone, None, 1).await.status, StatusCode::OK);
    }
    // The browser's way cannot be gone twice, and nobody else has the verifier.
    assert!(digits(&browser(&world, &back).await).is_none());
    let body = json!({"handle": begun.handle, "verifier": B64(vec![0; 32]), "digits": right});
    let stranger = world.send(json_request("POST", "/v1/sign-in/oidc/finish", None, &body)).await;
    assert_eq!(stranger.code(), "sign_in_gone");
    world.advance(SignedDuration::from_mins(11));
    assert_eq!(finish(&world, &begun, Some(right)).await.code(), "sign_in_gone");
}

#[tokio::test]
async fn nothing_but_a_proven_token_is_believed() {
    let (world, provider) = agency(|config| config).await;
    for lie in [
        Lie::Nonce,
        Lie::NoNonce,
        Lie::Audience,
        Lie::OtherAudience,
        Lie::Issuer,
        Lie::Expired,
        Lie::Signature,
        Lie::Unsigned,
        Lie::Hmac,
        Lie::AccessToken,
        Lie::NoIdToken,
    ] {
        provider.set(|told| told.lie = lie);
        let (page, code) = comes_to(&world, &provider).await;
        assert!(digits(&page).is_none() && page.contains("not proven"), "{lie:?}: {page}");
        assert_eq!(code, "unproven", "{lie:?}");
    }
    provider.set(|told| told.lie = Lie::None);
    assert_eq!(comes_to(&world, &provider).await.1, "ok");
}

#[tokio::test]
async fn a_code_belongs_to_the_sign_in_that_asked_for_it() {
    let (world, provider) = agency(|config| config).await;
    let (mine, other) =
        (begun(&world, &Phone::new(1, ""), "code").await, begun(&world, &Phone::new(2, ""), "code").await);
    let state = |path: &str| path.split_once("&state=").unwrap().1.to_owned();
    let code = |path: &str| path.split_once('&').unwrap().0.to_owned();
    let (mine_back, other_back) = (provider.signs_in_at(&mine.open), provider.signs_in_at(&other.open));

    // Nobody's state, an unreadable one, none, another provider's: no page, and the sign-in goes on waiting.
    let nobody = Sha256::of(b"nobody");
    for path in [
        format!("{}&state={nobody}", code(&mine_back)),
        format!("{}&state=x", code(&mine_back)),
        code(&mine_back),
        format!("{mine_back}&iss=https://elsewhere.example"),
    ] {
        assert!(digits(&browser(&world, &path).await).is_none(), "{path}");
        assert_eq!(finish(&world, &mine, None).await.status, StatusCode::ACCEPTED);
    }
    // Another sign-in's code: the provider sees another PKCE verifier than the one it was asked with.
    let crossed = format!("{}&state={}", code(&other_back), state(&mine_back));
    assert!(digits(&browser(&world, &crossed).await).is_none());
    assert_eq!(finish(&world, &mine, None).await.code(), "unproven");
    // That used the code up.
    assert!(digits(&browser(&world, &other_back).await).is_none());
    assert_eq!(finish(&world, &other, None).await.code(), "unproven");
}

#[tokio::test]
async fn five_wrong_digits_end_it() {
    let (world, provider) = agency(|config| config).await;
    let begun = begun(&world, &Phone::new(1, ""), "code").await;
    let page = browser(&world, &provider.signs_in_at(&begun.open)).await;
    let right = digits(&page).unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for nth in 1..=5 {
        let code = finish(&world, &begun, Some(wrong)).await.code();
        assert_eq!(code, if nth < 5 { "digits" } else { "sign_in_gone" });
    }
    assert_eq!(finish(&world, &begun, Some(right)).await.code(), "sign_in_gone");
}

#[tokio::test]
async fn the_provider_or_the_officer_may_say_no() {
    let (world, provider) = agency(|config| config).await;
    for (error, code) in [("access_denied", "denied"), ("server_error", "unproven")] {
        let begun = begun(&world, &Phone::new(1, ""), "code").await;
        let back = provider.signs_in_at(&begun.open);
        let state = back.split_once("&state=").unwrap().1;
        let page = browser(&world, &format!("/v1/sign-in/oidc/callback?error={error}&state={state}")).await;
        assert!(digits(&page).is_none());
        assert_eq!(finish(&world, &begun, None).await.code(), code);
    }
}

#[tokio::test]
async fn who_is_not_in_the_register_or_was_disabled_is_refused() {
    let (world, provider) = agency(|config| config).await;
    provider.set(|told| told.subject = "nobody".to_owned());
    let (page, code) = comes_to(&world, &provider).await;
    assert!(page.contains("not in the central's register"), "{page}");
    assert_eq!(code, "unknown_officer");

    let gone = Officer { roles: Vec::new(), ..officer("an.nv") };
    provider.set(|told| told.subject = "an.nv".to_owned());
    // Disabled between the browser and the phone.
    let begun = begun(&world, &Phone::new(1, ""), "code").await;
    let page = browser(&world, &provider.signs_in_at(&begun.open)).await;
    world.central.put_doc(&Doc::Officer(gone)).unwrap();
    assert_eq!(finish(&world, &begun, digits(&page)).await.code(), "officer_disabled");
    assert_eq!(comes_to(&world, &provider).await.1, "officer_disabled");
}

#[tokio::test]
async fn a_device_that_is_refused_stays_refused() {
    let (world, provider) = agency(Config::with_local_accounts).await;
    let phone = world.phone(1, "an.nv", "246810").await;
    world.central.revoke_device(phone.device).unwrap();
    assert_eq!(comes_to(&world, &provider).await.1, "device_revoked");
    world.phone(2, "an.nv", "246810").await;
    let mut other_key = Phone::new(3, "");
    other_key.device = Phone::new(2, "").device;
    let begun = begun(&world, &other_key, "code").await;
    let page = browser(&world, &provider.signs_in_at(&begun.open)).await;
    assert_eq!(finish(&world, &begun, digits(&page)).await.code(), "device_key_changed");
}

#[tokio::test]
async fn in_real_use_only_an_enrolled_phone_begins() {
    let (world, provider) = with_provider(World::for_real_use(), |config| config).await;
    world.central.put_doc(&Doc::Officer(officer("an.nv"))).unwrap();
    let phone = Phone::new(1, "an.nv");
    for flow in ["code", "device"] {
        let answer = begin(&world, &phone, flow).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "not_enrolled"));
    }
    let hour = SignedDuration::from_hours(1);
    let terms = Terms { unit: common::unit("03EE"), holds: hour, phones: 1, certificate: hour };
    let offer = world.central.offer_enrolment("https://central.example", Vec::new(), &terms).unwrap();
    let enrolled = world.send(json_request("POST", "/v1/enrol", None, &phone.enrolment(&phone.claim(&offer)))).await;
    assert_eq!(enrolled.status, StatusCode::OK, "{}", enrolled.text());
    assert_eq!(comes_to(&world, &provider).await.1, "ok");
    world.advance(hour);
    assert_eq!(begin(&world, &phone, "code").await.code(), "certificate_expired");
}

#[tokio::test]
async fn a_code_typed_elsewhere_is_looked_at_as_slowly_as_the_provider_asks() {
    let (world, provider) = agency(|config| config).await;
    provider.set(|told| told.device = ["authorization_pending", "slow_down", "authorization_pending"].into());
    let mut phone = Phone::new(1, "an.nv");
    let begun = begun(&world, &phone, "device").await;
    assert_eq!(begun.user_code.as_deref(), Some("WDJB-MJHT"));
    assert_eq!(begun.address.as_deref(), Some(format!("{}/activate", provider.issuer).as_str()));
    assert!(begun.open.ends_with("/activate?user_code=WDJB-MJHT"));
    let looks = || provider.told.lock().unwrap().looks;

    // However often the phone asks, the provider hears of it once in the interval: 5 s, and 10 s once it asked for that.
    for (nth, wait) in [(0, 5), (1, 5), (2, 10), (3, 10)] {
        for _ in 0..3 {
            let answer = finish(&world, &begun, None).await;
            assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
            assert_eq!(serde_json::from_slice::<Pending>(&answer.body).unwrap().wait_s, wait);
            assert_eq!(looks(), nth);
        }
        world.advance(SignedDuration::from_secs(wait.into()));
    }
    for _ in 0..2 {
        let answer = finish(&world, &begun, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        phone.take(&answer);
        assert_eq!(world.get_changes(&phone, None, 1).await.status, StatusCode::OK);
    }
    assert_eq!(looks(), 4);
}

#[tokio::test]
async fn a_code_typed_elsewhere_can_come_to_nothing() {
    let (world, provider) = agency(|config| config).await;
    for (said, lie, code) in [
        (Some("access_denied"), Lie::None, "denied"),
        (Some("expired_token"), Lie::None, "sign_in_gone"),
        (Some("invalid_grant"), Lie::None, "unproven"),
        (None, Lie::Audience, "unproven"),
        (None, Lie::Signature, "unproven"),
        (None, Lie::Expired, "unproven"),
    ] {
        provider.set(|told| {
            told.lie = lie;
            told.device = said.into_iter().collect();
        });
        let begun = begun(&world, &Phone::new(1, ""), "device").await;
        world.advance(SignedDuration::from_secs(5));
        assert_eq!(finish(&world, &begun, None).await.code(), code, "{said:?} {lie:?}");
        assert_eq!(finish(&world, &begun, None).await.code(), code, "{said:?} {lie:?}");
    }
    let begun = begun(&world, &Phone::new(1, ""), "device").await;
    world.advance(SignedDuration::from_secs(301));
    assert_eq!(finish(&world, &begun, None).await.code(), "sign_in_gone");
}

#[tokio::test]
async fn the_officer_is_named_by_the_claim_that_was_agreed() {
    let (world, provider) = agency(|config| config.with_officer_claim("employee".to_owned())).await;
    provider.set(|told| told.subject = "7f3a".to_owned());
    assert_eq!(comes_to(&world, &provider).await.1, "unproven", "nobody is named");
    provider.set(|told| told.claims = json!({"employee": " An.NV "}));
    assert_eq!(comes_to(&world, &provider).await.1, "ok");
    // Told by userinfo alone, as the letter of the protocol has it.
    provider.set(|told| (told.claims, told.userinfo) = (json!({}), json!({"employee": "an.nv"})));
    assert_eq!(comes_to(&world, &provider).await.1, "ok");
    provider.set(|told| told.lie = Lie::Subject);
    assert_ne!(comes_to(&world, &provider).await.1, "ok", "userinfo of somebody else");

    let (world, provider) = agency(|config| config.with_officer_claim("email".to_owned())).await;
    world.central.put_doc(&Doc::Officer(officer("an@customs.example"))).unwrap();
    for (verified, code) in [(json!(null), "unproven"), (json!(false), "unproven"), (json!(true), "ok")] {
        provider.set(|told| {
            told.claims = json!({"email": "an@customs.example"});
            if !verified.is_null() {
                told.claims["email_verified"] = verified.clone();
            }
        });
        assert_eq!(comes_to(&world, &provider).await.1, code, "{verified}");
    }
}

#[tokio::test]
async fn new_keys_of_the_provider_are_fetched_when_a_token_names_one() {
    let (world, provider) = agency(|config| config).await;
    assert_eq!(comes_to(&world, &provider).await.1, "ok");
    provider.rotate();
    assert_eq!(comes_to(&world, &provider).await.1, "ok");
}

#[tokio::test]
async fn secrets_are_refused_where_the_agency_signs_in_unless_told_otherwise() {
    let ways = async |world: &World| {
        let answer = world.send(request("GET", "/v1/limits", None, &[], Body::empty())).await;
        serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap()["sign_in"].clone()
    };
    let (world, _) = agency(|config| config).await;
    let answer = world.sign_in(&Phone::new(1, "an.nv"), "246810").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "secret_off"));
    assert_eq!(ways(&world).await, json!(["oidc"]));

    let (world, _) = agency(Config::with_local_accounts).await;
    world.phone(1, "an.nv", "246810").await;
    assert_eq!(ways(&world).await, json!(["secret", "oidc"]));

    let world = World::new();
    assert_eq!(ways(&world).await, json!(["secret"]));
    assert_eq!(begin(&world, &Phone::new(1, ""), "code").await.code(), "no_oidc");
}

#[tokio::test]
async fn a_provider_that_is_away_is_told_and_asked_again() {
    let World { folder, central, now } = World::new();
    // Nobody listens there.
    let config = Config::new("http://127.0.0.1:9", CLIENT, REDIRECT).unwrap();
    let world = World { folder, central: central.with_oidc(config).unwrap(), now };
    let answer = begin(&world, &Phone::new(1, ""), "code").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "provider"));
    assert_eq!(answer.header("retry-after"), "30");

    let (world, provider) = agency(|config| config).await;
    provider.set(|told| told.has_device_flow = false);
    assert_eq!(begin(&world, &Phone::new(1, ""), "device").await.code(), "no_flow");
}

#[test]
fn a_provider_is_reached_over_tls_and_sends_browsers_to_the_callback() {
    let not_https = Config::new("http://sso.customs.example", CLIENT, REDIRECT);
    assert!(matches!(not_https, Err(ConfigError::NotHttps(_))));
    let elsewhere = Config::new("https://sso.customs.example", CLIENT, "https://central.example/");
    assert!(matches!(elsewhere, Err(ConfigError::NotTheCallback)));
    assert!(
        !format!("{:?}", Config::new("https://a.example", CLIENT, REDIRECT).unwrap().with_secret(SECRET.to_owned()))
            .contains(SECRET)
    );
}
