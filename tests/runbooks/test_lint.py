"""What must hold for a runbook: each rule is broken once, and named at its place."""

from __future__ import annotations

import pytest

from bot.config.runbooks import parse
from bot.domain.runbook.lint import Where, figures, proof, shipped, structure, style, together
from tests.runbooks.book import GOOD, WORLD, made


def test_a_good_runbook_has_no_flaw() -> None:
    """So that what the other tests break is the only thing wrong."""
    assert shipped(made(GOOD), WORLD) == []


STRUCTURE: list[tuple[str, str, Where, str]] = [
    ("other: explain", "other: explian", ("steps", 0, "other"), '"explian" is no step'),
    ("none: renew", "none: nowhere", ("steps", 0, "cases", "none"), '"nowhere" is no step'),
    ("good: fixed\n    bad: still", "good: fixed\n    bad: stil", ("steps", 4, "bad"), '"stil" is no step'),
    ("go: later", "go: latr", ("steps", 5, "answers", 0, "go"), '"latr" is no step'),
    ("other: explain", "other: renew", ("steps", 1), 'no step leads to "explain"'),
    (
        "    say: We renew it at your host.",
        "    say: We renew it at your host.\n    go: explain",
        ("steps", 1),
        'from "explain" there is no way to an end',
    ),
    ("    undo: Nothing can be lost here.\n", "", ("steps", 2), "danger needs undo"),
    (
        '{say: "It Is Being Issued", go: later}',
        '{say: "Not Sure", go: later}',
        ("steps", 5, "answers"),
        "the same words",
    ),
    ('{say: "Not Sure", go: support}', '{say: "No", go: support}', ("steps", 5, "answers"), '"Not Sure"'),
    ('      - {say: "It Is Being Issued", go: later}\n', "", ("steps", 5, "answers"), "two to five answers, not 1"),
    (
        "It Is Being Issued",
        "It Is Being Issued by the Authority",
        ("steps", 5, "answers", 0, "say"),
        "room for 30 characters",
    ),
    ("    say: It takes a moment.", "    say: It\n    go: fixed", ("steps", 3, "go"), "only a check or a wait"),
    ("late: support", "late: fixed", ("steps", 6, "late"), "only a check or a wait that went well"),
    ("late: support", "late: handed", ("steps", 6, "late"), "only a call leads to handed"),
    ("go: support", "go: done", ("steps", 5, "answers", 1, "go"), "done is for a how_to"),
    ("tls.valid, bot.delivery", "tls.valod, bot.delivery", ("steps", 4, "what", 1), '"tls.valod" is no check'),
    ("tls.valid, bot.delivery", "tls.valid, bot.deliver", ("steps", 4, "what", 2), '"bot.deliver" is no check'),
    ("leads: [tls.valid", "leads: [tls.valod", ("leads", 0), '"tls.valod" is no check'),
    ('"tls.expiry:expired"', '"tls.expiry:exploded"', ("leads", 1), "no outcome such as"),
    ('"redir.*"', '"rdir.*"', ("leads", 2), "no family such as"),
    ('"redir.*", TLS', '"redir.*", DOWN', ("leads", 3), "no class of trouble"),
    ("serves: [TLS-1]", "serves: [TLS-99]", ("serves", 0), '"TLS-99" is no requirement'),
    ("needs: [host_link", "needs: [host_lnk", ("needs", 0), '"host_lnk" is no field'),
    ("needs: [host_link", "needs: [dns_link", ("needs", 0), "no text uses dns_link"),
    ("It takes a moment.", "See {status_page}.", ("needs",), "the texts use status_page"),
    ("Browsers trust {host}", "Browsers trust {hots}", ("steps", 4, "check"), 'nothing can fill "{hots}"'),
    ('paste: "{host}"', 'paste: "{what ever}"', ("steps", 2, "paste"), "nothing can fill"),
    ("decide: edge_provider", "decide: edge", ("steps", 0, "decide"), '"edge" is no fact'),
    ("decide: edge_provider", 'decide: "has:nothing"', ("steps", 0, "decide"), '"nothing" is no field'),
    (
        "{cloudflare: renew",
        "{clodflare: renew",
        ("steps", 0, "cases", "clodflare"),
        'edge_provider is never "clodflare"',
    ),
    ("decide: edge_provider", "decide: layer", ("steps", 0, "cases", "cloudflare"), 'layer is never "cloudflare"'),
    ("decide: edge_provider", "decide: code", ("steps", 0, "cases", "cloudflare"), 'code is never "cloudflare"'),
    ("decide: edge_provider", "decide: check", ("steps", 0, "cases", "none"), 'check is never "none"'),
    ("{cloudflare: renew, none: renew}", "{}", ("steps", 0, "cases"), "nothing to decide"),
    ("who: host_support", "who: nobody", ("steps", 7, "who"), '"nobody" is nobody to call'),
    ("panel: host.renew_certificate", "panel: host.dance", ("steps", 2, "panel"), 'no task "dance"'),
    ("panel: host.renew_certificate", "panel: moon.dance", ("steps", 2, "panel"), 'no panel "moon"'),
]


