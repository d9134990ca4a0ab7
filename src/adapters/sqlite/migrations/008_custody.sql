-- The officer who holds a seal in person, at the unit that holds it; null while it lies in the unit's own stock.
ALTER TABLE seal_line ADD COLUMN officer TEXT;
-- One officer's seals, in the order in which they are read; and a unit's stock by officer, from the index alone.
CREATE INDEX seal_line_of_officer ON seal_line (holder, officer, no, kind, life) WHERE holder IS NOT NULL;
