"""AMQP_URL as people write it, for one RabbitMQ and for the nodes of a cluster."""

import pytest

from publisher.broker_url import read, shown_address
from voyage.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("amqp://localhost", ["amqp://localhost"]),
        ("amqp://u:p@a,b:5673/v", ["amqp://u:p@a/v", "amqp://u:p@b:5673/v"]),
        (
            "amqps://u:p,q@a:1,[::1]:2/?auth=EXTERNAL",
            ["amqps://u:p,q@a:1/?auth=EXTERNAL", "amqps://u:p,q@[::1]:2/?auth=EXTERNAL"],
        ),
        ("amqp://u:p@a/v;amqp://u:p@b/v", ["amqp://u:p@a/v", "amqp://u:p@b/v"]),
        ("amqp://u:p;q@a/v", ["amqp://u:p;q@a/v"]),
    ],
)
def test_each_node_has_an_address(text: str, addresses: list[str]) -> None:
    assert [str(node) for node in read(text)] == addresses


@pytest.mark.parametrize(
    "text",
    ["amqp://u:secret@a,/v", "amqp://u:secret@,a", "amqp://u:secret@a,b:0", "amqp://u:secret@a b,c"],
)
def test_a_list_with_something_else_in_it_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"not an address of RabbitMQ.*comma") as refused:
        read(text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "other", ["amqp://u:q@b/v", "amqp://u:p@b/w", "amqps://u:p@b/v", "amqp://u:p@b/v?auth=EXTERNAL"]
)
def test_nodes_differ_in_host_and_port_alone(other: str) -> None:
    with pytest.raises(SettingsError, match="more than one RabbitMQ"):
        read(f"amqp://u:p@a/v;{other}")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("heartbeat=0", "heartbeat can't be set in the URL. Use VOYAGE_SILENCE_TIMEOUT."),
        ("foo=secret", "has an option without effect. Of those after a ?, it takes auth alone."),
        ("auth=plain&connection_timeout=5", "has an option without effect"),
        ("name=x", "has an option without effect"),
        ("auth=secret", "auth takes plain or external."),
        ("cacertfile=x", "cacertfile can't be set in the URL. Use VOYAGE_AMQP_CA,"),
    ],
)
def test_an_option_without_effect_is_refused(options: str, told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(f"amqps://u:secret@a/v?{options}")
    assert str(refused.value).startswith(f"AMQP_URL: {told}")
    assert "secret" not in str(refused.value)


def test_all_nodes_are_shown_and_no_password() -> None:
    assert shown_address(read("amqp://u:p@a,[::1]:7/v?auth=EXTERNAL")) == "amqp://a:5672,[::1]:7/v"
