-- Facts that concern a unit as a whole are found by their kind.
CREATE INDEX event_of_kind ON event (kind, seq);
