-- A queue as a relay with schema version 1 left it: one message that waits, for two recipients.
CREATE TABLE meta (
name TEXT PRIMARY KEY,
value NOT NULL
) WITHOUT ROWID;
CREATE TABLE lane (
id INTEGER PRIMARY KEY,
connector TEXT NOT NULL,
next_hop TEXT NOT NULL,
floor TEXT NOT NULL,
suspended INTEGER NOT NULL DEFAULT 0,
failures INTEGER NOT NULL DEFAULT 0,
retry_at INTEGER NOT NULL DEFAULT 0,
trouble TEXT,
UNIQUE (connector, next_hop, floor)
);
CREATE TABLE entry (
message INTEGER NOT NULL,
idx INTEGER NOT NULL,
lane INTEGER NOT NULL,
status INTEGER NOT NULL,
attempts INTEGER NOT NULL,
next_attempt INTEGER NOT NULL,
delay_notice INTEGER NOT NULL,
trouble TEXT,
recipients TEXT NOT NULL,
sender TEXT NOT NULL,
needs INTEGER NOT NULL,
size INTEGER NOT NULL,
accepted INTEGER NOT NULL,
connector TEXT NOT NULL,
client TEXT NOT NULL,
envelope_sum INTEGER NOT NULL,
recipients_sum INTEGER NOT NULL,
PRIMARY KEY (message, idx)
) WITHOUT ROWID;
CREATE INDEX entry_due ON entry (lane, next_attempt, message, idx) WHERE status = 0;
CREATE INDEX entry_age ON entry (lane, delay_notice, accepted, message, idx);
CREATE INDEX entry_order ON entry (lane, message, idx, status, size);
CREATE TABLE content (
id INTEGER PRIMARY KEY,
sum INTEGER NOT NULL,
bytes BLOB NOT NULL
);
CREATE TABLE chunked (id INTEGER PRIMARY KEY, chunks INTEGER NOT NULL);
CREATE TABLE chunk (
message INTEGER NOT NULL,
seq INTEGER NOT NULL,
sum INTEGER NOT NULL,
bytes BLOB NOT NULL,
PRIMARY KEY (message, seq)
) WITHOUT ROWID;
CREATE VIEW queue AS
SELECT e.message, e.idx, l.connector || '/' || l.next_hop
|| iif(l.floor = '', '', '+' || l.floor) AS lane,
iif(e.status = 0, 'queued', 'held') AS status,
e.attempts,
datetime(e.accepted / 1000, 'unixepoch') AS accepted,
datetime(e.next_attempt / 1000, 'unixepoch') AS next_attempt,
e.size, e.sender, e.recipients,
e.trouble ->> '$[0].text' AS trouble
FROM entry e JOIN lane l ON l.id = e.lane;
INSERT INTO meta (name, value) VALUES ('ids', 4294971392);
INSERT INTO lane (id, connector, next_hop, floor) VALUES (1, 'bank', 'bank.example', '');
INSERT INTO entry (message, idx, lane, status, attempts, next_attempt, delay_notice, trouble, recipients, sender, needs, size, accepted, connector, client, envelope_sum, recipients_sum) VALUES (4294967297, 0, 1, 0, 3, 1764158460123, 1, NULL, 'anna@bank.example
bert@bank.example', 'sender@example.net', 1, 22, 1764158400123, 'internal', '192.0.2.7', 211953215, 3028775349);
INSERT INTO content (id, sum, bytes) VALUES (4294967297, 3219850784, x'5375626a6563743a206f6c640d0a0d0a546578740d0a');
PRAGMA application_id = 1380729177;
PRAGMA user_version = 1;
