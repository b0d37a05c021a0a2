"""What a reader sees of some HTML; no HTML raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.html_text import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("It is 3 < 4 &amp; so on", "It is 3 < 4 & so on"),
        ("plain  text\r\nwith lines", "plain  text\nwith lines"),
        ("<p>One.</p><p>Two,<br />three.</p>", "One.\n\nTwo,\nthree."),
        ("<ul><li>tea</li><li>milk</li></ul>", "- tea\n- milk"),
        ('See <a href="https://acme.example/help">our page</a>.', "See our page (https://acme.example/help)."),
        ('<a href="https://acme.example/a/">acme.example/a</a>', "https://acme.example/a/"),
        (
            '<a href="https://acme.example/way"><span class="unseen">https://</span><span>acme.example/way</span></a>',
            "https://acme.example/way",
        ),
        ('<a href="https://social.example/@acme">@<span>acme</span></a> hi', "@acme hi"),
        ('<a href="javascript:alert(1)">here</a>', "here"),
        ('<img src="x" alt="a red lamp"> blinks', "a red lamp blinks"),
        ("<script>alert(1)</script><style>p{}</style><!-- no -->seen", "seen"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<![CDATA[x]]><p>y", "y"),
        ("", ""),
        ("a\x00b", "ab"),
        ("<i>" * 500 + "deep" + "</i>" * 500, "deep"),
        ("<p>" * 5_000 + "deeper", "deeper"),
    ],
)
def test_html_reads_as_a_reader_sees_it(html: str, text: str) -> None:
    assert text_of(html) == text


@given(
    st.text()
    | st.lists(st.sampled_from(["<p>", "</p>", "<a href=", '"', ">", "<![", "--", "&#x", "x", "<"])).map("".join)
)
def test_any_string_has_a_text(html: str) -> None:
    assert isinstance(text_of(html), str)
    assert "\x00" not in text_of(html)
