"""A connection to Temporal that falls silent while a check uses it."""

import asyncio
import gc
from typing import Any

from temporalio.client import Client

from saga.temporal.clock_check import check_clock
from tests.chaos.proxy.protocols import Grpc, Way
from tests.chaos.proxy.tcp_proxy import Proxy
from voyage import devstack
from voyage.devstack.ports import HOST
from voyage.runtime.check_results import CheckState, run_check


async def test_a_check_of_the_clock_leaves_no_failure_that_nobody_looks_at(servers: devstack.Servers) -> None:
    unseen = list[dict[str, Any]]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unseen.append(context))
    try:
        async with Proxy(int(servers.temporal_address.rpartition(":")[2]), Grpc) as proxy:
            client = await Client.connect(f"{HOST}:{proxy.port}")
            asking = proxy.trap("DescribeTaskQueue")
            checking = asyncio.create_task(run_check(check_clock, "clock", client))
            await asking.sprung()
            proxy.forget(*Way)
            asking.let_pass()
            result = await checking
        gc.collect()
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(None)

    assert result.state is CheckState.FAILED
    assert unseen == []
