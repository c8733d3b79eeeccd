"""Text from outside: what mrkdwn, Markdown and plain text become, and what they can never become."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.growth import MOST, TIMES
from tests.page.conftest import Open
from tests.page.stage import Stage

NOW = 1_780_000_000

RENDER = """async ([module, name, args]) => {
  const made = await import(`/js/${module}.js`);
  const users = {U1: {id: 'U1', name: 'ana'}};
  const channels = {C1: {id: 'C1', name: 'launch'}};
  const ctx = {user: (id) => users[id], channel: (id) => channels[id], me: () => 'U1'};
  const box = document.createElement('div');
  box.append(...[made[name](...args, ctx)].flat());
  return box.innerHTML;
}"""


async def mrkdwn(page: Page, text: str) -> str:
    """The markup that a mrkdwn text becomes."""
    return await page.evaluate(RENDER, ["mrkdwn", "mrkdwn", [text]])


async def markdown(page: Page, text: str) -> str:
    """The markup that a Markdown text becomes."""
    return await page.evaluate(RENDER, ["markdown", "markdown", [text]])


async def test_marks(visit: Open) -> None:
    """Slack's marks become elements, and only where Slack sees a mark."""
    page = await visit()
    for text, html in {
        "*bold* _it_ ~gone~": "<strong>bold</strong> <em>it</em> <s>gone</s>",
        "*_both_*": "<strong><em>both</em></strong>",
        "2*3*4 and snake_case_name": "2*3*4 and snake_case_name",
        "* not bold *": "* not bold *",
        "`a *b* &lt;c&gt;`": "<code>a *b* &lt;c&gt;</code>",
        "one\ntwo": "one<br>two",
        "&gt; said\nplain": "<blockquote>said</blockquote>plain",
        ">>> all\nof it": "<blockquote>all<br>of it</blockquote>",
        "a\n```x = 1\ny```\nb": 'a<pre tabindex="0">x = 1\ny</pre>b',
        "fish &amp; chips &lt;b&gt;": "fish &amp; chips &lt;b&gt;",
        "&amp;lt;": "&amp;lt;",
        ":nothing_such: 10:30:15": ":nothing_such: 10:30:15",
        "*unclosed": "*unclosed",
    }.items():
        assert await mrkdwn(page, text) == html, text


async def test_mentions_links_and_emoji(visit: Open) -> None:
    """People, channels, links and emoji names show what they mean."""
    page = await visit()
    assert "@ana" in await mrkdwn(page, "<@U1>")
    assert "@guest" in await mrkdwn(page, "<@U9|guest>")
    assert "#launch" in await mrkdwn(page, "<#C1|old-name>")
    assert "@here" in await mrkdwn(page, "<!here>")
    assert "@ops" in await mrkdwn(page, "<!subteam^S1|@ops>")
    link = await mrkdwn(page, "<https://x.example/?a=1&amp;b=2|the *page*>")
    assert 'href="https://x.example/?a=1&amp;b=2"' in link
    assert 'rel="noopener noreferrer"' in link
    assert "the *page*" in link
    assert 'href="https://x.example/a"' in await mrkdwn(page, "see https://x.example/a.")
    assert 'href="mailto:a@b.example"' in await mrkdwn(page, "<mailto:a@b.example|a@b.example>")
    assert "✅" in await mrkdwn(page, ":white_check_mark:")
    assert "👍" in await mrkdwn(page, ":+1::skin-tone-3:")


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("{date_num}", "2026-05-28"),
        ("{date}", "May 28th, 2026"),
        ("{date_short}", "May 28, 2026"),
        ("{date_long}", "Thursday, May 28th, 2026"),
        ("{date_short_pretty} at {time}", "Today at 22:26"),
        ("{time_secs}", "22:26:40"),
        ("seen {ago}", "seen 7 minutes ago"),
        ("on {date_pretty}", "on today"),
        ("{nonsense}", "fallback"),
    ],
)
async def test_dates(visit: Open, token: str, said: str) -> None:
    """Every date token, in the reader's own zone, with the fallback for what is not known."""
    page = await visit()
    await page.clock.install(time=NOW + 440)
    await page.clock.pause_at(NOW + 450)
    html = await mrkdwn(page, f"<!date^{NOW}^{token}|fallback>")
    text = await page.evaluate("(html) => new DOMParser().parseFromString(html, 'text/html').body.textContent", html)
    assert text == said


async def test_today_inside_a_sentence(visit: Open, stage: Stage) -> None:
    """A pretty date has a capital letter only where a sentence begins."""
    page = await visit()
    date = f"<!date^{int(stage.now)}^{{date_short_pretty}}|x>"
    assert "As of <time" in (html := await mrkdwn(page, f"As of {date}. {date} it rained"))
    assert ">today</time>" in html
    assert ">Today</time> it rained" in html


async def test_yesterday_and_tomorrow(visit: Open) -> None:
    """The pretty dates say yesterday and tomorrow, also across the night of a time change."""
    page = await visit()
    said = await page.evaluate("""async () => {
      const {formatDate} = await import('/js/dates.js');
      const at = (text) => new Date(text);
      const ask = (then, now) => formatDate(at(then) / 1000, '{date_short_pretty}', at(now));
      return [ask('2026-03-28T23:30:00', '2026-03-29T12:00:00'), ask('2026-10-26T00:10:00', '2026-10-25T23:50:00'),
              ask('2026-10-20T10:00:00', '2026-10-25T10:00:00')];
    }""")
    assert said == ["Yesterday", "Tomorrow", "Oct 20, 2026"]


