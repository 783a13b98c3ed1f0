"""The example for production: TLS, keys, who reaches whom, and who asks for numbers. No cluster is asked."""

import json
import re
from typing import Any

import kubernetes_validate
import pytest

from docs.tools.prometheus_rule import RULES, manifest
from saga.payloads.keys import EncryptionSettings
from tests.documentation.dashboard import jobs
from tests.documentation.pages import ROOT
from tests.unit.project.kustomized import Manifest, kustomized
from tests.unit.project.test_deployment import DEPLOY, KUBERNETES

EXAMPLE = kustomized(DEPLOY / "kubernetes/example-production")
OPERATOR = "monitoring.coreos.com/v1"
TEMPORAL = {
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_CERT_PATH",
    "TEMPORAL_TLS_CLIENT_KEY_PATH",
}


def named(kind: str) -> dict[str, Manifest]:
    return {each["metadata"]["name"]: each for each in EXAMPLE if each["kind"] == kind}


def pod(name: str) -> Manifest:
    spec: Manifest = named("Deployment")[name]["spec"]["template"]["spec"]
    return spec


def environment(name: str) -> dict[str, Any]:
    [container] = pod(name)["containers"]
    own = {each["name"]: each.get("value") for each in container["env"]} if "env" in container else {}
    return {**named("ConfigMap")["voyage-settings"]["data"], **own}


@pytest.mark.parametrize(
    "one",
    [each for each in EXAMPLE if each["apiVersion"] != OPERATOR],
    ids=lambda each: f"{each['kind']}-{each['metadata']['name']}",
)
def test_every_manifest_is_valid_to_the_letter(one: Manifest) -> None:
    kubernetes_validate.validate(one, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", ["consumer", "worker"])
def test_each_file_that_a_setting_names_is_in_a_secret_that_is_mounted(name: str) -> None:
    [container] = pod(name)["containers"]
    mounted = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    secrets = {each["name"]: each["secret"]["secretName"] for each in pod(name)["volumes"]}
    files = [value for value in environment(name).values() if str(value).startswith("/")]

    assert {secrets[mounted[file.rpartition("/")[0]]] for file in files} == {
        "voyage-tls",
        "voyage-encryption",
    }
    assert {each for each in environment(name) if each in TEMPORAL} == TEMPORAL
    assert "encryption_keys_file" in EncryptionSettings.model_fields


def test_rabbitmqs_certificate_is_for_the_consumer_alone_and_no_secret_has_its_value_here() -> None:
    tls = {"VOYAGE_AMQP_CA", "VOYAGE_AMQP_CERTIFICATE", "VOYAGE_AMQP_KEY"}

    assert tls & environment("consumer").keys() == tls
    assert tls & environment("worker").keys() == set()
    assert named("Secret") == {}
    assert not re.search(r"amqps?://\w+:|BEGIN ", json.dumps(EXAMPLE))


def test_each_secret_is_told_of_on_the_page() -> None:
    text = json.dumps(EXAMPLE)
    secrets = set(re.findall(r'"secretName": "([\w-]+)"', text))
    secrets |= set(re.findall(r'"secret(?:Key)?Ref": {"name": "([\w-]+)"', text))
    page = (ROOT / "docs/operations.md").read_text()

    assert secrets == set(re.findall(r"create secret \w+ ([\w-]+)", page))


def test_the_policies_choose_our_pods_and_leave_no_way_open() -> None:
    policies = named("NetworkPolicy")
    ways = {
        name: {port["port"] for rule in each["spec"].get("egress", ()) for port in rule["ports"]}
        for name, each in policies.items()
    }
    every = [rule for each in policies.values() for rule in each["spec"]["egress"]]

    assert policies["voyage"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert ways == {
        "voyage": {53, 7233},
        "consumer-to-rabbitmq": {5671, 5672},
        "worker-to-suppliers": {443},
    }
    assert all(rule["to"] and rule["ports"] for rule in every)
    assert chosen(policies["voyage"]["spec"]["podSelector"]) == {"consumer", "worker"}
    assert chosen(policies["consumer-to-rabbitmq"]["spec"]["podSelector"]) == {"consumer"}
    assert chosen(policies["worker-to-suppliers"]["spec"]["podSelector"]) == {"worker"}


def test_the_pods_are_asked_for_their_numbers_and_rabbitmq_as_the_dashboard_needs_it() -> None:
    monitors = {name: each["spec"] for name, each in named("PodMonitor").items()}
    [ours] = monitors["voyage"]["podMetricsEndpoints"]
    detailed, node = monitors["voyage-rabbitmq"]["podMetricsEndpoints"]

    assert chosen(monitors["voyage"]["selector"]) == {"consumer", "worker"}
    for name in ("consumer", "worker"):
        [container] = pod(name)["containers"]
        assert ours["port"] in {port["name"] for port in container["ports"]}
    assert (detailed["path"], detailed["params"]["family"]) == (
        jobs()["rabbitmq"]["metrics_path"],
        jobs()["rabbitmq"]["params"]["family"],
    )
    assert node["path"] == "/metrics"


def test_the_operator_gets_the_same_rules() -> None:
    assert RULES.read_text() == manifest(), "python -m docs.tools.prometheus_rule"


def chosen(selector: Manifest) -> set[str]:
    """The deployments whose pods it selects."""
    found = set()
    for name, each in named("Deployment").items():
        labels = each["spec"]["template"]["metadata"]["labels"]
        exactly = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
        within = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ()))
        found |= {name} if exactly and within else set()
    return found
