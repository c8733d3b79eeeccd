"""Any document: every part and span, filled with any text."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from bot.document import (
    Action,
    Actions,
    Chart,
    Code,
    Document,
    Facts,
    Heading,
    Item,
    Link,
    Listing,
    Note,
    Paragraph,
    Person,
    Preformatted,
    Progress,
    Rule,
    Strong,
    Table,
    Time,
    Tone,
)
from tests.blockkit.hostile import texts

times = st.builds(
    Time,
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["time", "date", "both", "ago", "?"]),
)
spans = st.one_of(
    texts,
    st.builds(Strong, texts),
    st.builds(Code, texts),
    st.builds(Link, texts | st.just("https://a.example/x?y=1|z"), texts),
    times,
    st.builds(Person, st.sampled_from(["U0ANA", "Ben", "<!here>"])),
)
words = st.lists(spans, max_size=4).map(tuple)
numbers = st.integers(-3, 10**6)
actions = st.builds(
    Action,
    texts,
    texts,
    texts,
    st.booleans(),
    st.booleans(),
    texts,
    texts,
    st.sampled_from(["", "/launch check mail", "/launch status"]),
)
items = st.builds(
    Item,
    words,
    st.lists(words, max_size=3).map(tuple),
    st.sampled_from(Tone),
    texts,
    st.lists(actions, max_size=3).map(tuple),
)
parts = st.one_of(
    st.builds(Paragraph, words),
    st.builds(Heading, texts),
    st.builds(Facts, st.lists(st.tuples(texts, words), max_size=12).map(tuple)),
    st.builds(Listing, st.lists(items, max_size=14).map(tuple), texts, st.integers(0, 12)),
    st.builds(Preformatted, texts),
    st.builds(
        Table,
        st.lists(texts, max_size=5).map(tuple),
        st.lists(st.lists(texts, max_size=6).map(tuple), max_size=5).map(tuple),
        texts,
    ),
    st.builds(
        Chart,
        texts,
        texts,
        st.sampled_from(["line", "bar", "area", "?"]),
        st.lists(texts, max_size=25).map(tuple),
        st.lists(st.tuples(texts, st.lists(st.floats(), max_size=25).map(tuple)), max_size=8).map(tuple),
        texts,
    ),
    st.builds(Progress, numbers, numbers, texts),
    st.builds(Note, words),
    st.builds(Rule),
    st.builds(Actions, st.lists(actions, max_size=30).map(tuple)),
)
documents = st.builds(
    Document,
    texts,
    st.lists(parts, max_size=10).map(tuple),
    st.sampled_from(Tone),
    texts,
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)
