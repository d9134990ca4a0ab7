-- Times are milliseconds since 1970 UTC; ids are 16 bytes; digests are 32 bytes.

CREATE TABLE event (
    -- Facts of this device and of others, as signed. Never changed, never deleted.
    seq INTEGER PRIMARY KEY,          -- order of arrival on this device
    id BLOB NOT NULL UNIQUE,
    device BLOB NOT NULL,
    dev_seq INTEGER NOT NULL,         -- place in that device's chain
    own INTEGER NOT NULL,             -- 1: made here
    kind TEXT NOT NULL,
    case_id BLOB,
    parcel_id BLOB,
    made_at INTEGER NOT NULL,
    cose BLOB NOT NULL,               -- the signed bytes, exactly
    hash BLOB NOT NULL                -- of cose
) STRICT;
CREATE INDEX event_by_case ON event (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX event_by_parcel ON event (parcel_id) WHERE parcel_id IS NOT NULL;
CREATE INDEX event_by_chain ON event (device, dev_seq);

CREATE TABLE event_seal (
    -- Seals a fact names.
    seal TEXT NOT NULL,
    event_seq INTEGER NOT NULL REFERENCES event (seq),
    place INTEGER NOT NULL,           -- 0: named first
    PRIMARY KEY (seal, event_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_seal_by_event ON event_seal (event_seq);

CREATE TABLE event_photo (
    -- Pictures a fact names.
    event_seq INTEGER NOT NULL REFERENCES event (seq),
    thumbnail INTEGER NOT NULL,       -- 1: the small derived picture
    sha256 BLOB NOT NULL,
    PRIMARY KEY (event_seq, thumbnail)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_unread (
    -- Events of a later form, or with the id but not the bytes of one known here. Kept raw; read again by a later version.
    hash BLOB PRIMARY KEY,
    server_seq INTEGER NOT NULL,
    why TEXT NOT NULL,
    cose BLOB NOT NULL
) STRICT;

CREATE TABLE outbox (
    -- What has to reach the central. Written in one transaction with its event; accepted only with a receipt.
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL CHECK (what IN ('event', 'photo')),
    event_seq INTEGER NOT NULL REFERENCES event (seq),  -- the event, or the fact that names the photo
    sha256 BLOB,
    thumbnail INTEGER NOT NULL DEFAULT 0,
    media_type TEXT,
    role TEXT,                        -- what the photo shows, JSON
    lane INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'accepted', 'stuck')),
    bytes INTEGER NOT NULL,
    sent_bytes INTEGER NOT NULL DEFAULT 0,
    made_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER,
    last_problem TEXT,
    receipt TEXT,                     -- JSON, with 'accepted'
    stuck TEXT,                       -- JSON, with 'stuck'
    accepted_at INTEGER,
    UNIQUE (event_seq, what, thumbnail)
) STRICT;
CREATE INDEX outbox_open ON outbox (what, key) WHERE state <> 'accepted';
CREATE INDEX outbox_accepted ON outbox (accepted_at) WHERE state = 'accepted';

CREATE TABLE doc (
    -- Reference documents of the central, newest version of each.
    key TEXT PRIMARY KEY,             -- 'case/..', 'seal/..', 'office/..', 'rules/..', 'officer/..'
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
    -- Where the mirror stands.
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cursor TEXT,
    epoch TEXT,
    pulled_at INTEGER
) STRICT;
INSERT INTO feed (id) VALUES (1);

CREATE TABLE note (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Cached folds. Made of the tables above and rebuilt from them at any time.

CREATE TABLE case_view (
    id BLOB PRIMARY KEY,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    planned_at INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    json TEXT NOT NULL
) STRICT;
CREATE INDEX case_by_origin ON case_view (origin, planned_at);
CREATE INDEX case_by_destination ON case_view (destination, planned_at);

CREATE TABLE case_code (
    -- Numbers and codes by which a case is found.
    kind TEXT NOT NULL CHECK (kind IN ('container', 'declaration', 'sheet')),
    value TEXT NOT NULL,
    case_id BLOB NOT NULL REFERENCES case_view (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    PRIMARY KEY (kind, value, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_code_by_case ON case_code (case_id);

CREATE TABLE seal_view (
    no TEXT PRIMARY KEY,
    holder TEXT,
    must_go_home INTEGER NOT NULL,    -- 1: the holder neither owns nor manages it
    owner TEXT,
    manager TEXT,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seal_by_holder ON seal_view (holder);
CREATE INDEX seal_by_owner ON seal_view (owner);
CREATE INDEX seal_by_manager ON seal_view (manager);

CREATE TABLE parcel_view (
    id BLOB PRIMARY KEY,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    packed_at INTEGER NOT NULL,
    json TEXT NOT NULL
) STRICT;
