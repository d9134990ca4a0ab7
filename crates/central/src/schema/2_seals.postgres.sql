-- Master keys of seals by epoch, wrapped by the key-encryption key, which is not in this database.
CREATE TABLE seal_master (epoch BIGINT PRIMARY KEY, wrapped BYTEA NOT NULL);
-- Seals that answer to a key: `eseal-1` to the one that its epoch's master key gives, `a7` to its own password (wrapped).
-- Sequence numbers only grow; a row is never deleted, or they would begin anew.
CREATE TABLE seal_key (
  seal TEXT COLLATE "C" PRIMARY KEY, family TEXT COLLATE "C" NOT NULL, epoch BIGINT REFERENCES seal_master (epoch), password BYTEA,
  last_sequence BIGINT NOT NULL DEFAULT 0, min_sequence BIGINT NOT NULL DEFAULT 0,
  -- When its key was handed out for commissioning.
  given_at BIGINT,
  CHECK (CASE family WHEN 'eseal-1' THEN epoch IS NOT NULL AND password IS NULL
                     WHEN 'a7' THEN epoch IS NULL AND password IS NOT NULL ELSE FALSE END)
);
-- Officers who are given no tickets.
CREATE TABLE ticket_barred (officer TEXT COLLATE "C" PRIMARY KEY, at BIGINT NOT NULL);
-- What was issued, without its secrets. Never updated, never deleted. Passwords have no number and no rights of their own.
CREATE TABLE ticket (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seal TEXT COLLATE "C" NOT NULL REFERENCES seal_key (seal), sequence BIGINT, kind TEXT COLLATE "C" NOT NULL, scope BIGINT,
  officer TEXT COLLATE "C" NOT NULL, device BYTEA NOT NULL, issued_at BIGINT NOT NULL, expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ticket_sequence ON ticket (seal, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX ticket_officer ON ticket (officer, expires_at);
CREATE INDEX ticket_device ON ticket (device, issued_at);
-- What seals wrote themselves, as their receipts proved it. `event` is the one that brought it first.
CREATE TABLE seal_entry (
  seal TEXT COLLATE "C" NOT NULL, counter BIGINT NOT NULL, entry BYTEA NOT NULL, head BYTEA NOT NULL, event BIGINT NOT NULL REFERENCES event (seq),
  PRIMARY KEY (seal, counter)
);
