"""Texts as an environment or a command line can hold them: no NUL; bytes that are no UTF-8 as surrogates."""

from hypothesis import strategies as st

_characters = st.characters(exclude_characters="\0", codec="utf-8") | st.sampled_from(
    [chr(0xDC00 + byte) for byte in range(0x80, 0x100)]
)
NUMBERS = st.sampled_from(
    [
        "inf",
        "-inf",
        "nan",
        "1e20",
        "1e308",
        "1e-320",
        "-1",
        "0",
        "1",
        "5",
        "0.5",
        "1e3",
        "9" * 400,
        "true",
        "1_0",
    ]
)
ODD = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "x" * 300,
        "x" * 70_000,
        "amq.queue",
        "/",
        "/nope/x",
        "/dev/null",
        "-",
        "--",
        "[red]",
        "a" * 70 + ".b",
        "localhost",
        "::1",
        "http://[",
        "amqp://[::1",
        "amqp://u:p@h:99999/",
        "../" * 2000,
        "{}",
        "id:key",
        "ü🧳",
        "\udcff",
    ]
)
TEXTS = NUMBERS | ODD | st.text(_characters, max_size=40)
