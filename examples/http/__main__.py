"""`python -m examples.http`: open the door until Ctrl-C or SIGTERM."""

from voyage.commands.entry import run_command

if __name__ == "__main__":
    run_command("examples.http", "examples.http.command", extra="service")
