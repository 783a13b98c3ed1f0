"""The booking as a DBOS workflow with a FastAPI endpoint, as in its checkout example: it stores each step."""

import os
from typing import Any

import uvicorn
from dbos import DBOS, SetWorkflowID
from fastapi import FastAPI

from benchmarks.peers import supplier

api = FastAPI()


def _temporary(error: BaseException) -> bool:
    return not isinstance(error, supplier.RefusedError)


@DBOS.step(retries_allowed=True, max_attempts=5, should_retry=_temporary)
async def book_leg(trip: dict[str, str], leg: str) -> str:
    """Book one leg, and return the reference."""
    return await supplier.book_async(trip["booking_id"], leg, trip[leg])


@DBOS.step(retries_allowed=True, max_attempts=5)
async def undo_leg(trip: dict[str, str], leg: str) -> None:
    """Undo one leg."""
    await supplier.undo_async(trip["booking_id"], leg, trip[leg])


@DBOS.workflow()
async def booking(trip: dict[str, str]) -> str:
    """Book the three legs one after the other; if one is refused, undo them in reverse."""
    taken: list[str] = []
    try:
        for leg in supplier.LEGS:
            taken.append(leg)
            await book_leg(trip, leg)
    except supplier.RefusedError:
        for leg in reversed(taken):
            await undo_leg(trip, leg)
        return "cancelled"
    return "booked"


@api.post("/book")
async def book(trip: dict[str, str]) -> dict[str, Any]:
    """Book once for each id, and answer when the workflow has ended."""
    with SetWorkflowID(trip["booking_id"]):
        return {"status": await booking(trip)}


if __name__ == "__main__":
    DBOS(
        config={
            "name": "peers",
            "application_version": "1",
            "system_database_url": os.environ["DBOS_SYSTEM_DATABASE_URL"],
            "log_level": "WARNING",
        }
    )
    DBOS.launch()
    uvicorn.run(api, port=int(os.environ["PEERS_HTTP_PORT"]), access_log=False)
