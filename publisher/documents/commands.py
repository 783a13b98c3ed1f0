"""`voyage asyncapi` and `voyage schema`: the contract for clients in any language."""

import json
from typing import Annotated

import typer

from publisher.documents.asyncapi import document
from publisher.documents.schemas import Name, schema
from publisher.documents.yaml import to_yaml
from publisher.settings import BrokerSettings, load


def asyncapi(
    *,
    as_yaml: Annotated[
        bool, typer.Option("--yaml/--json", help="Which of the two notations to print.")
    ] = False,
) -> None:
    """Print the contract as an AsyncAPI 3.0 document, with your names for the queues.

    Example: voyage asyncapi --yaml > asyncapi.yaml
    """
    made = document(load(BrokerSettings))
    typer.echo(to_yaml(made) if as_yaml else json.dumps(made, indent=2), nl=not as_yaml)


def print_schema(message: Annotated[Name, typer.Argument(help="Which message.")]) -> None:
    """Print the JSON schema of one message of the contract.

    Example: voyage schema request > request.json
    """
    typer.echo(json.dumps(schema(message), indent=2))
