"""The version of the rules: stored with every audit, so that two reports are only compared under the same rules.

Raise it whenever an outcome, its severity or its words change; a test holds a digest of all tables against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from checks.model import Check

RUBRIC = "3"


def digest(checks: Mapping[str, Check]) -> str:
    """SHA-256 over every outcome of every check and the facts that the verdict rests on."""
    tables = {
        id: {
            "severity": check.severity,
            "worst": check.worst,
            "kind": check.kind,
            "requirements": check.requirements,
            "outcomes": {code: asdict(outcome) for code, outcome in check.outcomes.items()},
        }
        for id, check in checks.items()
    }
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
