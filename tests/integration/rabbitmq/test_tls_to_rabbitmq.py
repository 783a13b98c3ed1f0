"""TLS listeners of real RabbitMQ nodes: who is trusted, who is refused, and what is said about it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from publisher import BookingRequest, BrokerSettings, Client, SettingsError
from publisher.errors import BrokerCertificateError
from tests.commands import run_to_the_end
from tests.proxies.certificates import Authority, Pair
from voyage import devstack
from voyage.devstack.ports import HOST, free_port

TRIP = BookingRequest(name="Jane", car="c", hotel="h", flight="f")


class Listeners:
    """One node with a TLS listener for anybody, and one that wants to see our certificate."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self.authority = Authority(folder)
        self.stranger = Authority(folder, "stranger")
        self.ours = self.authority.issue("voyage-client")
        self.tls = self._node(running, self.authority.issue("localhost", "127.0.0.1"), wants_ours=False)
        self.mutual = self._node(running, self.authority.issue("localhost"), wants_ours=True)

    def _node(self, running: ExitStack, pair: Pair, *, wants_ours: bool) -> int:
        port = free_port()
        node = devstack.RabbitMq(config=tls_lines(port, self.authority.ca, pair, wants_ours=wants_ours))
        running.enter_context(node)
        return port

    def settings(self, port: int, *, host: str = "localhost", ours: Pair | None = None) -> BrokerSettings:
        return BrokerSettings(
            amqp_url=SecretStr(f"amqps://guest:guest@{host}:{port}/"),
            amqp_ca=self.authority.ca,
            amqp_certificate=ours and ours.certificate,
            amqp_key=ours and ours.key,
        )


def tls_lines(port: int, ca: Path, pair: Pair, *, wants_ours: bool) -> list[str]:
    verify = "verify_peer" if wants_ours else "verify_none"
    return [
        f"listeners.ssl.1 = {HOST}:{port}",
        f"ssl_options.cacertfile = {ca}",
        f"ssl_options.certfile = {pair.certificate}",
        f"ssl_options.keyfile = {pair.key}",
        f"ssl_options.verify = {verify}",
        f"ssl_options.fail_if_no_peer_cert = {str(wants_ours).lower()}",
    ]


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listeners]:
    with ExitStack() as running:
        yield Listeners(tmp_path_factory.mktemp("certificates"), running)


async def test_a_request_travels_over_tls(listeners: Listeners) -> None:
    async with await Client.connect(settings=listeners.settings(listeners.tls)) as client:
        await client.publish(TRIP)


async def test_a_request_travels_with_a_client_certificate(listeners: Listeners) -> None:
    settings = listeners.settings(listeners.mutual, ours=listeners.ours)
    async with await Client.connect(settings=settings) as client:
        await client.publish(TRIP)


async def test_a_broker_that_wants_a_client_certificate_is_told_apart(listeners: Listeners) -> None:
    with pytest.raises(BrokerCertificateError, match="VOYAGE_AMQP_CERTIFICATE"):
        await Client.connect(settings=listeners.settings(listeners.mutual))


async def test_a_broker_refuses_a_client_certificate_of_a_stranger(listeners: Listeners) -> None:
    settings = listeners.settings(listeners.mutual, ours=listeners.stranger.issue("voyage-client"))
    with pytest.raises(BrokerCertificateError, match=r"refuses our certificate.*VOYAGE_AMQP_CERTIFICATE"):
        await Client.connect(settings=settings)


async def test_a_certificate_of_an_unknown_issuer_is_refused(listeners: Listeners) -> None:
    settings = listeners.settings(listeners.tls).model_copy(update={"amqp_ca": listeners.stranger.ca})
    with pytest.raises(BrokerCertificateError, match=r"refused: .*VOYAGE_AMQP_CA") as refused:
        await Client.connect(settings=settings)
    assert "\n" not in str(refused.value)


async def test_a_wrong_host_name_is_refused(listeners: Listeners) -> None:
    with pytest.raises(BrokerCertificateError, match=r"127\.0\.0\.1.*host in AMQP_URL"):
        await Client.connect(settings=listeners.settings(listeners.mutual, host="127.0.0.1"))


async def test_an_expired_certificate_is_refused(listeners: Listeners) -> None:
    port = free_port()
    expired = listeners.authority.issue("localhost", expired=True)
    lines = tls_lines(port, listeners.authority.ca, expired, wants_ours=False)
    with (
        devstack.RabbitMq(config=lines),
        pytest.raises(BrokerCertificateError, match=r"expired.*Renew it"),
    ):
        await Client.connect(settings=listeners.settings(port))


@pytest.mark.parametrize("command", [("voyage", "status", "some-id"), ("voyage-consumer",)])
async def test_a_command_ends_with_one_line_and_code_2(
    command: tuple[str, ...], listeners: Listeners
) -> None:
    url = f"amqps://guest:guest@localhost:{listeners.tls}/"
    variables = {"AMQP_URL": url, "VOYAGE_AMQP_CA": str(listeners.stranger.ca)}
    code, _, said = await run_to_the_end(*command, environment=variables)
    assert code == 2
    assert said.splitlines()[-1].startswith(f"{command[0]}: The certificate of RabbitMQ at amqps://localhost")
    assert "Traceback" not in said
    assert "guest" not in said


async def test_tls_settings_without_effect_are_refused(tmp_path: Path) -> None:
    ca = Authority(tmp_path).ca
    with pytest.raises(SettingsError, match=r"VOYAGE_AMQP_CA.*amqps"):
        await Client.connect(settings=BrokerSettings(amqp_url=SecretStr("amqp://h/"), amqp_ca=ca))


async def test_tls_options_in_the_url_are_refused() -> None:
    with pytest.raises(SettingsError, match=r"no_verify_ssl.*VOYAGE_AMQP_CA"):
        await Client.connect("amqps://h/?no_verify_ssl=1")


async def test_files_that_are_no_certificates_are_named(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    url = SecretStr("amqps://localhost:1/")
    with pytest.raises(SettingsError, match=r"VOYAGE_AMQP_CA: "):
        await Client.connect(settings=BrokerSettings(amqp_url=url, amqp_ca=nothing))
    with pytest.raises(SettingsError, match=r"VOYAGE_AMQP_CERTIFICATE.*VOYAGE_AMQP_KEY"):
        await Client.connect(settings=BrokerSettings(amqp_url=url, amqp_certificate=nothing))
