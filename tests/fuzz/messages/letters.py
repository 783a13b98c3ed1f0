"""One message as it is drawn: where it goes, its body, and every property as bytes."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from hypothesis import strategies as st

from tests.fuzz.messages.bodies import BODIES, FIELDS, OWN, PLAIN, STRINGS, object_of
from tests.fuzz.messages.frames import FRAME_MAX, filled, header, long, short
from tests.fuzz.messages.headers import DEATHS, TABLES


class To(StrEnum):
    """The queues that a consumer reads."""

    REQUESTS = "requests"
    CONTROL = "control"
    UNDELIVERED = "undelivered"


class Reply(StrEnum):
    """Where the sender wants its answer."""

    OWN = "a queue of its own"
    RESULTS = "names none"
    GONE = "a queue that is gone"
    FORBIDDEN = "not allowed"


@dataclass(frozen=True)
class Letter:
    """A message; `properties` are encoded, without `reply_to`, and `headers` is the inside of a table.

    `frame` is how many bytes its header frame shall have, at least. `reply_to` is for what isn't allowed.
    """

    to: To
    body: bytes = field(repr=False)
    reply: Reply
    properties: dict[str, bytes] = field(default_factory=dict)
    headers: bytes | None = field(default=None, repr=False)
    frame: int | None = None
    more_flags: int = 0
    reply_to: bytes = b""

    def header(self, reply_to: bytes) -> bytes:
        """The payload of its header frame, with this address."""
        properties = dict(self.properties)
        if reply_to:
            properties["reply_to"] = short(reply_to)
        headers = self.headers
        if self.frame is not None:
            headers = filled(headers or b"", properties, self.frame)
        if headers is not None:
            properties["headers"] = long(headers)
        return header(properties, len(self.body), self.more_flags)

    def text(self, name: str) -> bytes | None:
        """A property that is a short string, as it is read: an empty one counts as absent."""
        return self.properties.get(name, b"\x00")[1:] or None


USER = b"guest"
BAD = b"\xff\xfe\x80"
WORDS = st.sampled_from(
    [b"", b" ", b"x" * 255, BAD, BAD * 85, b"\n\t\x00", "ü".encode() * 120, b"\r\n"]
) | st.binary(max_size=30)
MESSAGE_IDS = WORDS.map(lambda word: (OWN.encode() + word)[:255])
TYPES = {
    To.REQUESTS: [b"booking.request"] * 2 + [b"", b"booking.cancel", b"booking.requests", BAD, b"x" * 255],
    To.CONTROL: [b"booking.cancel", b"booking.status"] * 2 + [b"", b"booking.request", BAD],
}  # fmt: skip
CONTENT = st.sampled_from(
    [b"application/json", b"text/plain", b"application/x-python-serialize", b"", b"gzip", BAD]
)
EXPIRATIONS = st.sampled_from(
    [b"0", b"1", b"60000", b"-1", b"soon", b"", b"1.5", b"4294967296", b" 5", b"99999999999999999999"]
)
TIMES = st.sampled_from([0, 1, 2**31, 2**32 * 2, 253402300800, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1])
FORBIDDEN = st.sampled_from([
    b"booking.results.parked", b"amq.rabbitmq.trace", b"x", b"booking.requests", b"booking.results\xff", b" ",
    b"\n", b"amq.gen-\x00", b"amq.gen-a\n", b"x" * 255, b"amq.rabbitmq.reply-to", b"*",
    b"amq.rabbitmq.reply-to.\xff",
])  # fmt: skip
PROPERTIES = {
    "content_type": CONTENT.map(short),
    "content_encoding": (CONTENT | WORDS).map(short),
    "delivery_mode": st.sampled_from([b"\x01", b"\x02", b"\x02", b"\x00", b"\x07", b"\xff"]),
    "priority": st.sampled_from([b"\x00", b"\x09", b"\xff"]),
    "correlation_id": WORDS.map(short),
    "timestamp": TIMES.map(lambda time: time.to_bytes(8, "big")),
    "user_id": st.sampled_from([USER] * 6 + [b"", b"somebody", BAD]).map(short),
    "app_id": WORDS.map(short),
    "cluster_id": WORDS.map(short),
}
FRAMES = st.sampled_from([FRAME_MAX + more for more in (-5000, -1100, -100, -2, -1, 0, 0, 1, 50, 5000)])


def _properties(to: To) -> st.SearchStrategy[dict[str, bytes]]:
    kind = st.sampled_from(TYPES[To.CONTROL if to is To.CONTROL else To.REQUESTS]).map(short)
    some = {**PROPERTIES, "message_id": MESSAGE_IDS.map(short), "type": kind}
    if to is To.REQUESTS:  # what expires in the others is of no kind that somebody waits for
        some["expiration"] = EXPIRATIONS.map(short)
    always = {"type": kind} if to is To.CONTROL else {"message_id": some["message_id"]}
    chosen = st.lists(st.sampled_from(sorted(some)), max_size=4, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries({name: some[name] for name in names})
    ) | chosen.flatmap(
        lambda names: st.fixed_dictionaries({**{name: some[name] for name in names}, **always})
    )


def _headers(to: To) -> st.SearchStrategy[bytes | None]:
    """None or a table; a foreign `x-death` only where RabbitMQ itself adds none, which is not ours to try."""
    plain = st.none() | st.none() | TABLES
    return plain | DEATHS if to is To.UNDELIVERED else plain


IDS = st.sampled_from(["", "a", "\\ud800", " ", "x" * 243, "x" * 244, "ü", "\\u0000"]).map(
    lambda text: f'"{OWN}{text}"'
)
REASONS = st.lists(
    st.tuples(st.sampled_from(['"reason"', '"more"', '"booking_id"']), FIELDS["booking_id"] | STRINGS),
    max_size=1,
)
CONTROLS = st.builds(
    lambda own, more: object_of([('"booking_id"', own), *more]), IDS | IDS | STRINGS, REASONS
).map(lambda text: text.encode("utf-8", "surrogatepass"))


def _letter(to: To) -> st.SearchStrategy[Letter]:
    return st.builds(
        Letter,
        to=st.just(to),
        body=(CONTROLS | CONTROLS | BODIES) if to is To.CONTROL else (PLAIN | BODIES),
        reply=st.sampled_from([Reply.OWN, Reply.OWN, Reply.OWN, *Reply]),
        properties=_properties(to),
        headers=_headers(to),
        frame=st.none() | st.none() | st.none() | FRAMES,
        more_flags=st.sampled_from([0] * 20 + [1, 2, 3]),
        reply_to=FORBIDDEN,
    )


LETTERS = st.one_of(
    *(_letter(to) for to in (To.REQUESTS, To.REQUESTS, To.REQUESTS, To.CONTROL, To.UNDELIVERED))
)
BURSTS = st.lists(LETTERS, min_size=10, max_size=30)


def _signed(letter: Letter) -> Letter:
    """The same with the sender's user, unless it names one: nobody's are rejected without an answer."""
    return replace(letter, properties={"user_id": short(USER), **letter.properties})


SIGNED_BURSTS = st.lists(LETTERS.map(_signed), min_size=10, max_size=30)
