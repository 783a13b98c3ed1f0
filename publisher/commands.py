"""The `voyage` command: which commands there are, in the order of its help."""

import typer

from publisher import book_command, control_commands, dead_commands, publish_command, results_command
from publisher.documents import commands as document_commands
from publisher.terminal import examples

app = typer.Typer(
    name="voyage",
    help="Book trips through RabbitMQ. AMQP_URL says where it is.",
    epilog=examples(
        book_command.TRIP,
        "voyage COMMAND --help",
        'eval "$(voyage --show-completion)"  # in this shell',
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command(epilog=book_command.EXAMPLES)(book_command.book)
app.command(epilog=publish_command.EXAMPLES)(publish_command.publish)
app.command(epilog=results_command.EXAMPLES)(results_command.results)
app.command(epilog=control_commands.CANCEL_EXAMPLES)(control_commands.cancel)
app.command(epilog=control_commands.STATUS_EXAMPLES)(control_commands.status)
app.add_typer(dead_commands.app, name="dead")
app.command(epilog=document_commands.ASYNCAPI_EXAMPLES)(document_commands.asyncapi)
app.command("schema", epilog=document_commands.SCHEMA_EXAMPLES)(document_commands.print_schema)
