//! `--oidc-…`: the agency's identity provider.

use seal_central::Central;

type Failure = Box<dyn std::error::Error>;

pub const USAGE: &str = "\
       with --listen also: [--oidc-issuer URL --oidc-client ID --oidc-redirect URL [--oidc-secret-file FILE]
                    [--oidc-officer-claim NAME] [--oidc-scope NAME]... [--oidc-ca FILE] [--local-accounts]]
";

pub const HELP: &str = "
  --oidc-issuer URL         officers sign in with the accounts of this identity provider (OpenID Connect); without it,
                            with accounts of the central's own
  --oidc-client ID          what the provider calls this central
  --oidc-secret-file FILE   the secret that the provider gave it, if it did
  --oidc-redirect URL       the central's public address with the path /v1/sign-in/oidc/callback
  --oidc-officer-claim NAME which claim is the officer's id in the register; without it, sub
  --oidc-scope NAME         asked for beside openid; may be repeated
  --oidc-ca FILE            only these authorities (PEM) certify the provider, instead of the public ones
  --local-accounts          accounts of the central's own are let in too
";

#[cfg(feature = "oidc")]
pub use with_oidc::{Oidc, take, with};

#[cfg(not(feature = "oidc"))]
pub use without::{Oidc, take, with};

/// Options of this kind and their values, taken out of `args`.
fn taken(args: &mut Vec<String>) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    while let Some(at) = args.iter().position(|arg| arg.starts_with("--oidc-") || arg == "--local-accounts") {
        let option = args.remove(at);
        let value = match option.as_str() {
            "--local-accounts" => String::new(),
            _ if at < args.len() => args.remove(at),
            _ => return Err(format!("{option} needs a value")),
        };
        found.push((option, value));
    }
    Ok(found)
}

#[cfg(feature = "oidc")]
mod with_oidc {
    use seal_central::oidc::Config;

    use super::{Central, Failure, taken};

    /// The provider that was named.
    pub type Oidc = Option<Config>;

    /// Takes the options out of `args`.
    pub fn take(args: &mut Vec<String>) -> Result<Oidc, String> {
        let options = taken(args)?;
        if options.is_empty() {
            return Ok(None);
        }
        let one = |name: &str| options.iter().rev().find(|(option, _)| option == name).map(|(_, value)| value.as_str());
        let needed = |name: &str| one(name).ok_or_else(|| format!("{name} is missing"));
        let config = Config::new(needed("--oidc-issuer")?, needed("--oidc-client")?, needed("--oidc-redirect")?);
        let mut config = config.map_err(|why| why.to_string())?;
        for (option, value) in &options {
            let read = || std::fs::read(value).map_err(|why| format!("{value}: {why}"));
            config = match option.as_str() {
                "--oidc-issuer" | "--oidc-client" | "--oidc-redirect" => config,
                "--oidc-secret-file" => {
                    let secret = String::from_utf8(read()?).map_err(|_| format!("{value} is not text"))?;
                    config.with_secret(secret.trim_end_matches(['\r', '\n']).to_owned())
                }
                "--oidc-officer-claim" => config.with_officer_claim(value.clone()),
                "--oidc-scope" => config.with_scope(value.clone()),
                "--oidc-ca" => config.with_roots(read()?),
                "--local-accounts" => config.with_local_accounts(),
                other => return Err(format!("{other} is not understood here")),
            };
        }
        Ok(Some(config))
    }

    /// The central with the provider, if one was named.
    pub fn with(central: Central, oidc: Oidc) -> Result<Central, Failure> {
        Ok(match oidc {
            Some(config) => central.with_oidc(config)?,
            None => central,
        })
    }
}

#[cfg(not(feature = "oidc"))]
mod without {
    use super::{Central, Failure, taken};

    pub struct Oidc;

    pub fn take(args: &mut Vec<String>) -> Result<Oidc, String> {
        match taken(args)?.first() {
            Some((option, _)) => Err(format!("{option}: this program was built without it")),
            None => Ok(Oidc),
        }
    }

    pub fn with(central: Central, _: Oidc) -> Result<Central, Failure> {
        Ok(central)
    }
}
