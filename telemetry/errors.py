"""What can go wrong in watching a process, each with what its user can do about it."""


class TelemetryError(Exception):
    """The root of telemetry's own errors. Each text is one line that says what to do next."""


class StuckError(TelemetryError):
    """The process does not do its work, waiting does not help, and it could not be mended: start it anew."""


class NotConfiguredError(TelemetryError):
    """Traces are asked for in a way that can't be had. The text names the variable."""


class PortInUseError(TelemetryError):
    """The address for health and metrics can't be listened on. The text names the setting."""
