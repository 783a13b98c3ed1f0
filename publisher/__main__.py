"""`voyage`: the client's command."""

from voyage.commands.entry import run_command


def main() -> None:
    """Run the command; see `voyage.commands.failures` for its exit codes."""
    run_command("voyage", "publisher.cli.app")


if __name__ == "__main__":
    main()
