-- The central's record as it was proven here: that nothing was taken out of it, or put into it behind the newest.

CREATE TABLE record_head (
    -- Signed checkpoints. The newest is what the central is held to; older ones say how far a restored record still holds.
    n INTEGER PRIMARY KEY,
    key BLOB NOT NULL,                -- the central's key
    epoch TEXT NOT NULL,
    size INTEGER NOT NULL,            -- events in the record
    root BLOB NOT NULL,
    said_at INTEGER NOT NULL,         -- by the central's clock
    proven_at INTEGER NOT NULL,       -- by this device's
    apart INTEGER NOT NULL DEFAULT 0, -- 1: the record followed now did not grow from it
    cose BLOB NOT NULL
) STRICT;

CREATE TABLE record_alarm (
    -- What was wrong with it, and the signed evidence. Never deleted.
    n INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    why TEXT NOT NULL,                -- JSON
    before BLOB NOT NULL,             -- the checkpoint proven before
    after BLOB NOT NULL,              -- the one that does not fit it, or the changed key
    reported INTEGER NOT NULL DEFAULT 0
) STRICT;
