"""Whether each leg has a supplier in the environment of this command, which should be the worker's."""

from saga.suppliers.selection import names_of, shown
from voyage.errors import SettingsError
from voyage.runtime.check_results import CheckResult, CheckState
from voyage.trips import Trip


def check(name: str, trip: type[Trip]) -> CheckResult:
    """Who supplies each leg of this trip."""
    try:
        names = names_of(trip.declared_legs)
    except SettingsError as missing:
        return CheckResult(name, CheckState.FAILED, "not as a worker needs them", str(missing))
    found = ", ".join(f"{leg}: {shown(supplier)}" for leg, supplier in names.items())
    return CheckResult(name, CheckState.OK, found)
