"""What can go wrong while servers are found or started; each text says what to do next."""


class DevstackError(Exception):
    """The root of the errors here."""


class NotReachableError(DevstackError):
    """A server that the environment names does not answer. Start it, or unset the variable."""


class NotAvailableError(DevstackError):
    """A server is not on this machine and could not be fetched. The text has the commands to get it."""


class StartError(DevstackError):
    """A server was started and did not become ready. The text ends with what it logged last."""
