"""What the log says of a supplier's failed tries: few lines for an outage, one traceback for each defect."""

from temporalio.exceptions import ApplicationError

from saga.errors import REFUSED, SupplierUnavailableError
from saga.suppliers.supplier import SupplierCall
from voyage.runtime.outages import OUTAGES, blame

_TRIES = "tries"
_MOST_DEFECTS = 1000
_told: set[tuple[str, str]] = set()


def answered(call: SupplierCall) -> None:
    """The supplier of this leg gave an answer, even if that was no."""
    OUTAGES.back(_supplier(call), _TRIES)


def failed(failure: ApplicationError, error: BaseException, who: str, call: SupplierCall) -> None:
    """Count the failed try with its supplier's outage, unless a traceback must show a defect of its code."""
    if failure.type == REFUSED:
        answered(call)
        return
    OUTAGES.lost(_supplier(call), _TRIES)
    if issubclass(type(error), SupplierUnavailableError) or not _is_new(who, type(error).__name__):
        blame(failure, _supplier(call))


def _is_new(who: str, kind: str) -> bool:
    if (who, kind) in _told or len(_told) >= _MOST_DEFECTS:
        return False
    _told.add((who, kind))
    return True


def _supplier(call: SupplierCall) -> str:
    return f"The {call.leg} supplier"
