-- Lists and figures read narrow columns, never whole views. All of it is made anew from facts and documents.

CREATE TABLE event_about (
    -- Facts that a correction or a decision speaks of.
    target BLOB NOT NULL,             -- id of the fact spoken of, known here or not
    event_seq INTEGER NOT NULL REFERENCES event (seq),
    PRIMARY KEY (target, event_seq)
) STRICT, WITHOUT ROWID;
-- They looked for every decision and every correction.
DROP INDEX event_outside_case;
DROP INDEX event_correcting;
-- They ordered lists of whole views.
DROP INDEX case_by_origin;
DROP INDEX case_by_destination;
DROP INDEX seal_by_holder;
DROP INDEX seal_by_owner;
DROP INDEX seal_by_manager;

-- The tables of lines have row numbers: so a filter that an index answers is answered before the line itself is read.

CREATE TABLE seal_line (
    no TEXT PRIMARY KEY,
    seal_type TEXT,                   -- what only the register tells is null for a seal it does not know
    kind TEXT,
    owner TEXT,
    manager TEXT,
    life TEXT,
    place TEXT,                       -- 'unit', 'case', 'parcel'
    holder TEXT,                      -- which unit, case or parcel that is
    on_case BLOB,
    in_parcel BLOB,
    held_since INTEGER,
    condition TEXT,
    reserved_for BLOB,
    off_at INTEGER,                   -- what starts the return clock
    received_at INTEGER,
    due_from TEXT,                    -- the unit that has to send it home
    due_at INTEGER NOT NULL,          -- when the clock runs out; 9223372036854775807: nobody can name it
    armed_at INTEGER,
    home_at INTEGER,
    turn_days INTEGER,
    away INTEGER NOT NULL             -- 1: put on, and not home yet
) STRICT;
-- Lists: what they filter by, in the order in which they are read.
CREATE INDEX seal_line_of_owner ON seal_line (owner, no, kind, life);
CREATE INDEX seal_line_of_manager ON seal_line (manager, no, kind, life, owner);
CREATE INDEX seal_line_of_holder ON seal_line (holder, no, kind, life) WHERE holder IS NOT NULL;
CREATE INDEX seal_line_due ON seal_line (due_from, due_at, no) WHERE due_from IS NOT NULL;
CREATE INDEX seal_line_in_parcel ON seal_line (in_parcel) WHERE in_parcel IS NOT NULL;
CREATE INDEX seal_line_turns_of_owner ON seal_line (owner, turn_days DESC, no) WHERE turn_days IS NOT NULL;
CREATE INDEX seal_line_turns_of_manager ON seal_line (manager, turn_days DESC, no, owner) WHERE turn_days IS NOT NULL;
-- Figures: they read nothing else.
CREATE INDEX seal_line_stock_of_owner ON seal_line (owner, kind, life, place, holder, away);
CREATE INDEX seal_line_stock_of_manager ON seal_line (manager, kind, life, place, holder, away, owner);
CREATE INDEX seal_line_stock_of_holder ON seal_line (holder, kind, life, place) WHERE holder IS NOT NULL;
CREATE INDEX seal_line_due_of_owner ON seal_line (owner, holder, due_from, due_at, held_since) WHERE due_from IS NOT NULL;
CREATE INDEX seal_line_due_of_manager
    ON seal_line (manager, holder, due_from, due_at, held_since, owner) WHERE due_from IS NOT NULL;

CREATE TABLE seal_turn (
    -- From putting a seal on until it is home.
    seal TEXT NOT NULL,
    n INTEGER NOT NULL,               -- 0: its first
    owner TEXT,
    manager TEXT,
    armed_at INTEGER NOT NULL,
    off_at INTEGER,
    off_unit TEXT,
    left_at INTEGER,
    home_at INTEGER,
    -- Days, counted in Vietnam.
    whole INTEGER,
    on_the_road INTEGER,
    held INTEGER,
    on_the_way_home INTEGER,
    PRIMARY KEY (seal, n)
) STRICT, WITHOUT ROWID;
-- Figures read these alone.
CREATE INDEX seal_turn_of_owner ON seal_turn (owner, armed_at, whole, on_the_road, held, on_the_way_home, off_unit);
CREATE INDEX seal_turn_of_manager
    ON seal_turn (manager, armed_at, owner, whole, on_the_road, held, on_the_way_home, off_unit);

CREATE TABLE case_line (
    id BLOB PRIMARY KEY,
    container TEXT,
    containers INTEGER NOT NULL,
    declaration TEXT,
    trader TEXT NOT NULL,
    vehicle TEXT NOT NULL,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    ground TEXT,
    goods_group TEXT,
    phase TEXT NOT NULL,
    seals INTEGER NOT NULL,
    seals_on INTEGER NOT NULL,
    conflict INTEGER NOT NULL,
    planned_at INTEGER NOT NULL,
    changed_at INTEGER,
    closed INTEGER NOT NULL
) STRICT;
CREATE INDEX case_line_by_time ON case_line (planned_at, id, closed);
CREATE INDEX case_line_from ON case_line (origin, planned_at, id, closed);
CREATE INDEX case_line_to ON case_line (destination, planned_at, id, closed);
CREATE INDEX case_line_open_from ON case_line (origin) WHERE closed = 0;
CREATE INDEX case_line_open_to ON case_line (destination) WHERE closed = 0;
CREATE INDEX case_line_uncertain ON case_line (planned_at) WHERE phase = 'uncertain';
CREATE INDEX case_line_closed_from ON case_line (origin, changed_at) WHERE closed = 1;
CREATE INDEX case_line_closed_to ON case_line (destination, changed_at) WHERE closed = 1;

CREATE TABLE case_text (
    -- What a case is found by: folded, one part a line.
    planned_at INTEGER NOT NULL,
    id BLOB NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (planned_at, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE parcel_line (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    seals INTEGER NOT NULL,
    stage TEXT NOT NULL,
    packed_at INTEGER NOT NULL,
    handed_at INTEGER,
    waybill TEXT NOT NULL,
    received_at INTEGER,
    differences INTEGER NOT NULL,
    text TEXT NOT NULL                -- what it is found by: folded, one part a line
) STRICT;
CREATE INDEX parcel_line_from ON parcel_line (origin, packed_at, id, stage);
CREATE INDEX parcel_line_to ON parcel_line (destination, packed_at, id, stage, origin);
