"""What a supplier raised, as the failure that Temporal stores: its words, cut, and the try's number."""

import math
import traceback
import unicodedata
from datetime import timedelta
from types import TracebackType

from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory, FailureError

from saga.errors import REFUSED, UNAVAILABLE, SupplierError, SupplierRefusedError, SupplierUnavailableError

TEXT_LIMIT = 500
"""The most characters of a supplier's text that are kept."""
_FRAMES = 20
_LONGEST_PAUSE = 86_400.0


def failed_try(error: BaseException, who: str, attempt: int) -> ApplicationError:
    """Tell Temporal whether and when to try again, and the workflow which of the activity's tries this was.

    The supplier's exception itself is left out: nobody knows how large it is, or what its `str()` does.
    """
    text = _text(error, who)
    trace = _innermost(error.__traceback__)
    if issubclass(type(error), SupplierRefusedError):
        benign = ApplicationErrorCategory.BENIGN
        refusal = ApplicationError(text, attempt, type=REFUSED, non_retryable=True, category=benign)
        return refusal.with_traceback(trace)
    failure = ApplicationError(text, attempt, type=UNAVAILABLE, next_retry_delay=_pause(error))
    return failure.with_traceback(trace)


def cut(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text without what JSON and terminals can't take; one longer than the limit is cut, and says so."""
    kept = "".join("\ufffd" if _is_unfit(character) else character for character in text[:limit])
    return kept if len(text) <= limit else f"{kept} [… cut: {len(text)} characters]"


def _is_unfit(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t"


def _text(error: BaseException, who: str) -> str:
    """The words of a supplier's error as they are; any other exception with its name, as it is a defect."""
    words = _words(error)
    if issubclass(type(error), SupplierError) and words:
        return words
    said = f"{who} raised {cut(type(error).__name__, 100)}"
    return f"{said}: {words}" if words else f"{said} without a text"


def _words(error: BaseException) -> str:
    try:
        words = str(error)
        if isinstance(error, BaseExceptionGroup):
            words = "; ".join([words, *(str(part) for part in error.exceptions[:5])])
        return cut(words).strip()
    except BaseException as broken:  # noqa: BLE001 -- an exception's own str() may do anything
        return f"its text can't be read ({cut(type(broken).__name__, 100)})"


def _pause(error: BaseException) -> timedelta | None:
    """How long the supplier asked to be left in peace, a day at most."""
    if not issubclass(type(error), SupplierUnavailableError):
        return None
    try:
        seconds = float(error.retry_after)  # type: ignore[attr-defined]  # raises whatever it likes, if it isn't there
    except BaseException:  # noqa: BLE001 -- what isn't a number asks for nothing
        return None
    return timedelta(seconds=min(max(seconds, 0.0), _LONGEST_PAUSE)) if math.isfinite(seconds) else None


def _innermost(trace: TracebackType | None) -> TracebackType | None:
    """The last frames, where it happened: a recursion has a thousand."""
    for _ in range(max(0, len(list(traceback.walk_tb(trace))) - _FRAMES)):
        trace = trace.tb_next if trace else None
    return trace


def cause_of(failure: FailureError) -> BaseException:
    """What was raised in the activity; the SDK puts words around it, unless the activity is a local one."""
    return (failure.cause or failure) if isinstance(failure, ActivityError) else failure


def is_refusal(failure: FailureError) -> bool:
    """Whether a supplier said no, for good."""
    cause = cause_of(failure)
    return isinstance(cause, ApplicationError) and cause.type == REFUSED


def failure_text(failure: FailureError) -> str:
    """What a supplier said, without Temporal's words around it; an earlier worker did not cut it."""
    cause = cause_of(failure)
    return cut(getattr(cause, "message", None) or str(cause), 2 * TEXT_LIMIT)
