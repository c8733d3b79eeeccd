BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'launch','m001_foundation','2026-11-22 01:52:45.896873+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'launch','m002_dns_as_decided','2026-11-22 05:06:36.381807+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'launch','m003_watching','2026-11-22 05:30:37.871462+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'launch','m004_erasing','2026-11-22 06:24:49.026638+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'launch','m005_windows','2026-11-22 08:14:23.651316+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'launch','m006_runbooks','2026-11-22 08:27:07.997190+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'launch','m007_drills','2026-11-22 08:33:08.519033+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'launch','m008_deploys','2026-11-22 11:26:04.474512+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'launch','m009_gates','2026-11-22 15:06:34.389059+00:00');
CREATE TABLE audit (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL REFERENCES product(id),
      state TEXT NOT NULL CHECK (state IN ('running', 'done', 'interrupted', 'failed')),
      asked_by TEXT NOT NULL,
      asked_at INTEGER NOT NULL,
      only_names TEXT NOT NULL,
      channel TEXT NOT NULL,
      message_ts TEXT NOT NULL DEFAULT '',
      done INTEGER NOT NULL DEFAULT 0,
      total INTEGER NOT NULL DEFAULT 0,
      looking_at TEXT NOT NULL DEFAULT '',
      ended_at INTEGER,
      verdict TEXT NOT NULL DEFAULT '',
      report BLOB,
      previous INTEGER REFERENCES audit(id) ON DELETE SET NULL,
      problem TEXT NOT NULL DEFAULT '',
      rev INTEGER NOT NULL DEFAULT 1
    );
INSERT INTO "audit" VALUES(1,'acme','done','U1',1764000000000,'[]','C1','1764000000.000100',2,2,'',1764000005000,'go',NULL,NULL,'',3);
CREATE TABLE beat (
      product TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
CREATE TABLE blind (
      product TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER,
      why TEXT NOT NULL,
      PRIMARY KEY (product, from_at)
    ) WITHOUT ROWID
    ;
INSERT INTO "blind" VALUES('shop',1760000000000,1760000060000,'offline');
CREATE TABLE click (
      product TEXT NOT NULL,
      id TEXT NOT NULL,
      user TEXT NOT NULL,
      action TEXT NOT NULL,
      at INTEGER NOT NULL,
      payload TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('new', 'done')),
      PRIMARY KEY (product, id, user, action)
    ) WITHOUT ROWID
    ;
INSERT INTO "click" VALUES('shop','1760000000.1','U1','incident.ack',1760000000000,'{}','done');
CREATE TABLE deploy (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      at INTEGER NOT NULL,
      version TEXT NOT NULL,
      environment TEXT NOT NULL DEFAULT 'production',
      service TEXT NOT NULL DEFAULT '',
      author TEXT NOT NULL DEFAULT '',
      note TEXT NOT NULL DEFAULT '',
      url TEXT NOT NULL DEFAULT '',
      source TEXT NOT NULL
    , key TEXT NOT NULL DEFAULT '', stage TEXT NOT NULL DEFAULT 'live', rev INTEGER NOT NULL DEFAULT 0, due_at INTEGER, channel TEXT NOT NULL DEFAULT '', ts TEXT NOT NULL DEFAULT '', data TEXT NOT NULL DEFAULT '');
INSERT INTO "deploy" VALUES(1,'shop',1760000000000,'a1b2c3','production','','U1','','','slack','','live',0,NULL,'','','');
INSERT INTO "deploy" VALUES(2,'shop',1767258000000,'v43','production','','','','','vercel','dpl_1','smoke',2,1767258120000,'','','{}');
CREATE TABLE dns_answer (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      said TEXT NOT NULL CHECK (said IN ('accept', 'mine', 'wrong', 'undo')),
      audit INTEGER,
      change INTEGER REFERENCES dns_change(number),
      undoes INTEGER REFERENCES dns_answer(number),
      old TEXT NOT NULL,
      new TEXT NOT NULL,
      accepted TEXT NOT NULL,
      replaced TEXT NOT NULL
    );
INSERT INTO "dns_answer" VALUES(1,'acme',1764000006000,'U1','accept',1,NULL,NULL,'','','[["acme.example","MX",["10 mx1.mail.example"]]]','[]');
INSERT INTO "dns_answer" VALUES(2,'acme',1764000007000,'U2','wrong',NULL,1,NULL,'10 mx1.mail.example','MX 10 mx.evil.example','[]','[]');
CREATE TABLE dns_baseline (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      texts TEXT NOT NULL,
      accepted_by TEXT NOT NULL,
      at INTEGER NOT NULL,
      answer INTEGER NOT NULL REFERENCES dns_answer(number),
      PRIMARY KEY (product, name, type)
    ) WITHOUT ROWID
    ;
