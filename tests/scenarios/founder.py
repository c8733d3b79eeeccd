"""A founder at the page: knows nothing, reads the step that is open, does only what it says, presses what it offers.

What is known of each fault beforehand is what anybody sees who opens a provider's console: which words of a step name
which switch there, and what is true when a question asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as Gone

MOST_CLICKS = 15
LOOK, CARD, PAGE, QUICK = 60_000, 90_000, 60_000, 5_000
"""Milliseconds for a look of a step, a card, the page, a button that may be gone; the machine does much else."""
OVER = ("FIXED", "HANDED OVER", "DONE", "OVER", "STOPPED")
LIVE = re.compile(r"^(DRILL · )?RUNBOOK · ")
BAD = re.compile(r"^(DOWN|BROKEN|SLOW|AT RISK|WARNING|BEING FIXED|LOOKS BETTER) · ")
FIX = "Show Me the Fix"

READ = """([where, before]) => {
  const row = document.querySelector(`${where} .blocks`), text = row?.innerText ?? "";
  const says = (one) => one.innerText.trim();
  row?.scrollIntoView({ block: "center" });
  if (!text.trim() || text === before || text.includes("Looking now")) return null;
  const copied = text.includes("Copy this:") ? [...row.querySelectorAll("pre")].map(says).at(-1) : "";
  const buttons = [...row.querySelectorAll("button.btn")].map(says);
  return [says(row.querySelector("[role=heading]")), text, copied ?? "", buttons];
}"""
"""All of one message at one moment: it is drawn anew with each edit."""

Hands = Callable[["Console", "Step"], Awaitable[None]]
"""What a person does in a console, with the step in view."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the message of a run says."""

    head: str
    text: str
    paste: str
    """What stands there to be copied."""
    buttons: tuple[str, ...]

    @property
    def over(self) -> str:
        """How it ended; "" where it goes on."""
        return next((word for word in OVER if self.head.startswith(word)), "")

    def after(self, label: str) -> str:
        """What stands behind a label, up to the next one; "" where there is no such label."""
        rest = self.text.partition(f"{label}: ")[2]
        return re.split(r"\n(?:Where|Copy this|Usual slip|To take it back|Done, Check It|Done)\b", rest)[0]

    @property
    def task(self) -> str:
        """What is to be done; "" where nothing is."""
        return self.after("Do this")

    @property
    def question(self) -> str:
        """What is asked; "" where nothing is."""
        return self.after("Question")


class Console:
    """A console of one of the company's providers, in a window of its own."""

    def __init__(self, page: Page, count: Callable[[], None]) -> None:
        self.page = page
        self._count = count

    async def press(self, name: str, *, said: str, beside: str = "") -> None:
        """A button, the one beside these words, until the console says what came of it."""
        where: Page | Locator = self.page
        if beside:
            rows = self.page.get_by_role("row").filter(has_text=beside)
            lines = self.page.locator(f"//p[contains(., '{beside}')]/following-sibling::form[1]")
            where = rows.or_(lines)
        await where.get_by_role("button", name=name, exact=True).click()
        self._count()
        await self.page.get_by_role("status").get_by_text(said).wait_for()

    async def choose(self, label: str, option: str, *, said: str) -> None:
        """An entry of a list, and Save."""
        await self.page.get_by_label(label).select_option(label=option)
        self._count()
        await self.press("Save", said=said)

    async def add_record(self, name: str, kind: str, value: str) -> None:
        """A DNS record, typed in."""
        await self.page.get_by_label("Name", exact=True).fill(name)
        await self.page.get_by_label("Type").select_option(kind)
        await self.page.get_by_label("Value", exact=True).fill(value)
        self._count()
        await self.press("Add record", said=f"Added {kind} ")

    async def copied(self, *words: str) -> str:
        """The long value in the first row that holds all these words."""
        row = self.page.get_by_role("row")
        for word in words:
            row = row.filter(has_text=word)
        return (await row.first.locator("td.value").inner_text()).strip()


@dataclass(frozen=True, slots=True)
class Deed:
    """What the words of a step ask for, and how hands do it."""

    words: str
    """The step that asks for it says this (a regular expression)."""
    console: str
    """The provider to whose log-in that step leads."""
    do: Hands
    paste: str = ""
    """What that step must give to be copied."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault, as a founder meets it."""

    topic: str
    """The title of the runbook that leads out."""
    deeds: tuple[Deed, ...]
    check: str = ""
    """What `/launch check` is asked for; "" where a card comes by itself."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What is true, by words of the question; everything else is "Not Sure"."""


