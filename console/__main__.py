"""`voyage-console`: see every booking live in a browser, and mend what is stuck."""

from voyage.commands.entry import run_command


def main() -> None:
    """Run the command; see `voyage.commands.failures` for its exit codes."""
    run_command("voyage-console", "console.command", extra="console")


if __name__ == "__main__":
    main()
