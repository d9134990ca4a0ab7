-- The rule pack in force: verified and whole. Its pieces, and those of the next one, lie among the documents.
CREATE TABLE rule_pack (
    n INTEGER PRIMARY KEY CHECK (n = 1),
    version TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    -- Digest of the manifest it was made from.
    manifest BLOB NOT NULL,
    json TEXT NOT NULL
) STRICT;
-- Unsigned packs and offices of earlier versions.
DELETE FROM doc WHERE key LIKE 'rules/%' OR key LIKE 'office/%';