async def test_markdown(visit: Open) -> None:
    """Headings, lists in lists, tables, code and links of a markdown block."""
    page = await visit()
    html = await markdown(
        page,
        "# Top\n\n**bold** *it* ~~no~~ [x](https://x.example) `c`\n\n- a\n  - b\n- c\n\n1. one\n2. two\n\n"
        "| h | i |\n|---|---|\n| 1 | 2 |\n\n```\n<b>\n```\n> q",
    )
    for part in [
        '<h3 class="md-h1">Top</h3>',
        "<strong>bold</strong>",
        "<em>it</em>",
        "<s>no</s>",
        'href="https://x.example/"',
        "<code>c</code>",
        "<li>a<ul><li>b</li></ul></li><li>c</li>",
        "<ol><li>one</li><li>two</li></ol>",
        '<th scope="col">h</th>',
        "<td>2</td>",
        "&lt;b&gt;",
        "<blockquote>q</blockquote>",
    ]:
        assert part in html, part


HOSTILE = [
    "<script>window.pwned = 1</script>",
    "<img src=x onerror=window.pwned=1>",
    "<javascript:window.pwned=1|click>",
    "<JaVaScRiPt:window.pwned=1|click>",
    "<data:text/html,<script>window.pwned=1</script>|click>",
    "<vbscript:x|click> <file:///etc/passwd|click> <blob:x|click>",
    '<https://x.example/" onmouseover="window.pwned=1|click>',
    "<java\tscript:window.pwned=1|click>",
    "<https://x.example|<img src=x onerror=window.pwned=1>>",
    "[click](javascript:window.pwned=1) ![x](javascript:window.pwned=1) <javascript:window.pwned=1>",
    "`<img src=x onerror=window.pwned=1>`",
    "```<svg onload=window.pwned=1>```",
    "<!date^1780000000^{date}^javascript:window.pwned=1|x>",
    "<!date^1780000000^<img src=x onerror=window.pwned=1>|x>",
    '<@U1"><img src=x onerror=window.pwned=1>>',
    "<!here|<b>x</b>>",
    ":<img src=x onerror=window.pwned=1>:",
    "&lt;img src=x onerror=window.pwned=1&gt;",
    "*<b onmouseover=window.pwned=1>x</b>*",
]


async def test_hostile_text_stays_text(visit: Open, stage: Stage) -> None:
    """No text of a bot or a person becomes a script, an event handler or a link that runs something; in any place."""
    for text in HOSTILE:
        stage.message(text)
        stage.message(
            "blocks",
            blocks=[
                {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": text}},
                {"type": "header", "text": {"type": "plain_text", "text": text}},
                {"type": "markdown", "text": text},
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "text", "text": text},
                                {"type": "link", "url": text, "text": text},
                                {"type": "link", "url": "javascript:window.pwned=1"},
                            ],
                        }
                    ],
                },
                {"type": "image", "image_url": text, "alt_text": text},
                {
                    "type": "actions",
                    "elements": [
                        {"type": "button", "action_id": text, "url": text, "text": {"type": "plain_text", "text": text}}
                    ],
                },
                {"type": text, "text": text},
                {
                    "type": "data_visualization",
                    "title": text,
                    "chart": {
                        "type": "bar",
                        "series": [{"name": text, "data": [{"label": text, "value": 1}]}],
                        "axis_config": {"categories": [text]},
                    },
                },
                {
                    "type": "data_table",
                    "caption": text,
                    "rows": [[{"type": "raw_text", "text": text}], [{"type": "raw_text", "text": text}]],
                },
            ],
        )
    stage.state["users"][1]["real_name"] = HOSTILE[1]
    page = await visit()
    found = await page.evaluate("""() => {
      const bad = [];
      const active = ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'STYLE', 'LINK', 'BASE', 'META', 'IMG'];
      const places = ['href', 'src', 'action', 'xlink:href'];
      for (const node of document.querySelectorAll('#app *')) {
        if (active.includes(node.tagName)) bad.push(node.outerHTML);
        for (const {name, value} of node.attributes) {
          if (name.startsWith('on') || name === 'srcdoc') bad.push(`${name}=${value}`);
          if (places.includes(name) && !/^(https?:|mailto:|#)/.test(value)) bad.push(`${name}=${value}`);
        }
        if (node.tagName === 'A' && !node.rel.includes('noopener')) bad.push(node.outerHTML);
      }
      return {bad, pwned: window.pwned ?? null, rows: document.querySelectorAll('article.row').length};
    }""")
    assert found["bad"] == []
    assert found["pwned"] is None
    assert found["rows"] == 2 * len(HOSTILE)


async def test_long_rows_of_marks_are_quick(visit: Open) -> None:
    """Ten thousand marks without partners do not freeze the page: four times as many take about four times as long."""
    page = await visit()
    growing = """async ([times, most]) => {
      const {mrkdwn} = await import('/js/mrkdwn.js');
      const {markdown} = await import('/js/markdown.js');
      const took = (read, text) => {
        const begin = performance.now();
        read(text);
        return performance.now() - begin;
      };
      const slow = {};
      for (const [name, read] of Object.entries({mrkdwn, markdown})) {
        for (const char of ['*a ', '_a ', '`', '<', '&gt;', ':', '```', '*_~', '[', '**a ']) {
          let small = Infinity, large = Infinity, ratio = Infinity;
          for (let round = 0; round < 5 && ratio > most; round += 1) {
            large = Math.min(large, took(read, char.repeat(3000 * times)));
            small = Math.min(small, took(read, char.repeat(3000)));
            ratio = large < 20 ? 0 : large / Math.max(small, 20 / times);
          }
          if (ratio > most) slow[`${name} ${char}`] = [small, large];
        }
      }
      return slow;
    }"""
    slow = await page.evaluate(growing, [TIMES, MOST])
    assert not slow
