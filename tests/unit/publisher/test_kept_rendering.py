"""How a dead letter's body begins, as a list shows it."""

import pytest

from publisher.cli.kept_rendering import EXCERPT, excerpt


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", ""),
        (b"not json", "not json"),
        (b"x" * EXCERPT, "x" * EXCERPT),
        (b"x" * (EXCERPT + 1), "x" * EXCERPT + "…"),
        ("ü".encode() * 70, "ü" * EXCERPT + "…"),
        ("🚗".encode() * EXCERPT, "🚗" * EXCERPT),
        (b'{\n  "name":\t"J"\n}', '{ "name": "J" }'),
        (b" " * 300, "…"),
        (b"\x1b[2J\xff\x00", "\\x1b[2J\\xff\\x00"),
    ],
)
def test_it_is_one_line_and_says_where_it_is_cut(body: bytes, shown: str) -> None:
    assert excerpt(body) == shown
