"""When the shipped rules fire, by promtool: how long each must hold, and what is not enough."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.documentation.dashboard import DEPLOY, rules


class Case(NamedTuple):
    """Series by minutes, as promtool writes them; from which minute the alert fires, None for never."""

    alert: str
    series: dict[str, str]
    fires_at: int | None
    labels: dict[str, str] = {}  # noqa: RUF012 -- of a tuple, so never changed


HISTOGRAM = '{le="1"}', '{le="30"}', '{le="60"}', '{le="+Inf"}'
CONSUMER = {"part": "consumer"}
READY = {f'voyage_ready{{part="{part}"}}': "1+0x60" for part in ("consumer", "worker")}


def waits(name: str, *, longer: bool) -> dict[str, str]:
    """One event a second, all of them up to a second or up to a minute."""
    slow = "0+60x60"
    quick = ["0+0x60" if longer else slow] * 2
    return dict(zip((f"{name}_bucket{bound}" for bound in HISTOGRAM), [*quick, slow, slow], strict=True))


CASES = [
    Case("VoyageNoReadyConsumer", READY, None),
    Case("VoyageNoReadyConsumer", {'voyage_ready{part="worker"}': "1+0x60"}, 2, CONSUMER),
    Case("VoyageNoReadyConsumer", {'voyage_ready{part="consumer"}': "1 1 1 1 1 0+0x60"}, 7, CONSUMER),
    Case("VoyageNoReadyConsumer", {'voyage_ready{part="consumer"}': "1 1 1 1 1 0 stale"}, 7, CONSUMER),
    Case("VoyageNoReadyWorker", {'voyage_ready{part="worker"}': "1 1 1 1 1 0+0x60"}, 7, {"part": "worker"}),
    Case(
        "VoyageReplicaNotReady",
        {f'voyage_ready{{part="worker",pod="{pod}"}}': f"{pod}+0x60" for pod in (0, 1)},
        15,
        {"part": "worker"},
    ),
    Case("VoyageConsumingPaused", {"voyage_paused": "0 0 1 1 1 0+0x60"}, None),
    Case("VoyageConsumingPaused", {"voyage_paused": "1+0x60"}, 5),
    Case("VoyageManualIntervention", {"voyage_manual_intervention_total": "0 0 1+0x60"}, 2),
    Case("VoyageManualIntervention", {"voyage_manual_intervention_total": "_ _ 1+0x60"}, 2),
    Case("VoyageManualIntervention", {"voyage_manual_intervention_total": "0+0x60"}, None),
    Case("VoyageWorkflowTasksFail", {"temporal_workflow_task_execution_failed_total": "_ 1+0x60"}, None),
    Case("VoyageSimulatedSuppliers", {"voyage_simulated_suppliers": "1+0x60"}, 5),
    Case("VoyageRabbitMqAlarm", {"rabbitmq_alarms_free_disk_space_watermark": "0 1+0x60"}, 2),
    Case(
        "VoyageRabbitMqAlarm",
        {
            "rabbitmq_alarms_memory_used_watermark": "0+0x60",
            "rabbitmq_alarms_free_disk_space_watermark": "1+0x60",
        },
        1,
    ),
    Case("VoyageQueueWaitHigh", waits("voyage_queue_wait_seconds", longer=False), None),
    Case("VoyageQueueWaitHigh", waits("voyage_queue_wait_seconds", longer=True), 11),
    Case("VoyageResultLagHigh", waits("voyage_result_lag_seconds", longer=True), 11),
    Case(
        "VoyageWorkerBacklog", waits("temporal_activity_schedule_to_start_latency_seconds", longer=True), 11
    ),
    Case("VoyageResultsParked", {'rabbitmq_detailed_queue_messages{queue="booking.results.parked"}': "1"}, 0),
    Case(
        "VoyageDeadLetters", {'rabbitmq_detailed_queue_messages{queue="booking.requests.dead"}': "1+0x60"}, 15
    ),
    Case("VoyageQueuesUnwatched", {}, 10, {"queue": "booking.requests"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}-{case.fires_at}")
def test_an_alert_fires_when_it_should_and_not_a_minute_before(case: Case, tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing. On Debian and Ubuntu: sudo apt-get install prometheus"
    [rule] = [rule for rule in rules() if rule["alert"] == case.alert]
    summary = rule["annotations"]["summary"].replace("{{ $labels.part }}", case.labels.get("part", ""))
    told = {"exp_labels": {**rule["labels"], **case.labels}}
    told["exp_annotations"] = {**rule["annotations"], "summary": summary}
    times = range(60) if case.fires_at is None else (case.fires_at - 1, case.fires_at)
    expected = [
        {
            "alertname": case.alert,
            "eval_time": f"{minute}m",
            "exp_alerts": [told] if minute == case.fires_at else [],
        }
        for minute in times
        if minute >= 0
    ]
    series = [{"series": name, "values": values} for name, values in case.series.items()]
    test = {"interval": "1m", "input_series": series, "alert_rule_test": expected}
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(DEPLOY / "prometheus/alerts.yml")], "tests": [test]}))
    ended = subprocess.run(  # noqa: S603 -- found on this machine
        [promtool, "test", "rules", file], capture_output=True, text=True, check=False, timeout=60
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_alert_that_waits_is_here() -> None:
    assert {case.alert for case in CASES if case.fires_at is not None} >= {
        rule["alert"] for rule in rules() if "for" in rule
    }