INSERT INTO "dns_baseline" VALUES('acme','acme.example','MX','["10 mx1.mail.example"]','U1',1764000006000,1);
CREATE TABLE dns_change (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      domain TEXT NOT NULL,
      name TEXT NOT NULL,
      type TEXT NOT NULL,
      old TEXT NOT NULL,
      new TEXT NOT NULL,
      expected_by TEXT NOT NULL,
      first_audit INTEGER NOT NULL,
      last_audit INTEGER NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      ended_audit INTEGER,
      ended_at INTEGER
    );
INSERT INTO "dns_change" VALUES(1,'acme','acme.example','acme.example','MX','MX 10 mx1.mail.example','MX 10 mx.evil.example','U1',1,1,1764000005000,1764000005000,NULL,NULL);
CREATE TABLE dns_disagreement (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      domain TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    ;
INSERT INTO "dns_disagreement" VALUES('acme','acme.example','acme.example',1764000005000);
CREATE TABLE dns_offer (
      audit INTEGER PRIMARY KEY REFERENCES audit(id) ON DELETE CASCADE,
      product TEXT NOT NULL,
      records TEXT NOT NULL
    );
INSERT INTO "dns_offer" VALUES(1,'acme','[["acme.example","MX",["10 mx1.mail.example"]]]');
CREATE TABLE drill (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      topic TEXT NOT NULL,
      incident INTEGER NOT NULL DEFAULT 0,
      run INTEGER NOT NULL DEFAULT 0,
      began_at INTEGER NOT NULL,
      ended_at INTEGER,
      data TEXT NOT NULL
    );
INSERT INTO "drill" VALUES(1,'acme','site_down',2,1,1795813500000,1795814040000,'{"id": 1, "product": "acme", "topic": "site_down", "service": "the app", "began_by": "UMIA", "began_at": 1795813500000, "hidden": "rolled_back", "incident": 2, "run": 1, "ended_at": 1795814040000}');
CREATE TABLE erasing (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      person TEXT NOT NULL CHECK (length(person) >= 3)
    );
CREATE TABLE event_count (
      product TEXT NOT NULL,
      kind TEXT NOT NULL,
      service TEXT NOT NULL,
      minute INTEGER NOT NULL,
      origin TEXT NOT NULL,
      count INTEGER NOT NULL,
      sample TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (product, kind, service, minute, origin)
    ) WITHOUT ROWID
    ;
INSERT INTO "event_count" VALUES('shop','login_failed','Log-in',29454300,'',3,'');
CREATE TABLE finding_state (
      product TEXT NOT NULL,
      check_id TEXT NOT NULL,
      target TEXT NOT NULL,
      status INTEGER NOT NULL,
      severity INTEGER NOT NULL,
      code TEXT NOT NULL,
      since INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      audit INTEGER NOT NULL,
      PRIMARY KEY (product, check_id, target)
    ) WITHOUT ROWID
    ;
INSERT INTO "finding_state" VALUES('acme','dns.resolve','acme.example',0,3,'ok',1764000001000,1764000001000,1);
CREATE TABLE gate_build (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      repository TEXT NOT NULL,
      branch TEXT NOT NULL,
      at INTEGER NOT NULL,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    );
INSERT INTO "gate_build" VALUES(1,'shop','acme/shop','main',1767258000000,0,'','','{}');
CREATE TABLE gate_result (
      product TEXT NOT NULL,
      check_id TEXT NOT NULL,
      repository TEXT NOT NULL,
      part TEXT NOT NULL,
      target TEXT NOT NULL,
      at INTEGER NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (product, check_id, repository, part, target)
    ) WITHOUT ROWID
    ;
INSERT INTO "gate_result" VALUES('shop','sec.repo','acme/shop','','src/pay.js',1767258000000,'{}');
CREATE TABLE heard (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      source TEXT NOT NULL,
      delivery TEXT NOT NULL,
      at INTEGER NOT NULL,
      data TEXT NOT NULL,
      done_at INTEGER,
      tries INTEGER NOT NULL DEFAULT 0,
      problem TEXT NOT NULL DEFAULT '',
      UNIQUE (product, source, delivery)
    );
INSERT INTO "heard" VALUES(1,'shop','github','d1',1767258000000,'{}',NULL,0,'');
CREATE TABLE heartbeat (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER, started_at INTEGER, failed_at INTEGER, exit_code INTEGER,
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    ;
INSERT INTO "heartbeat" VALUES('shop','Backup',1760000000000,1760000000000,NULL,NULL,NULL);
CREATE TABLE incident (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      key TEXT NOT NULL,
      service TEXT NOT NULL,
      trouble TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('open', 'acked', 'snoozed', 'resolved', 'closed')),
      sev INTEGER NOT NULL,
      opened_at INTEGER NOT NULL,
      ended_at INTEGER,
      channel TEXT NOT NULL DEFAULT '',
      root_ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL,
      rev INTEGER NOT NULL
    );
INSERT INTO "incident" VALUES(1,'shop','k1','shop','reach','closed',1,1760000000000,1760000600000,'#ops','1760000000.0001','{}',4);
CREATE TABLE incident_event (
      incident INTEGER NOT NULL REFERENCES incident(id) ON DELETE CASCADE,
      rev INTEGER NOT NULL,
      at INTEGER NOT NULL,
      did TEXT NOT NULL,
      actor TEXT NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (incident, rev)
    ) WITHOUT ROWID
    ;
INSERT INTO "incident_event" VALUES(1,1,1760000000000,'Opened','','{"kind":"Opened","at":"2025-10-09T08:53:20+00:00"}');
CREATE TABLE journal (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      at INTEGER NOT NULL,
      actor TEXT NOT NULL,
      did TEXT NOT NULL,
      subject TEXT NOT NULL,
      data TEXT NOT NULL
    );
INSERT INTO "journal" VALUES(1,'acme',1764000000000,'U1','audit','audit:1','{}');
CREATE TABLE look (
      product TEXT NOT NULL,
      target TEXT NOT NULL,
      trouble TEXT NOT NULL,
      state TEXT NOT NULL,
      at INTEGER NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (product, target, trouble)
    ) WITHOUT ROWID
    ;
INSERT INTO "look" VALUES('shop','Login','','up',1760000000000,'{"state":"up"}');
CREATE TABLE monitor (
      id INTEGER PRIMARY KEY,
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      UNIQUE (product, name)
    );
INSERT INTO "monitor" VALUES(1,'acme','home');
CREATE TABLE outbox (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      delivery_id TEXT NOT NULL UNIQUE,
      product TEXT NOT NULL,
      subject TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('root', 'edit', 'thread', 'dm')),
      dedup_key TEXT NOT NULL,
      prio INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'retry', 'reconcile', 'sent', 'dead')),
      attempts INTEGER NOT NULL DEFAULT 0,
      looks INTEGER NOT NULL DEFAULT 0,
      not_before INTEGER NOT NULL,
      claimed_at INTEGER,
      lease_until INTEGER,
      channel TEXT NOT NULL,
      slack_channel TEXT NOT NULL DEFAULT '',
      slack_ts TEXT NOT NULL DEFAULT '',
      rev INTEGER NOT NULL DEFAULT 0,
      rung INTEGER NOT NULL DEFAULT 0,
      may_repeat INTEGER NOT NULL DEFAULT 0,
      last_error TEXT NOT NULL DEFAULT '',
      created_at INTEGER NOT NULL,
      sent_at INTEGER
    , about INTEGER NOT NULL DEFAULT 0, broadcast INTEGER NOT NULL DEFAULT 0, said TEXT NOT NULL DEFAULT '{}');
