"""`python -m examples.demo`: books trips over real servers and shows what became of them."""

from voyage.commands.entry import run_command

if __name__ == "__main__":
    run_command("demo", "examples.demo.command", extra="dev")