@pytest.mark.parametrize(("old", "new", "where", "why"), STRUCTURE)
def test_a_graph_that_leads_nowhere_is_refused(old: str, new: str, where: Where, why: str) -> None:
    """Targets, ends, names, answers: also in a founder's own."""
    assert old in GOOD
    found = structure(made(GOOD.replace(old, new, 1)), WORLD)
    assert [flaw.where for flaw in found if why in flaw.message] == [where], found


def test_a_circle_in_which_nothing_is_looked_at_is_refused() -> None:
    """Facts do not change while somebody reads, so such a circle has no exit, whatever its branches say."""
    circle = GOOD.replace("none: renew}", "none: still}").replace("a moment.", "a moment.\n    go: which")
    found = structure(made(circle), WORLD)
    assert [flaw.where[1] for flaw in found if "part of a circle" in flaw.message] == [0, 1, 2, 3]
    back = GOOD.replace("go: later}", "go: renew}").replace("late: support", "late: still")
    assert not [flaw for flaw in structure(made(back), WORLD) if "circle" in flaw.message]


def test_a_check_that_finds_the_fault_needs_its_repair_and_proves_nothing() -> None:
    """Without a step for it there is nothing to go on with; and what was just done needs a look that stays."""
    finding = made(GOOD.replace("    bad: ", "    finds: true\n    bad: "))
    assert not [flaw for flaw in structure(finding, WORLD) if "finds" in flaw.message]
    assert [flaw for flaw in proof(finding) if "no check comes" in flaw.message]
    lines = [line for line in GOOD.splitlines() if not line.startswith("    bad: ")]
    alone = "\n".join(lines).replace("    look: ", "    finds: true\n    look: ", 1)
    assert [flaw.where[-1] for flaw in structure(made(alone), WORLD) if "needs bad" in flaw.message] == ["finds"]


PROOF: list[tuple[str, str, Where, str]] = [
    ("    danger: true", "    danger: true\n    go: still", ("steps", 2), "no check comes"),
    ("what: [failed, tls.valid", "what: [tls.valid", ("steps", 4, "what"), "whatever failed has to be looked at"),
    ("what: [failed]\n", "what: [tls.valid]\n", ("steps", 6, "what"), "whatever failed has to be looked at"),
]


@pytest.mark.parametrize(("old", "new", "where", "why"), PROOF)
def test_a_change_that_nothing_proves_is_refused(old: str, new: str, where: Where, why: str) -> None:
    """In what is shipped; whoever writes an own runbook may do as they like."""
    assert old in GOOD
    book = made(GOOD.replace(old, new, 1))
    found = proof(book)
    assert [flaw.where for flaw in found if why in flaw.message] == [where], found
    assert not [flaw for flaw in structure(book, WORLD) if "no step leads" not in flaw.message]


def test_looking_alone_needs_no_proof_and_checks_need_somebody_to_call() -> None:
    """`changes: false` frees from the check; a runbook with a check and without a call leaves people alone."""
    assert not proof(made(GOOD.replace("danger: true", "danger: true\n    changes: false\n    go: still")))
    short = "title: A\nsort: how_to\nsteps:\n  - {id: a, check: B., what: [tls.valid], look: C., good: done}\n"
    assert ["add a call" in flaw.message for flaw in proof(made(short))] == [True]
    none = "title: A\nsort: broken\nsteps:\n  - {id: a, call: B., who: builder, message: C.}\n"
    assert ["nothing here is ever proven" in flaw.message for flaw in proof(made(none))] == [True]