INSERT INTO "outbox" VALUES(1,'d-1','acme','audit:1','root','root:audit:1',10,'sent',0,0,1764000000000,NULL,NULL,'C1','C1','1764000000.000100',3,0,0,'',1764000000000,1764000001000,0,0,'{}');
CREATE TABLE override (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      person TEXT NOT NULL,
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      author TEXT NOT NULL,
      ended_at INTEGER
    );
INSERT INTO "override" VALUES(1,'shop','ben',1760000000000,1760003600000,'U1',NULL);
CREATE TABLE perf_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      kind TEXT NOT NULL,
      asked_by TEXT NOT NULL DEFAULT '',
      asked_at INTEGER NOT NULL,
      began_at INTEGER,
      ended_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    );
INSERT INTO "perf_run" VALUES(1,'shop','load','',1767258000000,NULL,NULL,0,'','','{}');
CREATE TABLE probe (
      monitor INTEGER NOT NULL,
      at INTEGER NOT NULL,
      state INTEGER NOT NULL,
      first_byte_us INTEGER,
      PRIMARY KEY (monitor, at)
    ) WITHOUT ROWID
    ;
INSERT INTO "probe" VALUES(1,1764000000000,0,12000);
CREATE TABLE product (
      id TEXT PRIMARY KEY,
      domain TEXT NOT NULL,
      first_at INTEGER NOT NULL
    ) WITHOUT ROWID
    ;
