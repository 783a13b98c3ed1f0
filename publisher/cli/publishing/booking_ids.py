"""The booking ids of a file's requests: the same each time that it is published, so that it books once."""

from collections import Counter
from collections.abc import Iterable, Iterator

from publisher.cli.publishing.requests_file import RequestLine
from publisher.contract.identity import digest, to_bytes


def with_ids(lines: Iterable[RequestLine], batch: str) -> Iterator[RequestLine]:
    """Each request with its booking id: its own, or one that follows from what it says.

    That is `batch`, the fields (in whatever order and spelling), and its number among equal requests of the
    file. So a line that is inserted, or a file that is moved, changes no other id; equal lines are as many
    trips; and the same trip in another batch is another booking.
    """
    seen: Counter[bytes] = Counter()
    for line in lines:
        if line.request.booking_id is not None:
            yield line
            continue
        body = line.request.to_body()
        seen[body] += 1
        own = digest(b"publish", to_bytes(batch), body, str(seen[body]).encode())[:32]
        yield RequestLine(line.number, line.request.model_copy(update={"booking_id": own}))
