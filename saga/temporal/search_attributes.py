"""The search attributes of a namespace: whether ours are among them, and how they come there."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from saga.temporal.server_checks import RPC_TIMEOUT
from saga.temporal.server_limit import or_limited
from voyage.runtime.check_results import CheckResult, CheckState
from voyage.search_attributes import ALL, NAMES, OWNER

KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
UNASKABLE = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED, RPCStatusCode.UNIMPLEMENTED)


async def are_there(client: Client) -> bool:
    """Whether bookings can be started with our search attributes; raises `RPCError`."""
    found = await _types(client)
    return all(found.get(name) == KEYWORD for name in NAMES)


async def usable(client: Client) -> frozenset[str]:
    """Those of ours that bookings can be started with; raises `RPCError`."""
    found = await _types(client)
    return frozenset(name for name in ALL if found.get(name) == KEYWORD)


async def create(client: Client) -> None:
    """Create those that are missing, within seconds; raises `RPCError`, as of a user who may not."""
    found = await _types(client)
    missing = {name: KEYWORD for name in ALL if name not in found}
    if missing:
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(request, timeout=RPC_TIMEOUT)


@or_limited
async def check(name: str, client: Client, *, owners: bool = False, counts_open: bool = False) -> CheckResult:
    """Whether Temporal's list tells bookings apart, which is no requirement but of quotas of open ones."""
    try:
        found = await _types(client)
    except RPCError as error:
        if error.status not in UNASKABLE:
            raise
        to_do = "Ask as an administrator: temporal operator search-attribute list"
        return CheckResult(name, CheckState.UNKNOWN, "this user may not look", to_do)
    if counts_open and found.get(OWNER) != KEYWORD:
        fix = f"voyage-consumer doctor --fix, or {_command('create', OWNER)}"
        to_do = f"Quotas of open bookings hold nobody without it: {fix}"
        return CheckResult(name, CheckState.FAILED, f"without {OWNER} as a Keyword", to_do)
    wanted = ALL if owners else NAMES
    for one in wanted:
        if one not in found:
            fix = f"voyage-consumer doctor --fix, or {_command('create', one)}"
            to_do = f"To filter by it in Temporal's UI: {fix}"
            return CheckResult(name, CheckState.OK, f"without {one}", to_do)
        if found[one] != KEYWORD:
            kind = IndexedValueType.Name(found[one]).removeprefix("INDEXED_VALUE_TYPE_").title()
            to_do = f"To filter by it, make it a Keyword; first: {_command('remove', one)}"
            return CheckResult(name, CheckState.OK, f"not used: {one} is of type {kind}", to_do)
    return CheckResult(name, CheckState.OK, ", ".join(wanted))


def _command(verb: str, name: str) -> str:
    kind = " --type Keyword" if verb == "create" else ""
    return f"temporal operator search-attribute {verb} --name {name}{kind}"


async def _types(client: Client) -> dict[str, IndexedValueType.ValueType]:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    found = await client.operator_service.list_search_attributes(request, timeout=RPC_TIMEOUT)
    return dict(found.custom_attributes)
