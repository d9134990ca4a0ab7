-- The way home: differences of a parcel that somebody has still to see to, when it was last heard of, and who has held a
-- seal of another unit longest. All of it is made anew from facts.

ALTER TABLE parcel_line ADD COLUMN open INTEGER NOT NULL DEFAULT 0;
ALTER TABLE parcel_line ADD COLUMN news_at INTEGER;
CREATE INDEX parcel_line_open_from ON parcel_line (origin, packed_at, id) WHERE open > 0;
CREATE INDEX parcel_line_open_to ON parcel_line (destination, packed_at, id, origin) WHERE open > 0;
CREATE INDEX seal_line_held_of_owner ON seal_line (owner, held_since, no)
    WHERE due_from IS NOT NULL AND holder = due_from AND held_since IS NOT NULL;
CREATE INDEX seal_line_held_of_manager ON seal_line (manager, held_since, no, owner)
    WHERE due_from IS NOT NULL AND holder = due_from AND held_since IS NOT NULL;
