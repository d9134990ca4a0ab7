-- All times are milliseconds since 1970, UTC. All identifiers are the 16 bytes of a UUID, all digests 32 bytes.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Who may sign in. The hash is a PHC string; the officer's name, unit and roles are the document `officer/<id>`.
CREATE TABLE account (officer TEXT PRIMARY KEY, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Units an officer belongs or belonged to: facts made before a transfer stay acceptable.
CREATE TABLE officer_unit (officer TEXT NOT NULL, unit TEXT NOT NULL, PRIMARY KEY (officer, unit)) STRICT, WITHOUT ROWID;
CREATE TABLE sign_in_failure (officer TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX sign_in_failure_officer ON sign_in_failure (officer, at);

CREATE TABLE device (
  id BLOB PRIMARY KEY, key BLOB NOT NULL, enrolled_by TEXT NOT NULL, enrolled_at INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
-- Bearer tokens are kept as digests only.
CREATE TABLE session (
  token BLOB PRIMARY KEY, officer TEXT NOT NULL, device BLOB NOT NULL, expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The record: signed bytes exactly as received. `seq` is the order of commits. Never updated, never deleted.
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, hash BLOB NOT NULL, cose BLOB NOT NULL,
  device BLOB NOT NULL, device_seq INTEGER NOT NULL, prev BLOB NOT NULL, kind TEXT NOT NULL, received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX event_device ON event (device, device_seq);
-- What an event is about: `case/<id>`, `seal/<no>`, `parcel/<id>`.
CREATE TABLE event_subject (subject TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (subject, seq)) STRICT, WITHOUT ROWID;
CREATE INDEX event_subject_seq ON event_subject (seq);
CREATE TABLE event_photo (sha256 BLOB NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (sha256, seq)) STRICT, WITHOUT ROWID;
-- Reports of monitoring platforms already taken, by their digest.
CREATE TABLE report (digest BLOB PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE doc (key TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What a unit follows: a subject with its document and events, or, as `doc/<subject>`, the document alone.
CREATE TABLE scope (unit TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (unit, subject)) STRICT, WITHOUT ROWID;
CREATE INDEX scope_subject ON scope (subject);
-- What each unit is sent, in the order in which it came into its scope. Unit `*` is every unit.
CREATE TABLE feed (
  n INTEGER PRIMARY KEY AUTOINCREMENT, unit TEXT NOT NULL, event INTEGER REFERENCES event (seq), doc TEXT REFERENCES doc (key),
  CHECK ((event IS NULL) <> (doc IS NULL))
) STRICT;
CREATE INDEX feed_unit ON feed (unit, n);
CREATE UNIQUE INDEX feed_event ON feed (unit, event) WHERE event IS NOT NULL;
CREATE UNIQUE INDEX feed_doc ON feed (unit, doc) WHERE doc IS NOT NULL;

-- A photograph announced by an upload. Its bytes are a file; the length of the partial file is the upload's offset.
CREATE TABLE photo (
  sha256 BLOB PRIMARY KEY, size INTEGER NOT NULL, media_type TEXT NOT NULL, complete_at INTEGER
) STRICT, WITHOUT ROWID;
