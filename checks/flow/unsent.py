"""Why a step could not be sent: its form is not there, or a value that it needs. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from checks.flow import forms
from checks.flow.judging import Unmet
from checks.flow.model import State, Submit
from checks.flow.values import Missing
from checks.masking import clip
from checks.net.facts import Exchange


class NoForm(Exception):
    """There is no form to send; the text is the end of a sentence."""


def no_form(submit: Submit, fields: tuple[str, ...], found: forms.Forms, page: Exchange) -> str:
    """What is sought and what there is instead, so that whoever reads it can write the right name."""
    where = f"on the page {clip(urlsplit(page.url).path, 80)}"
    if not found.forms:
        return f"finds no form {where}; where a script draws it, write this step under browser:"
    what = f"the form {submit.form}" if submit.form else f"a form with {' and '.join(fields) or 'fields'}"
    there = [" and ".join(one.names()) or one.id or one.action for one in found.forms]
    said = "; or ".join(clip(one, 60) for one in there[:3] if one)
    return f"does not find {clip(what, 120)} {where}" + (f"; there is one with {said}" if said else "")


def missing_value(missing: Missing) -> Unmet:
    """A name in braces that nothing fills."""
    if missing.environment:
        return Unmet("secret_missing", f"needs {missing.environment}", State.UNKNOWN, (missing.environment,))
    return Unmet("value_missing", f"needs {missing.name}, which no step before has found")
