-- Offers to enrol phones, by the digest of their secret. Times are milliseconds since 1970, UTC.
CREATE TABLE enrolment (
  secret BYTEA PRIMARY KEY, unit TEXT COLLATE "C" NOT NULL, made_at BIGINT NOT NULL, expires BIGINT NOT NULL,
  phones BIGINT NOT NULL, certificate_s BIGINT NOT NULL
);
-- Certificates given, one for a phone and an offer, so that a phone that asks again costs no second place.
CREATE TABLE certificate (
  device BYTEA NOT NULL, enrolment BYTEA NOT NULL, unit TEXT COLLATE "C" NOT NULL, home TEXT COLLATE "C" NOT NULL,
  issued BIGINT NOT NULL, expires BIGINT NOT NULL, cose BYTEA NOT NULL, PRIMARY KEY (device, enrolment)
);
CREATE INDEX certificate_enrolment ON certificate (enrolment);
