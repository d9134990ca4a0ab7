-- Who made an item: the queue names them, also after the phone has gone to another officer. Null for items of earlier
-- versions: their event says it.
ALTER TABLE outbox ADD COLUMN author TEXT;
