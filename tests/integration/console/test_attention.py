"""A booking whose undo failed, in the console: seen, tried again, settled."""

import pytest

from saga.errors import SupplierRefusedError
from saga.models import BookingStatus, LegStatus
from saga.suppliers.supplier import SupplierCall
from tests.integration.conftest import Handle, Saga
from tests.integration.console.conftest import Browser


@pytest.fixture
async def waiting(saga: Saga) -> Handle:
    async def no_way_back(_: SupplierCall) -> None:
        raise SupplierRefusedError("no way back")

    saga.supplier.on["undo hotel"] = no_way_back
    return await saga.start(flight="invalid", prefix="booking-")


async def test_it_is_listed_with_its_reason_and_retried(
    browser: Browser, saga: Saga, waiting: Handle
) -> None:
    page = await browser.sees("/attention", waiting.id)
    card = page.partition(f'id="open-{waiting.id}"')[2].partition("</li>\n</ol>")[0]
    assert "still booked" in card
    assert "no way back" in card

    del saga.supplier.on["undo hotel"]
    page = await browser.acts("/attention/retry", id=waiting.id)
    assert "tries again to undo its open legs." in page
    outcome = await waiting.result()
    assert outcome.status is BookingStatus.CANCELLED


async def test_it_is_settled_with_a_note_after_a_question(browser: Browser, waiting: Handle) -> None:
    await browser.sees("/attention", waiting.id)
    answer, asked = await browser.post("/attention/settle", id=waiting.id, note="by phone, Mr Jones")
    assert answer.status == 200
    assert "can&#39;t be taken back" in asked

    page = await browser.acts("/attention/settle", id=waiting.id, note=" ", confirmed="yes")
    assert "Say how it was settled" in page
    await browser.acts("/attention/settle", id=waiting.id, note="by phone, Mr Jones", confirmed="yes")
    [_, hotel, _] = (await waiting.result()).legs
    assert hotel.status is LegStatus.UNDONE
    assert "by phone, Mr Jones (by " in (hotel.error or "")


async def test_what_is_not_listed_is_told(browser: Browser) -> None:
    page = await browser.acts("/attention/retry", id="nobody-1")
    assert "nobody-1" in page
    assert 'class="notice failed"' in page
