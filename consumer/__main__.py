"""`voyage-consumer`: bridges booking requests from RabbitMQ to Temporal, and results back."""

from voyage.commands.entry import run_command


def main() -> None:
    """Run the command; see `voyage.commands.failures` for its exit codes."""
    run_command("voyage-consumer", "consumer.command", extra="service")


if __name__ == "__main__":
    main()
