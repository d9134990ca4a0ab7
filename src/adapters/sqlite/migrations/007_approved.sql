-- A case whose goods need no seal, and that the head of the unit lets be sealed: the shift shows it as work.
ALTER TABLE case_line ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;