INSERT INTO "product" VALUES('acme','acme.example',1764000000000);
CREATE TABLE release_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      kind TEXT NOT NULL,
      person TEXT NOT NULL,
      began_at INTEGER NOT NULL,
      ended_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    );
INSERT INTO "release_run" VALUES(1,'shop','release','U1',1767258000000,NULL,0,'','','{}');
CREATE TABLE result (
      audit INTEGER NOT NULL REFERENCES audit(id) ON DELETE CASCADE,
      product TEXT NOT NULL,
      check_id TEXT NOT NULL,
      target TEXT NOT NULL,
      status INTEGER NOT NULL,
      severity INTEGER NOT NULL,
      code TEXT NOT NULL,
      seen TEXT NOT NULL,
      took_ms INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (audit, check_id, target)
    ) WITHOUT ROWID
    ;
INSERT INTO "result" VALUES(1,'acme','dns.resolve','acme.example',0,3,'ok','{}',12,1764000001000);
CREATE TABLE rollup_day (
      monitor INTEGER NOT NULL,
      day INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      latency BLOB NOT NULL, slow INTEGER NOT NULL DEFAULT 0, excused INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (monitor, day)
    ) WITHOUT ROWID
    ;
CREATE TABLE rollup_five (
      monitor INTEGER NOT NULL,
      five INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      slow INTEGER NOT NULL,
      excused INTEGER NOT NULL,
      latency BLOB NOT NULL,
      PRIMARY KEY (monitor, five)
    ) WITHOUT ROWID
    ;
INSERT INTO "rollup_five" VALUES(1,5866666,1,0,0,0,0,X'');
CREATE TABLE rollup_hour (
      monitor INTEGER NOT NULL,
      hour INTEGER NOT NULL,
      good INTEGER NOT NULL,
      bad INTEGER NOT NULL,
      unknown INTEGER NOT NULL,
      latency BLOB NOT NULL, slow INTEGER NOT NULL DEFAULT 0, excused INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (monitor, hour)
    ) WITHOUT ROWID
    ;
CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      topic TEXT NOT NULL,
      incident INTEGER NOT NULL DEFAULT 0,
      standing TEXT NOT NULL CHECK (standing IN
        ('open', 'checking', 'waiting', 'fixed', 'handed', 'done', 'over', 'left')),
      holder TEXT NOT NULL,
      began_at INTEGER NOT NULL,
      ended_at INTEGER,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL,
      rev INTEGER NOT NULL
    );
INSERT INTO "run" VALUES(1,'shop','site_down',1,'open','U1',1760000000000,NULL,'C1','1.1','{"id":1,"product":"shop","topic":"site_down","digest":"abc","incident":1,"check":"","target":"","code":"","holder":"U1","since":1760000000000,"began_at":1760000000000,"step":"look","standing":"open","rev":1}',1);
CREATE TABLE run_event (
      run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
      rev INTEGER NOT NULL,
      at INTEGER NOT NULL,
      did TEXT NOT NULL,
      actor TEXT NOT NULL,
      data TEXT NOT NULL,
      PRIMARY KEY (run, rev)
    ) WITHOUT ROWID
    ;
INSERT INTO "run_event" VALUES(1,1,1760000000000,'Began','U1','{}');
CREATE TABLE second_route (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      delivery_id TEXT NOT NULL UNIQUE,
      product TEXT NOT NULL,
      subject TEXT NOT NULL,
      about INTEGER NOT NULL,
      route TEXT NOT NULL,
      person TEXT NOT NULL,
      dedup_key TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'dead')),
      attempts INTEGER NOT NULL DEFAULT 0,
      not_before INTEGER NOT NULL,
      last_error TEXT NOT NULL DEFAULT '',
      why TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      sent_at INTEGER,
      UNIQUE (product, dedup_key)
    );