STYLE: list[tuple[str, str, Where, str]] = [
    ("says: [security warning, not secure]\n", "", ("says",), "this is missing"),
    ("feels: Browsers show a red warning. Nobody can log in.\n", "", ("feels",), "what customers feel"),
    ("notice: |\n  Our site shows a warning at the moment.\n  Your data is safe.\n", "", ("notice",), "what to tell"),
    ("title: The", "title: " + "The very " * 8, ("title",), "room for 60 characters"),
    ("It takes a moment.", "It takes " + "a very long " * 20 + "moment.", ("steps", 3, "say"), "220 characters"),
    ("say: It takes a moment.", "say: |\n      a\n      b\n      c\n      d", ("steps", 3, "say"), "three lines"),
    ("It takes a moment.", "Ask your CDN.", ("steps", 3, "say"), '"CDN" is explained nowhere'),
    ("It takes a moment.", "Open DNS now.", ("steps", 3, "say"), '"DNS" is explained nowhere'),
    ("It takes a moment.", "Check your configuration.", ("steps", 3, "say"), '"Check your configuration" helps nobody'),
    ("It takes a moment.", "Verify the settings, then go on.", ("steps", 3, "say"), "helps nobody"),
    ("It takes a moment.", "It takes a moment 🎉.", ("steps", 3, "say"), "no emoji"),
    ("It takes a moment.", '"It takes a moment :tada:"', ("steps", 3, "say"), "no emoji"),
    ("It Is Being Issued", "It is being issued", ("steps", 5, "answers", 0, "say"), "Title Case"),
]


@pytest.mark.parametrize(("old", "new", "where", "why"), STYLE)
def test_words_that_are_hard_to_follow_are_refused(old: str, new: str, where: Where, why: str) -> None:
    """Missing, too long, unexplained, hollow."""
    assert old in GOOD
    found = style(made(GOOD.replace(old, new, 1)))
    assert [flaw.where for flaw in found if why in flaw.message] == [where], found


@pytest.mark.parametrize(
    "fine",
    [
        "Ask your CDN (the servers in front of yours).",
        "The servers in front of yours (CDN) are slow. Your CDN keeps copies.",
        'Click "SSL/TLS".',
        "Open Cloudflare → SSL/TLS → Overview.",
        "Look for the TXT record of {host}.",
        "Choose the type CAA.",
        "DNS is the address book of the internet. Open DNS now.",
        "It is 9 PM in the US. Call {incident} by its ID.",
        "Paste `curl -I https://{host}/` there.",
    ],
)
def test_words_that_are_explained_or_read_off_a_screen_are_fine(fine: str) -> None:
    """Brackets, menu paths, quotes, records by their type, what everybody knows."""
    source = GOOD.replace("say: It takes a moment.", "say: |\n      " + fine)
    assert style(made(source)) == []


def test_a_text_for_professors_is_refused() -> None:
    """Grade 8 at most over the whole runbook."""
    hard = "Subsequently reestablish cryptographic verification of authenticated communication infrastructure, " * 2
    source = GOOD.replace("Write to your host.", hard + "notwithstanding administrative complications.").replace(
        "We renew it at your host.", "Administrative certification necessitates organizational prioritization."
    )
    assert [flaw.where for flaw in style(made(source)) if "years of school" in flaw.message] == [()]


def test_two_runbooks_for_one_cause_are_refused() -> None:
    """A finding leads to one place."""
    book, other = made(GOOD), made(GOOD, "other")
    assert together({"certificate_expired": book}) == {}
    found = together({"certificate_expired": book, "other": other})
    assert [flaw.where for flaw in found["other"]] == [("title",), *(("leads", number) for number in range(4))]


def test_a_library_is_counted() -> None:
    """Changes, and those of them that a check looks at by itself; a check that only asks a person is none."""
    book = made(GOOD)
    found = figures({"certificate_expired": book})
    assert (found.books, found.steps, found.changing, found.verified, found.share) == (1, 8, 1, 1, 1.0)
    assert found.hardest[0] == "certificate_expired"
    alone = made(GOOD.replace("what: [failed, tls.valid, bot.delivery]", "what: []"), "alone")
    both = figures({"certificate_expired": book, "alone": alone})
    assert (both.changing, both.verified, both.share) == (2, 1, 0.5)
    assert figures({}).share == 1.0


def test_a_flaw_is_told_with_its_line() -> None:
    """The place of the flaw is that in the file."""
    parsed = parse(GOOD.replace("other: explain", "other: nowhere"), "x.yml")
    flaw = next(flaw for flaw in structure(made(GOOD.replace("other: explain", "other: nowhere")), WORLD))
    assert str(parsed.read.problem(flaw.where, flaw.message)).startswith("x.yml:15:12: steps.0.other: ")
