"""Dialogs: open, fill, refuse, correct, push, go back, close."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.kit import Json, acted, words
from tests.page.stage import BEN, MIA, Stage


def field(block: str, label: str, element: Json, **more: Any) -> Json:
    """An input block."""
    return {"type": "input", "block_id": block, "label": words(label), "element": {"action_id": "a", **element}, **more}


def view(id: str, title: str, blocks: list[Json], *, hash: str = "1", submit: str | None = "Save", **more: Any) -> Json:
    """A dialog as the workspace sends one."""
    return {
        "id": id,
        "hash": hash,
        "type": "modal",
        "title": words(title),
        "blocks": blocks,
        "close": words("Cancel"),
        "submit": words(submit) if submit else None,
        **more,
    }


EVERY_INPUT = [
    field("text", "Why", {"type": "plain_text_input", "min_length": 3}, hint=words("One sentence.")),
    field("long", "Long", {"type": "plain_text_input", "multiline": True}),
    field("mail", "Mail", {"type": "email_text_input"}),
    field("url", "Address", {"type": "url_text_input"}),
    field(
        "number", "Number", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "9"}
    ),
    field("date", "Date", {"type": "datepicker", "initial_date": "2026-12-03"}),
    field("person", "Person", {"type": "users_select"}),
    field("boxes", "Boxes", {"type": "checkboxes", "options": [{"text": words("One"), "value": "1"}]}, optional=True),
]


async def test_a_dialog_from_opening_to_closing(visit: Open, stage: Stage) -> None:
    """Inputs are filled by their labels; what the page knows is refused at the field; the rest is sent."""
    page = await visit()
    await page.locator("#composer-text").focus()
    await stage.emit(type="modals", user=MIA, stack=[view("V1", "Waive a risk", EVERY_INPUT)])
    dialog = page.get_by_role("dialog", name="Waive a risk")
    await expect(dialog.get_by_label("Why")).to_be_focused()
    await dialog.get_by_label("Why").fill("no")
    await dialog.get_by_label("Long").fill("two\nlines")
    await dialog.get_by_label("Mail").fill("not a mail")
    await dialog.get_by_label("Address").fill("nothing")
    await dialog.get_by_label("Number").fill("99")
    await dialog.get_by_role("button", name="Save").click()
    for block, said in {
        "text": "at least 3",
        "mail": "e-mail address",
        "url": "whole address",
        "number": "9 or less",
        "person": "required field",
    }.items():
        await expect(dialog.locator(f"[data-block={block}] .field-error")).to_contain_text(said)
    assert stage.done("submit") == []
    await expect(dialog.get_by_label("Why")).to_be_focused()
    await expect(dialog.get_by_label("Why")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Why").fill("because")
    await expect(dialog.locator("[data-block=text] .field-error")).not_to_be_visible()
    await dialog.get_by_label("Mail").fill("ana@example.com")
    await dialog.get_by_label("Address").fill("https://example.com")
    await dialog.get_by_label("Number").fill("7")
    await dialog.locator("[data-block=person] .select").click()
    await page.get_by_role("option", name="Ben Okafor").click()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("button", name="Save")).not_to_have_attribute("aria-busy", "true")
    assert stage.done("submit") == [
        {
            "do": "submit",
            "user": MIA,
            "view_id": "V1",
            "state": {
                "text": {"a": {"value": "because"}},
                "long": {"a": {"value": "two\nlines"}},
                "mail": {"a": {"value": "ana@example.com"}},
                "url": {"a": {"value": "https://example.com"}},
                "number": {"a": {"value": "7"}},
                "person": {"a": {"selected_user": BEN}},
            },
        }
    ]
    await stage.emit(type="modals", user=MIA, stack=[])
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#composer-text")).to_be_focused()


async def test_errors_of_the_app(visit: Open, stage: Stage) -> None:
    """What the app refuses stands under its field; when it is silent the dialog says so and keeps what was typed."""
    page = await visit()
    await stage.emit(
        type="modals", user=MIA, stack=[view("V1", "Form", [field("b", "Name", {"type": "plain_text_input"})])]
    )
    dialog = page.get_by_role("dialog", name="Form")
    stage.answers["submit"] = {"ok": False, "error": "invalid", "errors": {"b": "That name is taken."}}
    await dialog.get_by_label("Name").fill("x")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert").filter(has_text="That name is taken.")).to_be_visible()
    stage.answers["submit"] = {"ok": False, "error": "operation_timeout", "message": "launch-ready did not respond."}
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator(".modal-error")).to_have_text("launch-ready did not respond.")
    await expect(dialog.get_by_label("Name")).to_have_value("x")


async def test_submit_shows_that_it_works(visit: Open, stage: Stage) -> None:
    """While the app thinks, the button turns, and a second click does not submit twice."""
    gate = asyncio.Event()

    async def later(_act: Json) -> Json:
        await gate.wait()
        return {"ok": True}

    stage.answers["submit"] = later
    page = await visit()
    await stage.emit(type="modals", user=MIA, stack=[view("V1", "Form", [{"type": "section", "text": words("Sure?")}])])
    button = page.get_by_role("button", name="Save")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await button.dispatch_event("click")
    gate.set()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    assert len(stage.done("submit")) == 1


async def test_update_keeps_what_was_typed(visit: Open, stage: Stage) -> None:
    """An update of the view keeps the values of fields that stay, and the focus."""
    page = await visit()
    name = field("b", "Name", {"type": "plain_text_input"})
    await stage.emit(type="modals", user=MIA, stack=[view("V1", "Loading", [name])])
    await page.get_by_label("Name").fill("kept")
    await stage.emit(
        type="modals",
        user=MIA,
        stack=[view("V1", "Loaded", [{"type": "section", "text": words("Now there is more.")}, name], hash="2")],
    )
    dialog = page.get_by_role("dialog", name="Loaded")
    await expect(dialog.get_by_text("Now there is more.")).to_be_visible()
    await expect(dialog.get_by_label("Name")).to_have_value("kept")
    await expect(dialog.get_by_label("Name")).to_be_focused()


async def test_a_stack_of_three(visit: Open, stage: Stage) -> None:
    """Pushed dialogs lie above each other; back goes down one, the cross closes all; values below are kept."""
    page = await visit()
    one = view("V1", "First", [field("b", "Name", {"type": "plain_text_input"})])
    two, three = view("V2", "Second", []), view("V3", "Third", [], submit=None)
    await stage.emit(type="modals", user=MIA, stack=[one])
    await page.get_by_label("Name").fill("below")
    await expect(page.get_by_role("button", name="Back")).to_have_count(0)
    await stage.emit(type="modals", user=MIA, stack=[one, two])
    await stage.emit(type="modals", user=MIA, stack=[one, two, three])
    dialog = page.get_by_role("dialog", name="Third")
    await dialog.get_by_role("button", name="Back").click()
    await expect(page.get_by_role("dialog")).to_have_count(1)
    assert stage.done("close") == [{"do": "close", "user": MIA, "view_id": "V3"}]
    await stage.emit(type="modals", user=MIA, stack=[one])
    await expect(page.get_by_label("Name")).to_have_value("below")
    await page.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("dialog", name="First")).to_be_visible()
    assert stage.done("close")[-1] == {"do": "close", "user": MIA, "view_id": "V1", "all": True}


async def test_escape_and_the_trap(visit: Open, stage: Stage) -> None:
    """Tab stays inside the dialog; Escape closes an open menu first, then asks to close the dialog."""
    page = await visit()
    await stage.emit(
        type="modals", user=MIA, stack=[view("V1", "Form", [field("p", "Person", {"type": "users_select"})])]
    )
    dialog = page.get_by_role("dialog", name="Form")
    await expect(dialog).to_be_visible()
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
    await dialog.locator(".select").click()
    await page.keyboard.press("Escape")
    await expect(page.locator(".popup")).to_have_count(0)
    await expect(dialog).to_be_visible()
    assert stage.done("close") == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_visible()
    assert (await acted(stage, page, "close"))["view_id"] == "V1"
    assert len(stage.done("close")) == 1


async def test_a_button_inside(visit: Open, stage: Stage) -> None:
    """A button in a dialog names the view, and sends what the fields hold."""
    page = await visit()
    blocks = [
        field("b", "Name", {"type": "plain_text_input"}),
        {
            "type": "actions",
            "block_id": "x",
            "elements": [{"type": "button", "action_id": "look", "text": words("Look")}],
        },
    ]
    await stage.emit(type="modals", user=MIA, stack=[view("V1", "Form", blocks)])
    await page.get_by_label("Name").fill("n")
    await page.get_by_role("button", name="Look").click()
    await expect(page.locator("[aria-busy]")).to_have_count(0)
    assert stage.done("action") == [
        {
            "do": "action",
            "user": MIA,
            "view_id": "V1",
            "block_id": "x",
            "action_id": "look",
            "input": {},
            "state": {"b": {"a": {"value": "n"}}},
        }
    ]


async def test_only_for_the_one_who_opened_it(visit: Open, stage: Stage) -> None:
    """A dialog of somebody else is not shown."""
    page = await visit()
    await stage.emit(type="modals", user=BEN, stack=[view("V1", "Not yours", [])])
    await stage.post("after")
    await expect(page.get_by_text("after", exact=True)).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
