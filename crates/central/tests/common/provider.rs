//! A small identity provider, written from the specifications alone: it does what OpenID Connect says, or one thing otherwise.
#![allow(dead_code)] // each test binary uses its part

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use jiff::Timestamp;
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub const CLIENT: &str = "seal-central";
pub const SECRET: &str = "the-client-secret";
pub const REDIRECT: &str = "https://central.example/v1/sign-in/oidc/callback";

/// What a token says otherwise than it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    None,
    Nonce,
    NoNonce,
    Audience,
    OtherAudience,
    Issuer,
    Expired,
    Signature,
    Unsigned,
    /// Signed with the secret that the central shares.
    Hmac,
    AccessToken,
    NoIdToken,
    /// Of userinfo.
    Subject,
}

struct Code {
    challenge: String,
    nonce: String,
    redirect: String,
}

pub struct Told {
    pub lie: Lie,
    /// Whom it signs in.
    pub subject: String,
    /// More claims of the ID token.
    pub claims: Value,
    /// More claims of userinfo.
    pub userinfo: Value,
    /// What it answers to the next looks of a device, then tokens.
    pub device: VecDeque<&'static str>,
    /// Looks of a device so far.
    pub looks: usize,
    pub has_device_flow: bool,
    /// Seconds between looks of a device.
    pub interval: u32,
    key: SigningKey,
    kid: usize,
    codes: HashMap<String, Code>,
    next: usize,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    pub told: Arc<Mutex<Told>>,
    now: Arc<Mutex<Timestamp>>,
}

impl Provider {
    /// Listens on this machine, on the test's clock.
    pub async fn start(now: &Arc<Mutex<Timestamp>>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let told = Told {
            lie: Lie::None,
            subject: "an.nv".to_owned(),
            claims: json!({}),
            userinfo: json!({}),
            device: VecDeque::new(),
            looks: 0,
            has_device_flow: true,
            interval: 5,
            key: SigningKey::from_slice(&[7; 32]).unwrap(),
            kid: 1,
            codes: HashMap::new(),
            next: 0,
        };
        let provider = Self { issuer, told: Arc::new(Mutex::new(told)), now: now.clone() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/device", post(device))
            .route("/userinfo", get(userinfo))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn set(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().unwrap());
    }

    /// The officer opens the address and signs in; gives the path to which the browser is sent back.
    pub fn signs_in_at(&self, address: &str) -> String {
        let url = Url::parse(address).unwrap();
        assert_eq!(format!("{}/authorize", self.issuer), address.split('?').next().unwrap());
        let asked: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["redirect_uri"], REDIRECT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["prompt"], "login");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let mut told = self.told.lock().unwrap();
        told.next += 1;
        let name = format!("code-{}", told.next);
        let code = Code {
            challenge: asked["code_challenge"].clone(),
            nonce: asked["nonce"].clone(),
            redirect: asked["redirect_uri"].clone(),
        };
        told.codes.insert(name.clone(), code);
        format!("/v1/sign-in/oidc/callback?code={name}&state={}", asked["state"])
    }

    /// Another key from now on; the old one is gone.
    pub fn rotate(&self) {
        self.set(|told| {
            told.kid += 1;
            told.key = SigningKey::from_slice(&[told.kid as u8 + 40; 32]).unwrap();
        });
    }

