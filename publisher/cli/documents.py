"""`voyage asyncapi` and `voyage schema`: the contract for clients in any language."""

import json
from typing import Annotated

import typer

from publisher.asyncapi.document import document
from publisher.asyncapi.schemas import Name, schema
from publisher.asyncapi.yaml import to_yaml
from publisher.settings import BrokerSettings
from voyage.commands.help_texts import examples
from voyage.runtime.settings import load_settings

ASYNCAPI_EXAMPLES = examples("voyage asyncapi --yaml > asyncapi.yaml")
SCHEMA_EXAMPLES = examples("voyage schema request > request.json")


def asyncapi(
    *,
    as_yaml: Annotated[bool, typer.Option("--yaml/--json", help="Which of the two to print.")] = False,
) -> None:
    """Print the contract as an AsyncAPI 3.0 document.

    The queues have the names that your settings give them.
    """
    made = document(load_settings(BrokerSettings))
    typer.echo(to_yaml(made) if as_yaml else json.dumps(made, indent=2), nl=not as_yaml)


def print_schema(
    message: Annotated[Name, typer.Argument(metavar="MESSAGE", help="Which one.")],
) -> None:
    """Print the JSON schema of one message of the contract."""
    typer.echo(json.dumps(schema(message, load_settings(BrokerSettings).trip), indent=2))
