"""The `voyage` command: which commands there are, in the order of its help."""

import logging

import typer

from publisher.cli import book, control, dead, parked, results
from publisher.cli import documents as document_commands
from publisher.cli.failures import explain
from publisher.cli.publishing import command as publishing
from publisher.cli.terminal import LogLines
from voyage.commands.help_texts import examples
from voyage.commands.version import VersionOption

__all__ = ["app", "explain"]

app = typer.Typer(
    name="voyage",
    help="Book trips through RabbitMQ. AMQP_URL says where it is.",
    epilog=str(book.CHOSEN.mistake)
    if book.CHOSEN.mistake
    else examples(
        book.TRIP,
        "voyage COMMAND --help",
        'eval "$(voyage --show-completion)"  # in this shell',
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def log_to_stderr(*, version: VersionOption = False) -> None:  # noqa: ARG001 -- it has ended by then
    """Let only what helps reach standard error: each command says itself what its connection did."""
    logging.basicConfig(level=logging.WARNING, format="voyage: %(message)s", handlers=[LogLines()])
    logging.getLogger("aio_pika").setLevel(logging.ERROR)
    for library in ("aiormq", "asyncio"):
        logging.getLogger(library).setLevel(logging.CRITICAL)


app.command(epilog=book.EXAMPLES)(book.book)
app.command(epilog=publishing.EXAMPLES)(publishing.publish)
app.command(epilog=results.EXAMPLES)(results.results)
app.command(epilog=control.CANCEL_EXAMPLES)(control.cancel)
app.command(epilog=control.STATUS_EXAMPLES)(control.status)
app.add_typer(dead.app, name="dead")
app.add_typer(parked.app, name="parked")
app.command(epilog=document_commands.ASYNCAPI_EXAMPLES)(document_commands.asyncapi)
app.command("schema", epilog=document_commands.SCHEMA_EXAMPLES)(document_commands.print_schema)