    fn tokens(&self, told: &Told, nonce: Option<&str>) -> Value {
        let now = self.now.lock().unwrap().as_second();
        let lie = told.lie;
        let access = "an-access-token";
        let hashed = if lie == Lie::AccessToken { "another" } else { access };
        let mut claims = json!({
            "iss": if lie == Lie::Issuer { "https://elsewhere.example" } else { &self.issuer },
            "aud": match lie {
                Lie::Audience => json!("another"),
                Lie::OtherAudience => json!([CLIENT, "another"]),
                _ => json!(CLIENT),
            },
            "sub": told.subject,
            "iat": now,
            "exp": if lie == Lie::Expired { now - 1 } else { now + 300 },
            "at_hash": B64.encode(&Sha256::digest(hashed)[..16]),
        });
        match (nonce, lie) {
            (None, _) | (_, Lie::NoNonce) => {}
            (Some(_), Lie::Nonce) => claims["nonce"] = json!("another"),
            (Some(nonce), _) => claims["nonce"] = json!(nonce),
        }
        for (name, value) in told.claims.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let alg = match lie {
            Lie::Unsigned => "none",
            Lie::Hmac => "HS256",
            _ => "ES256",
        };
        let header = json!({"alg": alg, "typ": "JWT", "kid": told.kid.to_string()});
        let signed = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
        let signature = match lie {
            Lie::Unsigned => Vec::new(),
            Lie::Hmac => hmac(SECRET.as_bytes(), signed.as_bytes()),
            Lie::Signature => {
                let other = SigningKey::from_slice(&[9; 32]).unwrap();
                let signature: Signature = other.sign(signed.as_bytes());
                signature.to_vec()
            }
            _ => {
                let signature: Signature = told.key.sign(signed.as_bytes());
                signature.to_vec()
            }
        };
        let mut answer = json!({"access_token": access, "token_type": "Bearer", "expires_in": 300});
        if lie != Lie::NoIdToken {
            answer["id_token"] = json!(format!("{signed}.{}", B64.encode(signature)));
        }
        answer
    }
}

/// RFC 2104.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

async fn document(State(provider): State<Provider>) -> Json<Value> {
    let at = |path: &str| format!("{}/{path}", provider.issuer);
    let mut document = json!({
        "issuer": provider.issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        // All of them: which are believed is the central's business.
        "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
    });
    if provider.told.lock().unwrap().has_device_flow {
        document["device_authorization_endpoint"] = json!(at("device"));
    }
    Json(document)
}

async fn keys(State(provider): State<Provider>) -> Json<Value> {
    let told = provider.told.lock().unwrap();
    let point = told.key.verifying_key().to_encoded_point(false);
    Json(json!({"keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": told.kid.to_string(),
        "x": B64.encode(point.x().unwrap()), "y": B64.encode(point.y().unwrap()),
    }]}))
}

type Answer = (StatusCode, Json<Value>);

fn no(error: &str) -> Answer {
    (StatusCode::BAD_REQUEST, Json(json!({"error": error})))
}

/// The client's name and secret, by HTTP's basic scheme.
fn knows_client(headers: &HeaderMap) -> bool {
    use base64::engine::general_purpose::STANDARD;
    let told = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    told == format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")))
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    if !knows_client(&headers) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"})));
    }
    let mut told = provider.told.lock().unwrap();
    match form["grant_type"].as_str() {
        "authorization_code" => {
            let Some(code) = told.codes.remove(&form["code"]) else { return no("invalid_grant") };
            if B64.encode(Sha256::digest(&form["code_verifier"])) != code.challenge
                || form["redirect_uri"] != code.redirect
            {
                return no("invalid_grant");
            }
            (StatusCode::OK, Json(provider.tokens(&told, Some(&code.nonce))))
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            told.looks += 1;
            assert_eq!(form["device_code"], "a-device-code");
            match told.device.pop_front() {
                Some(error) => no(error),
                None => (StatusCode::OK, Json(provider.tokens(&told, None))),
            }
        }
        _ => no("unsupported_grant_type"),
    }
}

async fn device(State(provider): State<Provider>, headers: HeaderMap) -> Answer {
    if !knows_client(&headers) {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_client"})));
    }
    let address = format!("{}/activate", provider.issuer);
    let answer = json!({
        "device_code": "a-device-code", "user_code": "WDJB-MJHT", "verification_uri": address,
        "verification_uri_complete": format!("{address}?user_code=WDJB-MJHT"), "expires_in": 300,
        "interval": provider.told.lock().unwrap().interval,
    });
    (StatusCode::OK, Json(answer))
}

async fn userinfo(State(provider): State<Provider>, headers: HeaderMap) -> Answer {
    if headers.get("authorization").is_none_or(|value| value != "Bearer an-access-token") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_token"})));
    }
    let told = provider.told.lock().unwrap();
    let mut answer = told.userinfo.clone();
    answer["sub"] = json!(if told.lie == Lie::Subject { "another" } else { &told.subject });
    (StatusCode::OK, Json(answer))
}