INSERT INTO "second_route" VALUES(1,'d-1','shop','incident:1',1,'0','U1','r1','sent',1,1760000000000,'','unanswered',1760000000000,1760000001000);
CREATE TABLE seen_event (
      product TEXT NOT NULL,
      id TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (product, id)
    ) WITHOUT ROWID
    ;
CREATE TABLE setting (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      at INTEGER NOT NULL,
      author TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    ;
INSERT INTO "setting" VALUES('shop','alerts_channel','C1',1760000000000,'');
CREATE TABLE silence (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      service TEXT NOT NULL DEFAULT '',
      trouble TEXT NOT NULL DEFAULT '',
      environment TEXT NOT NULL DEFAULT '',
      from_at INTEGER NOT NULL,
      until_at INTEGER NOT NULL,
      reason TEXT NOT NULL,
      author TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('mute', 'maintenance')),
      ended_at INTEGER,
      ended_by TEXT NOT NULL DEFAULT ''
    , origin TEXT NOT NULL DEFAULT '');
INSERT INTO "silence" VALUES(1,'shop','','','',1760000000000,1760003600000,'Moving the shop','U1','maintenance',NULL,'','');
CREATE TABLE smoke_run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      product TEXT NOT NULL,
      cause TEXT NOT NULL,
      deploy INTEGER NOT NULL DEFAULT 0,
      asked_by TEXT NOT NULL DEFAULT '',
      asked_at INTEGER NOT NULL,
      began_at INTEGER,
      ended_at INTEGER,
      rev INTEGER NOT NULL DEFAULT 0,
      channel TEXT NOT NULL DEFAULT '',
      ts TEXT NOT NULL DEFAULT '',
      data TEXT NOT NULL
    );
INSERT INTO "smoke_run" VALUES(1,'shop','deploy',2,'',1767258000000,NULL,NULL,0,'','','{}');
CREATE TABLE timer (
      incident INTEGER NOT NULL REFERENCES incident(id) ON DELETE CASCADE,
      kind TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      guard_rev INTEGER NOT NULL,
      PRIMARY KEY (incident, kind)
    ) WITHOUT ROWID
    ;
INSERT INTO "timer" VALUES(1,'esc',1760000000000,1);
CREATE TABLE written (
      product TEXT NOT NULL,
      field TEXT NOT NULL,
      value TEXT NOT NULL,
      author TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (product, field)
    ) WITHOUT ROWID
    ;
