-- The Merkle tree over the record (RFC 6962): the hash of every complete subtree. Level 0 are the leaves, its n the event's
-- `seq` less one; n on level l covers the leaves from n * 2^l on. Written with the event, never updated, never deleted.
CREATE TABLE log_node (
  level INTEGER NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, n)
) STRICT, WITHOUT ROWID;
