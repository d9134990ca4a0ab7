-- Folding a seal or a parcel looks for facts that correct one of its own; they name neither.
CREATE INDEX event_correcting ON event (kind) WHERE kind = 'corrected';
