-- Decisions written outside any case are looked for with every case that is folded.
CREATE INDEX event_outside_case ON event (kind) WHERE case_id IS NULL;