INSERT INTO "written" VALUES('shop','host_link','https://vercel.com/','U1',1760000000000);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX audit_by_product ON audit(product, state, id);
CREATE UNIQUE INDEX one_audit_at_a_time ON audit(product) WHERE state = 'running';
CREATE INDEX result_history ON result(product, check_id, target, at);
CREATE UNIQUE INDEX one_delivery ON outbox(product, dedup_key) WHERE state <> 'sent' OR kind <> 'edit';
CREATE INDEX outbox_unsent ON outbox(prio, number) WHERE state <> 'sent';
CREATE INDEX outbox_by_subject ON outbox(product, subject, number);
CREATE UNIQUE INDEX one_open_dns_change ON dns_change(product, name, type, old, new) WHERE ended_at IS NULL;
CREATE INDEX dns_answer_by_change ON dns_answer(change, number) WHERE change IS NOT NULL;
CREATE INDEX dns_answer_by_audit ON dns_answer(audit, number) WHERE audit IS NOT NULL;
CREATE UNIQUE INDEX undone_once ON dns_answer(undoes) WHERE undoes IS NOT NULL;
CREATE TRIGGER journal_keeps_all BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER dns_answer_is_kept BEFORE DELETE ON dns_answer BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE UNIQUE INDEX one_live_per_key ON incident(product, key) WHERE status <> 'closed';
CREATE INDEX incident_by_time ON incident(product, opened_at);
CREATE TRIGGER event_keeps_all BEFORE DELETE ON incident_event
    WHEN EXISTS (SELECT 1 FROM incident WHERE id = OLD.incident AND status <> 'closed')
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE INDEX timer_due ON timer(due_at);
CREATE INDEX deploy_by_time ON deploy(product, at);
CREATE TRIGGER event_is_append_only BEFORE UPDATE ON incident_event WHEN NEW.incident IS NOT OLD.incident OR NEW.rev IS NOT OLD.rev OR NEW.at IS NOT OLD.at OR NEW.did IS NOT OLD.did OR NOT EXISTS (SELECT 1 FROM erasing WHERE instr(OLD.actor || ' ' || OLD.data, person) > 0) BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal WHEN NEW.number IS NOT OLD.number OR NEW.product IS NOT OLD.product OR NEW.at IS NOT OLD.at OR NEW.did IS NOT OLD.did OR NOT EXISTS (SELECT 1 FROM erasing WHERE instr(OLD.actor || ' ' || OLD.subject || ' ' || OLD.data, person) > 0) BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER dns_answer_stays BEFORE UPDATE ON dns_answer WHEN NEW.number IS NOT OLD.number OR NEW.product IS NOT OLD.product OR NEW.at IS NOT OLD.at OR NEW.said IS NOT OLD.said OR NEW.audit IS NOT OLD.audit OR NEW.change IS NOT OLD.change OR NEW.undoes IS NOT OLD.undoes OR NEW.old IS NOT OLD.old OR NEW.new IS NOT OLD.new OR NEW.accepted IS NOT OLD.accepted OR NEW.replaced IS NOT OLD.replaced OR NOT EXISTS (SELECT 1 FROM erasing WHERE instr(OLD.actor, person) > 0) BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE UNIQUE INDEX silence_of_window ON silence(product, origin, from_at) WHERE origin <> '';
CREATE INDEX run_live ON run(product, id) WHERE ended_at IS NULL;
CREATE INDEX run_by_incident ON run(incident) WHERE incident <> 0;
CREATE TRIGGER run_event_is_append_only BEFORE UPDATE ON run_event
    WHEN NEW.run IS NOT OLD.run OR NEW.rev IS NOT OLD.rev OR NEW.at IS NOT OLD.at OR NEW.did IS NOT OLD.did
      OR NOT EXISTS (SELECT 1 FROM erasing WHERE instr(OLD.actor || ' ' || OLD.data, person) > 0)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER run_event_keeps_all BEFORE DELETE ON run_event
    WHEN EXISTS (SELECT 1 FROM run WHERE id = OLD.run AND ended_at IS NULL)
    BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE UNIQUE INDEX drill_live ON drill(product) WHERE ended_at IS NULL;
CREATE INDEX drill_by_topic ON drill(product, topic, began_at);
CREATE UNIQUE INDEX deploy_key ON deploy(product, source, key) WHERE key <> '';
CREATE INDEX deploy_due ON deploy(due_at) WHERE due_at IS NOT NULL;
CREATE INDEX heard_left ON heard(id) WHERE done_at IS NULL;
CREATE INDEX heard_by_time ON heard(product, source, at);
CREATE INDEX event_by_minute ON event_count(minute);
CREATE INDEX smoke_by_time ON smoke_run(product, asked_at);
CREATE INDEX smoke_left ON smoke_run(id) WHERE ended_at IS NULL;
CREATE INDEX perf_by_time ON perf_run(product, kind, asked_at);
CREATE INDEX perf_left ON perf_run(id) WHERE ended_at IS NULL;
CREATE INDEX release_by_time ON release_run(product, kind, began_at);
CREATE INDEX gate_result_by_time ON gate_result(at);
CREATE INDEX gate_build_by_branch ON gate_build(product, repository, branch, id);
CREATE INDEX gate_build_by_time ON gate_build(product, at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('audit',1);
INSERT INTO "sqlite_sequence" VALUES('outbox',1);
INSERT INTO "sqlite_sequence" VALUES('journal',1);
INSERT INTO "sqlite_sequence" VALUES('dns_change',1);
INSERT INTO "sqlite_sequence" VALUES('dns_answer',2);
INSERT INTO "sqlite_sequence" VALUES('incident',1);
INSERT INTO "sqlite_sequence" VALUES('silence',1);
INSERT INTO "sqlite_sequence" VALUES('override',1);
INSERT INTO "sqlite_sequence" VALUES('deploy',2);
INSERT INTO "sqlite_sequence" VALUES('second_route',1);
INSERT INTO "sqlite_sequence" VALUES('run',1);
INSERT INTO "sqlite_sequence" VALUES('drill',1);
INSERT INTO "sqlite_sequence" VALUES('heard',1);
INSERT INTO "sqlite_sequence" VALUES('smoke_run',1);
INSERT INTO "sqlite_sequence" VALUES('perf_run',1);
INSERT INTO "sqlite_sequence" VALUES('release_run',1);
INSERT INTO "sqlite_sequence" VALUES('gate_build',1);
COMMIT;
