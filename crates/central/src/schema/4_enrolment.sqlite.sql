-- Offers to enrol phones, by the digest of their secret. Times are milliseconds since 1970, UTC.
CREATE TABLE enrolment (
  secret BLOB PRIMARY KEY, unit TEXT NOT NULL, made_at INTEGER NOT NULL, expires INTEGER NOT NULL,
  phones INTEGER NOT NULL, certificate_s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Certificates given, one for a phone and an offer, so that a phone that asks again costs no second place.
CREATE TABLE certificate (
  device BLOB NOT NULL, enrolment BLOB NOT NULL, unit TEXT NOT NULL, home TEXT NOT NULL, issued INTEGER NOT NULL,
  expires INTEGER NOT NULL, cose BLOB NOT NULL, PRIMARY KEY (device, enrolment)
) STRICT, WITHOUT ROWID;
CREATE INDEX certificate_enrolment ON certificate (enrolment);
