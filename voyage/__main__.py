"""`voyage`: the client's command, and `voyage dev`, which brings everything else up."""

from voyage.commands.entry import run_command


def main() -> None:
    """Run the command; see `voyage.commands.failures` for its exit codes."""
    run_command("voyage", "voyage.dev.app")


if __name__ == "__main__":
    main()
