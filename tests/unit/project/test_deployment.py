"""What is deployed agrees with the code: schemas, names, numbers. No server is asked."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from consumer.settings import ConsumerSettings
from publisher.amqp.topology import queues
from publisher.cli.publishing.requests_file import read_requests
from publisher.settings import BrokerSettings
from saga.settings import WorkerSettings
from voyage.trips.tutorial import BookingRequest

DEPLOY = Path(__file__).parents[3] / "deploy"
BASE, AUTOSCALING = DEPLOY / "kubernetes/base", DEPLOY / "kubernetes/autoscaling"
REQUESTS = "voyage.requests"
KUBERNETES = "1.33"


def resources(folder: Path) -> list[dict[str, Any]]:
    """The objects of a kustomization's own files."""
    names = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    files = [folder / name for name in names if name != "../base"]
    return [found for file in files for found in yaml.safe_load_all(file.read_text())]


def named(kind: str, folder: Path = BASE) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in resources(folder) if each["kind"] == kind}


def pins(requirements: Path) -> set[str]:
    return set(re.findall(r"^[a-z0-9-]+==[^ ]+", requirements.read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    "manifest", resources(BASE), ids=lambda each: f"{each['kind']}-{each['metadata']['name']}"
)
def test_every_manifest_is_valid_to_the_letter(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_a_pod_has_longer_to_stop_than_its_process_takes_to_drain() -> None:
    pods = {name: each["spec"]["template"]["spec"] for name, each in named("Deployment").items()}

    assert pods["consumer"]["terminationGracePeriodSeconds"] > 3 * ConsumerSettings().drain_timeout
    assert pods["worker"]["terminationGracePeriodSeconds"] > WorkerSettings().shutdown_grace


@pytest.mark.parametrize("name", ["consumer", "worker"])
def test_a_pod_runs_without_rights_and_says_when_it_is_ready(name: str) -> None:
    pod = named("Deployment")[name]["spec"]["template"]["spec"]
    [container] = pod["containers"]

    assert container["args"] == [f"voyage-{name}"]  # a command would take the place of the image's entrypoint
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert named("PodDisruptionBudget")[name]["spec"]["maxUnavailable"] == 1


def test_only_the_consumer_has_the_brokers_password() -> None:
    pods = {name: json.dumps(each["spec"]) for name, each in named("Deployment").items()}

    assert {name: "AMQP_URL" in pod for name, pod in pods.items()} == {"consumer": True, "worker": False}


def test_scaling_looks_at_the_queues_that_there_are() -> None:
    scaled = named("ScaledObject", AUTOSCALING)
    watched = {
        each["metadata"].get("queueName") or each["metadata"]["taskQueue"]
        for scaling in scaled.values()
        for each in scaling["spec"]["triggers"]
    }
    settings = ConsumerSettings()

    assert {each["spec"]["scaleTargetRef"]["name"] for each in scaled.values()} == set(named("Deployment"))
    assert watched == {settings.requests_queue, settings.task_queue, settings.reply_task_queue}


def test_the_brokers_definitions_are_the_contracts_queues_and_an_exchange_for_requests() -> None:
    defined = json.loads((DEPLOY / "rabbitmq/definitions.json").read_text())
    names = ConsumerSettings(request_exchange=REQUESTS, owners=True)

    assert {queue["name"]: queue["arguments"] for queue in defined["queues"]} == {
        queue.name: {"x-queue-type": "quorum", **queue.arguments} for queue in queues(names)
    }
    assert {(each["source"], each["destination"], each["routing_key"]) for each in defined["bindings"]} == {
        (REQUESTS, queue, queue) for queue in names.routes
    }
    assert [exchange["name"] for exchange in defined["exchanges"]] == [REQUESTS]


def test_bookings_have_owners_wherever_they_are_deployed_and_the_operators_are_users_there() -> None:
    defined = json.loads((DEPLOY / "rabbitmq/definitions.json").read_text())
    composed = yaml.safe_load((DEPLOY.parent / "compose.yaml").read_text())["services"]
    settings = [composed[name]["environment"] for name in ("consumer", "console", "trips")]

    for each in (*settings, named("ConfigMap")["voyage-settings"]["data"]):
        assert each["VOYAGE_OWNERS"] == "true"
        operators = BrokerSettings(operators=each["VOYAGE_OPERATORS"]).operator_names
        assert operators <= {one["user"] for one in defined["permissions"]}
        assert not operators & {"client", "partner"}


def test_the_composed_trips_are_two_requests_with_ids_of_their_own() -> None:
    requests, mistakes = read_requests((DEPLOY / "trips.jsonl").read_bytes(), BookingRequest)

    assert not mistakes
    assert [each.request.model_dump()["hotel"] for each in requests] == [
        "valid-hotel-id",
        "invalid-hotel-id",
    ]
    assert len({each.request.booking_id for each in requests}) == 2


def test_the_image_gets_every_package_of_the_services_pinned_as_in_development() -> None:
    extras = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = {re.split(r"[^a-z0-9-]", name, maxsplit=1)[0] for name in (*extras["service"], *extras["otel"])}
    image, development = (pins(DEPLOY.parent / f"requirements/{name}.txt") for name in ("service", "dev"))

    assert wanted <= {pin.split("==")[0] for pin in image}
    assert image <= development
