"""What went wrong, as `application/problem+json` (RFC 9457): each says what the caller can do about it."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from publisher import VoyageError
from publisher.contract.places import mistakes as mistakes_in

BAD_REQUEST, NOT_FOUND, WRONG_TYPE, INVALID, UNAVAILABLE = 400, 404, 415, 422, 503
_TITLES = {
    BAD_REQUEST: "Bad request",
    NOT_FOUND: "No such booking",
    WRONG_TYPE: "Not JSON",
    INVALID: "Not a valid booking",
    UNAVAILABLE: "Try again later",
}


class ProblemError(Exception):
    """A request that can't be answered as it was meant: the HTTP status, a text for people, and details."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.more = more

    def response(self) -> web.Response:
        """The answer; with 503, `Retry-After` says when to try again."""
        title = _TITLES.get(self.status, "Not possible")
        body = {"title": title, "status": self.status, "detail": str(self), **self.more}
        response = web.json_response(body, status=self.status, content_type="application/problem+json")
        if self.status == UNAVAILABLE:
            response.headers["Retry-After"] = "2"
        return response


def invalid(mistakes: Iterable[tuple[str, str]]) -> ProblemError:
    """Each place that is wrong, such as `jeep.seats`, and why."""
    errors = [{"field": place, "message": text} for place, text in mistakes]
    detail = "; ".join(
        f"{found['field']}: {found['message']}" if found["field"] else found["message"] for found in errors
    )
    return ProblemError(INVALID, detail, code="invalid", errors=errors)


@web.middleware
async def as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors as problems; those of the client (no RabbitMQ, no consumer) are 503."""
    try:
        return await handler(request)
    except ProblemError as problem:
        return problem.response()
    except ValidationError as error:  # of an id in the address
        return invalid(mistakes_in(error, {"booking_id": ""})).response()
    except VoyageError as error:
        return ProblemError(UNAVAILABLE, str(error)).response()
    except web.HTTPError as error:
        return ProblemError(error.status, error.text or error.reason).response()
