-- Master keys of seals by epoch, wrapped by the key-encryption key, which is not in this database.
CREATE TABLE seal_master (epoch INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
-- Seals that answer to a key: `eseal-1` to the one that its epoch's master key gives, `a7` to its own password (wrapped).
-- Sequence numbers only grow; a row is never deleted, or they would begin anew.
CREATE TABLE seal_key (
  seal TEXT PRIMARY KEY, family TEXT NOT NULL, epoch INTEGER REFERENCES seal_master (epoch), password BLOB,
  last_sequence INTEGER NOT NULL DEFAULT 0, min_sequence INTEGER NOT NULL DEFAULT 0,
  -- When its key was handed out for commissioning.
  given_at INTEGER,
  CHECK (CASE family WHEN 'eseal-1' THEN epoch IS NOT NULL AND password IS NULL
                     WHEN 'a7' THEN epoch IS NULL AND password IS NOT NULL ELSE 0 END)
) STRICT, WITHOUT ROWID;
-- Officers who are given no tickets.
CREATE TABLE ticket_barred (officer TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- What was issued, without its secrets. Never updated, never deleted. Passwords have no number and no rights of their own.
CREATE TABLE ticket (
  id INTEGER PRIMARY KEY, seal TEXT NOT NULL REFERENCES seal_key (seal), sequence INTEGER, kind TEXT NOT NULL, scope INTEGER,
  officer TEXT NOT NULL, device BLOB NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX ticket_sequence ON ticket (seal, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX ticket_officer ON ticket (officer, expires_at);
CREATE INDEX ticket_device ON ticket (device, issued_at);
-- What seals wrote themselves, as their receipts proved it. `event` is the one that brought it first.
CREATE TABLE seal_entry (
  seal TEXT NOT NULL, counter INTEGER NOT NULL, entry BLOB NOT NULL, head BLOB NOT NULL, event INTEGER NOT NULL REFERENCES event (seq),
  PRIMARY KEY (seal, counter)
) STRICT, WITHOUT ROWID;
