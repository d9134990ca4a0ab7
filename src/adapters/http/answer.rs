//! What an HTTP answer is: ours or somebody else's, and of which class (trust 1.3).

use std::error::Error as StdError;
use std::io;

use jiff::Timestamp;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use seal_core::wire::{PROTO, PROTO_HEADER, Problem};
use serde::de::DeserializeOwned;

use super::packing;
use crate::ports::central::CentralTrouble;

/// Largest problem document.
const PROBLEM_BYTES: usize = 64 << 10;
/// Nobody may send us away for longer.
const LONGEST_AWAY_S: i64 = 3600;

/// An answer, its body not read yet.
#[derive(Debug)]
pub struct Answer {
    /// Its status, believed only with [`Self::is_ours`].
    pub status: StatusCode,
    /// It carries our protocol marker.
    pub is_ours: bool,
    headers: HeaderMap,
    response: Response,
}

enum Class {
    Plain(CentralTrouble),
    Told(fn(Problem) -> CentralTrouble),
}

/// The trouble in a status; `None` for success.
fn class(status: StatusCode, is_ours: bool, headers: &HeaderMap, now: Timestamp) -> Option<Class> {
    let busy = || Class::Plain(CentralTrouble::Busy { retry_after_s: retry_after(headers, now) });
    Some(match (status.as_u16(), is_ours) {
        // A proxy before our central may be the one who says so.
        (511, _) => Class::Plain(CentralTrouble::Portal),
        (408 | 425 | 429 | 500..=599, _) => busy(),
        (_, false) | (300..=399, _) => Class::Plain(CentralTrouble::Portal),
        (200..=299, true) => return None,
        (401, true) => Class::Plain(CentralTrouble::SignIn),
        (403, true) => Class::Told(CentralTrouble::Forbidden),
        (423, true) => busy(),
        (426, true) => Class::Plain(CentralTrouble::Upgrade),
        (_, true) => Class::Told(CentralTrouble::Refused),
    })
}

/// `Retry-After`, seconds or a date, as seconds from now.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = http_date(text)?;
            // The central's own clock, if it told: the phone's may be wrong.
            let told = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(http_date);
            until.duration_since(told.unwrap_or(now)).as_secs()
        }
    };
    Some(seconds.clamp(0, LONGEST_AWAY_S).unsigned_abs())
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp())
}

/// Why nothing came back.
pub fn trouble(error: &reqwest::Error) -> CentralTrouble {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref() {
            return CentralTrouble::Tls(format!("{why:?}"));
        }
        // An I/O error hides what it was made of from `source`, and may be made of another one.
        cause = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    // Without the address: it may carry a cursor.
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    CentralTrouble::Offline(what.to_owned())
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let is_ours = headers.get(PROTO_HEADER).is_some_and(|proto| proto == PROTO);
        Self { status, is_ours, headers, response }
    }
}

impl Answer {
    /// The answer if it is a success of ours.
    ///
    /// # Errors
    /// What its status says.
    pub async fn success(self) -> Result<Self, CentralTrouble> {
        match class(self.status, self.is_ours, &self.headers, Timestamp::now()) {
            None => Ok(self),
            Some(Class::Plain(trouble)) => Err(trouble),
            Some(Class::Told(with)) => Err(with(self.problem().await)),
        }
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, at most `cap` bytes, unpacked if it was packed.
    ///
    /// # Errors
    /// [`CentralTrouble::Offline`] when it breaks off or is larger.
    pub async fn bytes(mut self, cap: usize) -> Result<Vec<u8>, CentralTrouble> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.response.chunk().await.map_err(|error| trouble(&error))? {
            if bytes.len() + piece.len() > cap {
                return Err(CentralTrouble::Offline("the answer is too large".to_owned()));
            }
            bytes.extend_from_slice(&piece);
        }
        match self.header(CONTENT_ENCODING.as_str()) {
            None => Ok(bytes),
            Some(packing::ZSTD) => packing::unpack(&bytes, cap),
            // Nobody asked for another.
            Some(_) => Err(CentralTrouble::Offline("the answer is packed in a way not asked for".to_owned())),
        }
    }

    /// The body as JSON of a media type.
    ///
    /// # Errors
    /// [`CentralTrouble::Portal`] for another media type, [`CentralTrouble::Offline`] when it cannot be read.
    pub async fn json<T: DeserializeOwned>(self, media_type: Option<&str>, cap: usize) -> Result<T, CentralTrouble> {
        let told = self.header(CONTENT_TYPE.as_str()).map(|told| told.split(';').next().unwrap_or(told).trim());
        if told != Some(media_type.unwrap_or("application/json")) {
            return Err(CentralTrouble::Portal);
        }
        let bytes = self.bytes(cap).await?;
        serde_json::from_slice(&bytes).map_err(|_| CentralTrouble::Offline("the answer cannot be read".to_owned()))
    }

    /// The problem document; an unreadable one still names the status.
    pub async fn problem(self) -> Problem {
        let status = self.status;
        let read = self.bytes(PROBLEM_BYTES).await.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        read.unwrap_or_else(|| Problem {
            status: status.as_u16(),
            code: status.as_str().to_owned(),
            detail: status.to_string(),
            ..Problem::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_long() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("-5", Some(0)),
            ("999999999", Some(3600)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), seconds, "{text}");
        }
    }
}
