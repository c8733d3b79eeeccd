"""DNS records as people accepted them, what changed since, who answered what, and name servers that disagree."""

from __future__ import annotations

DNS_AS_DECIDED = (
    # texts, accepted, replaced and records hold JSON: values, or records with their values (bot/store/baseline.py).
    """
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
    )
    """,
    "CREATE UNIQUE INDEX one_open_dns_change ON dns_change(product, name, type, old, new) WHERE ended_at IS NULL",
    """
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
    )
    """,
    "CREATE INDEX dns_answer_by_change ON dns_answer(change, number) WHERE change IS NOT NULL",
    "CREATE INDEX dns_answer_by_audit ON dns_answer(audit, number) WHERE audit IS NOT NULL",
    "CREATE UNIQUE INDEX undone_once ON dns_answer(undoes) WHERE undoes IS NOT NULL",
    "CREATE TRIGGER dns_answer_stays BEFORE UPDATE ON dns_answer BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER dns_answer_is_kept BEFORE DELETE ON dns_answer BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    """
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
    """,
    """
    CREATE TABLE dns_offer (
      audit INTEGER PRIMARY KEY REFERENCES audit(id) ON DELETE CASCADE,
      product TEXT NOT NULL,
      records TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE dns_disagreement (
      product TEXT NOT NULL,
      name TEXT NOT NULL,
      domain TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (product, name)
    ) WITHOUT ROWID
    """,
)