class Founder:
    """One person at the page."""

    def __init__(self, page: Page, met: set[str] | None = None) -> None:
        self.page = page
        self.met = set() if met is None else met
        """Messages of earlier runs."""
        self.clicks = 0
        self.way: list[str] = []
        """Each step in one line, with what was pressed."""
        self.done: set[str] = set()
        """The words of the deeds that were done."""
        self._run = ""
        """Where the message of the run is, as a selector."""

    def count(self) -> None:
        """One more click."""
        self.clicks += 1

    # -- around the page -------------------------------------------------------

    @property
    def main(self) -> Locator:
        """The middle of the page."""
        return self.page.locator("#main")

    async def seen(self) -> str:
        """All that is on the page."""
        panes = await self.page.locator("#main, #thread:visible").all()
        return "\n".join([await pane.inner_text() for pane in panes])

    async def open(self, place: str) -> None:
        """A channel by its name, or what the app wrote to this person ("app")."""
        sidebar = self.page.locator("#sidebar")
        if place == "app":
            await sidebar.locator("[data-side=app]").click()
            await self.page.get_by_role("tab", name="Messages").click()
        else:
            # What nobody has read is counted behind the name.
            await sidebar.get_by_role("button", name=re.compile(rf"^{re.escape(place)}\b")).first.click()

    async def type_command(self, text: str) -> None:
        """Into the composer, Enter."""
        composer = self.page.locator("#composer-text")
        await composer.fill(text)
        await composer.press("Enter")

    async def turn_on(self, title: str) -> None:
        """The panel's switch of a fault."""
        panel = self.page.locator("#company")
        if not await panel.is_visible():
            await self.page.get_by_role("button", name=re.compile("^Demo company")).click()
        await panel.get_by_role("switch", name=title, exact=True).check()
        await panel.get_by_role("status").get_by_text("is broken").wait_for()

    async def act_as(self, name: str) -> None:
        """Sit down as somebody else."""
        await self.page.get_by_role("button", name=re.compile("^You act as")).click()
        await self.page.get_by_role("menuitemradio", name=name).click()
        await self.page.get_by_role("button", name=f"You act as {name}").wait_for()

    # -- into a run ------------------------------------------------------------

    @property
    def cards(self) -> Locator:
        """Cards of what is not over."""
        return self.main.locator("article.row").filter(has=self.page.get_by_role("heading", name=BAD))

    async def calm(self) -> None:
        """Until every card is green again."""
        await expect(self.cards).to_have_count(0, timeout=CARD)

    async def fix_card(self) -> None:
        """[Show Me the Fix] on the card that comes, then the thread below it."""
        await self.cards.last.wait_for(timeout=CARD)
        ts = await self.cards.last.get_attribute("data-row")
        # From now on it may turn out to be part of another one; what was begun goes on below it.
        card = self.main.locator(f'[data-row="{ts}"]')
        await card.get_by_role("button", name=FIX).click(timeout=PAGE)
        self.count()
        await self.main.get_by_text("It goes on in the thread of").last.wait_for(timeout=PAGE)
        await card.locator("button.replies").click()
        self.count()
        await self.meet("#thread")

    async def fix_finding(self, check: str) -> None:
        """`/launch check …`, [Show Me the Fix] beside the first finding, then what the app writes to this person."""
        await self.type_command(f"/launch check {check}")
        rows = self.main.locator(f"article.row{self._but_met}")
        row = rows.filter(has_text=f"Only {check} was looked at").last
        await row.wait_for(timeout=LOOK)
        self.met.add(await row.get_attribute("data-row") or "")
        await row.get_by_role("button", name=FIX).first.click(timeout=PAGE)
        self.count()
        await self.main.get_by_text("It goes on in our direct messages").last.wait_for(timeout=PAGE)
        await self.open("app")
        self.count()
        await self.meet("#main")

    @property
    def _but_met(self) -> str:
        return "".join(f':not([data-row="{ts}"])' for ts in self.met)

    async def meet(self, pane: str) -> None:
        """The newest run that is not over: its message stays the same one from now on."""
        rows = self.page.locator(f"{pane} article.row{self._but_met}")
        row = rows.filter(has=self.page.get_by_role("heading", name=LIVE)).last
        await row.wait_for(timeout=PAGE)
        ts = await row.get_attribute("data-row") or ""
        self.met.add(ts)
        self._run = f'{pane} [data-row="{ts}"]'

    # -- along a run -----------------------------------------------------------

    async def read(self, before: str = "") -> Step:
        """What stands open, once nothing is being looked at and it is no longer what it was `before`."""
        seen = await self.page.wait_for_function(READ, arg=[self._run, before], timeout=LOOK)
        head, text, paste, buttons = await seen.json_value()
        return Step(head, text, paste, tuple(buttons))

    async def press(self, label: str, step: Step) -> Step:
        """A button of the step that stands open; answers the next one.

        The message may change under the hand, as when its incident becomes part of another one: then it is read again.
        """
        try:
            await self.page.locator(self._run).get_by_role("button", name=label, exact=True).click(timeout=QUICK)
        except Gone:
            return await self.read()
        self.count()
        return await self.read(before=step.text)

    async def menu(self, label: str) -> None:
        """An entry behind the three dots of the run."""
        await self.page.locator(self._run).get_by_role("button", name="More options").click()
        await self.page.get_by_role("menuitem", name=label, exact=True).click()
        self.count()

    async def walk(self, case: Case) -> Step:
        """Until the run is over, or patience is."""
        step = await self.read()
        while not step.over and self.clicks <= MOST_CLICKS:
            label = await self._choose(step, case)
            self.way.append(f"{(step.task or step.question or step.text).strip().splitlines()[0][:90]} → {label}")
            step = await self.press(label, step)
        return step

    async def _choose(self, step: Step, case: Case) -> str:
        """What a person presses who has read this."""
        if step.task:
            for deed in case.deeds:
                if deed.words not in self.done and re.search(deed.words, step.task):
                    assert deed.paste in step.paste, f"{deed.paste} is not given to be copied: {step.text}"
                    await self._do(deed, step)
                    break
            return next(one for one in ("Done, Check It", "Done") if one in step.buttons)
        if step.question:
            known = (answer for words, answer in case.answers.items() if words in step.question)
            return next(known, "Not Sure")
        if "I could not look" in step.text:
            return "It Looks Good" if self.done else "It Looks Wrong"
        for one in ("It Looks Different", "I Sent It", "Next", "Check Now"):
            if one in step.buttons:
                return one
        raise AssertionError(f"there is nothing to press: {step.text}")

    async def _do(self, deed: Deed, step: Step) -> None:
        """In the console to which the step itself gives the link."""
        async with self.page.context.expect_page() as opened:
            await self.page.locator(self._run).get_by_role("link", name=deed.console).click(timeout=PAGE)
        self.count()
        page = await opened.value
        await deed.do(Console(page, self.count), step)
        await page.close()
        self.done.add(deed.words)
