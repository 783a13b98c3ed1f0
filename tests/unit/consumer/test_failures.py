"""Every way in which a call to Temporal can fail belongs to somebody, in the code and on the page alike."""

import re
from pathlib import Path

import pytest
from temporalio.service import RPCStatusCode

from consumer.failures import TEMPORAL

PAGE = Path(__file__).parents[3] / "docs" / "delivery-guarantees.md"


@pytest.mark.parametrize("status", [status for status in RPCStatusCode if status is not RPCStatusCode.OK])
def test_every_status_of_grpc_is_classified_as_the_page_says(status: RPCStatusCode) -> None:
    rows = re.findall(r"^\| `(away|busy|refused)` \|.*$", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == ["away", "busy", "refused"]
    [told] = re.findall(rf"^\| `(\w+)` \|.*`{status.name}`.*$", PAGE.read_text(), re.MULTILINE)
    assert TEMPORAL[status].value == told
