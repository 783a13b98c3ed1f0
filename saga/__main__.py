"""`voyage-worker`: runs the booking workflow and its activities; lists what needs a person."""

from voyage.commands.entry import run_command


def main() -> None:
    """Run the command; see `voyage.commands.failures` for its exit codes."""
    run_command("voyage-worker", "saga.cli.app", extra="service")


if __name__ == "__main__":
    main()
