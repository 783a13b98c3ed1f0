"""What a person watches."""

from rich.console import Console

from voyage.commands.failures import one_line

console = Console(soft_wrap=True, highlight=False, markup=False)


def aside(text: str) -> None:
    """Say what is good to know."""
    console.print(text, style="dim")


def complain(mistake: Exception) -> None:
    """Say in one line what is wrong, and goes on being so until somebody does something."""
    console.print(one_line(str(mistake)), style="red")


def log_line(name: str, line: str) -> None:
    """Show a line of a process's log."""
    console.print(f"{name:<8} | {line}", style="dim")
