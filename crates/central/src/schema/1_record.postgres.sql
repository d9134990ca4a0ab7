-- The same tables as in the file for SQLite beside this one, which says what they are for. Texts are compared by their bytes:
-- an index must not depend on the language of the machine.
--
-- All times are milliseconds since 1970, UTC. All identifiers are the 16 bytes of a UUID, all digests 32 bytes.
CREATE TABLE meta (key TEXT COLLATE "C" PRIMARY KEY, value BYTEA NOT NULL);

-- Who may sign in. The hash is a PHC string; the officer's name, unit and roles are the document `officer/<id>`.
CREATE TABLE account (officer TEXT COLLATE "C" PRIMARY KEY, hash TEXT COLLATE "C" NOT NULL);
-- Units an officer belongs or belonged to: facts made before a transfer stay acceptable.
CREATE TABLE officer_unit (officer TEXT COLLATE "C" NOT NULL, unit TEXT COLLATE "C" NOT NULL, PRIMARY KEY (officer, unit));
CREATE TABLE sign_in_failure (officer TEXT COLLATE "C" NOT NULL, at BIGINT NOT NULL);
CREATE INDEX sign_in_failure_officer ON sign_in_failure (officer, at);

CREATE TABLE device (
  id BYTEA PRIMARY KEY, key BYTEA NOT NULL, enrolled_by TEXT COLLATE "C" NOT NULL, enrolled_at BIGINT NOT NULL,
  revoked BOOLEAN NOT NULL DEFAULT FALSE
);
-- Bearer tokens are kept as digests only.
CREATE TABLE session (
  token BYTEA PRIMARY KEY, officer TEXT COLLATE "C" NOT NULL, device BYTEA NOT NULL, expires BIGINT NOT NULL
);

-- The record: signed bytes exactly as received. `seq` is the order of commits. Never updated, never deleted.
CREATE TABLE event (
  seq BIGINT PRIMARY KEY, id BYTEA NOT NULL UNIQUE, hash BYTEA NOT NULL, cose BYTEA NOT NULL,
  device BYTEA NOT NULL, device_seq BIGINT NOT NULL, prev BYTEA NOT NULL, kind TEXT COLLATE "C" NOT NULL, received_at BIGINT NOT NULL
);
CREATE INDEX event_device ON event (device, device_seq);
-- What an event is about: `case/<id>`, `seal/<no>`, `parcel/<id>`.
CREATE TABLE event_subject (subject TEXT COLLATE "C" NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (subject, seq));
CREATE INDEX event_subject_seq ON event_subject (seq);
CREATE TABLE event_photo (sha256 BYTEA NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (sha256, seq));
-- Reports of monitoring platforms already taken, by their digest.
CREATE TABLE report (digest BYTEA PRIMARY KEY, seq BIGINT NOT NULL);

CREATE TABLE doc (key TEXT COLLATE "C" PRIMARY KEY, json TEXT COLLATE "C" NOT NULL);

-- What a unit follows: a subject with its document and events, or, as `doc/<subject>`, the document alone.
CREATE TABLE scope (unit TEXT COLLATE "C" NOT NULL, subject TEXT COLLATE "C" NOT NULL, PRIMARY KEY (unit, subject));
CREATE INDEX scope_subject ON scope (subject);
-- What each unit is sent, in the order in which it came into its scope. Unit `*` is every unit.
CREATE TABLE feed (
  -- In the order of commits because only one transaction writes; a number that was undone leaves a hole.
  n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, unit TEXT COLLATE "C" NOT NULL,
  event BIGINT REFERENCES event (seq), doc TEXT COLLATE "C" REFERENCES doc (key),
  CHECK ((event IS NULL) <> (doc IS NULL))
);
CREATE INDEX feed_unit ON feed (unit, n);
CREATE UNIQUE INDEX feed_event ON feed (unit, event) WHERE event IS NOT NULL;
CREATE UNIQUE INDEX feed_doc ON feed (unit, doc) WHERE doc IS NOT NULL;

-- A photograph announced by an upload. Its bytes are a file; the length of the partial file is the upload's offset.
CREATE TABLE photo (
  sha256 BYTEA PRIMARY KEY, size BIGINT NOT NULL, media_type TEXT COLLATE "C" NOT NULL, complete_at BIGINT
);
