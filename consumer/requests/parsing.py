"""From a message body to a valid request, by the rules of the contract's section "Request"."""

from pydantic import ValidationError

from consumer.amqp.json_body import parse_json_object
from consumer.errors import InvalidRequestError
from publisher.contract.request import BookingRequest


def parse_request(body: bytes) -> BookingRequest:
    """The request in a body; raises `InvalidRequestError` with the code and the text for the client."""
    try:
        return BookingRequest.model_validate(parse_json_object(body))
    except ValidationError as invalid:
        raise InvalidRequestError("invalid", _explain(invalid)) from None


def _explain(invalid: ValidationError) -> str:
    """One line that names each field that is wrong, in the order of the model."""
    problems = []
    for error in invalid.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(map(str, error["loc"]))
        problems.append(f"{field}: {error['msg'].removeprefix('Value error, ')}")
    return "; ".join(problems)
