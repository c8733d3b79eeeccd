"""The fourth step: a person may be erased from what is otherwise never changed, and nothing else may happen there.

While the one row of `erasing` names the person, rows that name them may be rewritten: what happened, when and in which
order stays. The row lives inside the one transaction that erases.
"""

from __future__ import annotations


def _guard(trigger: str, table: str, fixed: tuple[str, ...], free: tuple[str, ...]) -> tuple[str, str]:
    same = " OR ".join(f"NEW.{one} IS NOT OLD.{one}" for one in fixed)
    named = " || ' ' || ".join(f"OLD.{one}" for one in free)
    stays = f"{same} OR NOT EXISTS (SELECT 1 FROM erasing WHERE instr({named}, person) > 0)"  # noqa: S608  (our names)
    guard = (
        f"CREATE TRIGGER {trigger} BEFORE UPDATE ON {table} WHEN {stays} BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    )
    return f"DROP TRIGGER {trigger}", guard


ERASING = (
    """
    CREATE TABLE erasing (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      person TEXT NOT NULL CHECK (length(person) >= 3)
    )
    """,
    *_guard("event_is_append_only", "incident_event", ("incident", "rev", "at", "did"), ("actor", "data")),
    *_guard("journal_is_append_only", "journal", ("number", "product", "at", "did"), ("actor", "subject", "data")),
    *_guard(
        "dns_answer_stays",
        "dns_answer",
        ("number", "product", "at", "said", "audit", "change", "undoes", "old", "new", "accepted", "replaced"),
        ("actor",),
    ),
)
