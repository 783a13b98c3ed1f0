"""What is hunted. A new target is a module with a `TARGET`, and a row here."""

from tests.fuzz import command_lines, processes, request_files, setting_texts, suppliers, trip_options
from tests.fuzz.hunting import Target
from tests.fuzz.messages import hunt

TARGETS: tuple[Target, ...] = (
    setting_texts.TARGET,
    request_files.TARGET,
    command_lines.TARGET,
    trip_options.TARGET,
    processes.TARGET,
    suppliers.CALLS,
    suppliers.BOOKINGS,
    hunt.TARGET,
    hunt.OWNED,
)
