-- Tells this archive from any other: a derived index names the archive that it was derived from, so that one of a former
-- archive in the same folder is never taken for this one's.
INSERT INTO meta VALUES ('identity', lower(hex(randomblob(16))));
