"""The dashboard and the alerts ask for numbers that there are."""

import inspect
import re

import yaml
from prometheus_client import REGISTRY

import consumer.metrics
import saga.metrics
import voyage.runtime.health
from docs.tools.prometheus import configuration
from tests.documentation.dashboard import DEPLOY, jobs, names, rules, targets

ROOT = DEPLOY.parent
SECTION = re.compile(r"^## (Voyage\w+)\n\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
SUFFIXES = ("_total", "_bucket", "_sum", "_count")


def asked_for(text: str) -> set[str]:
    """The names of our metrics in a query, without what Prometheus appends."""
    names = set(re.findall(r"voyage_[a-z_]+", text))
    return {next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name) for name in names}


def there_are() -> set[str]:
    """Those of the consumer and of health, and those that the worker tells Temporal's SDK."""
    assert consumer.metrics, voyage.runtime.health
    told = re.findall(r'"(voyage_[a-z_]+)"', inspect.getsource(saga.metrics))
    seconds = {f"{name}_seconds" for name in told if name.endswith("_time")}
    return {metric.name for metric in REGISTRY.collect()} | set(told) | seconds


def test_dashboard_and_alerts_ask_for_numbers_of_ours_that_there_are() -> None:
    asked = asked_for(" ".join(names("voyage")))

    assert asked >= {"voyage_requests", "voyage_results", "voyage_booking_time_seconds"}
    assert asked <= there_are()


def test_no_query_depends_on_what_the_jobs_of_a_prometheus_are_called() -> None:
    queries = [*(target["expr"] for target in targets()), *(rule["expr"] for rule in rules())]
    assert [query for query in queries if re.search(r"\b(job|instance|pod|namespace)\b", query)] == []


def test_a_legend_names_what_its_query_tells_apart() -> None:
    for target in targets():
        told_apart = set(re.findall(r"\w+", " ".join(re.findall(r" by \(([^)]*)\)", target["expr"]))))
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) == told_apart - {"le"}, target


def test_each_alert_has_its_section_in_the_runbook_and_each_section_its_alert() -> None:
    sections = dict(SECTION.findall((ROOT / "docs/runbook.md").read_text()))

    assert list(sections) == [rule["alert"] for rule in rules()]
    for rule in rules():
        section = sections[rule["alert"]]
        assert section.startswith(f"**{rule['labels']['severity'].capitalize()}.** "), rule["alert"]
        assert "\n**Over** when " in section, rule["alert"]
        assert "```sh" in section, rule["alert"]


def test_each_alert_links_to_its_section() -> None:
    for rule in rules():
        assert rule["annotations"]["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"


def test_each_alert_has_a_severity_and_one_sentence_that_yaml_has_not_cut() -> None:
    for rule in rules():
        assert set(rule["labels"]) == {"severity"}, rule["alert"]
        assert set(rule["annotations"]) == {"summary", "runbook_url"}, rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]


def test_grafana_knows_how_often_prometheus_asks() -> None:
    [source] = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())[
        "datasources"
    ]
    prometheus = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())

    assert source["jsonData"]["timeInterval"] == prometheus["global"]["scrape_interval"]


def test_the_picture_is_taken_with_every_job_as_it_is_deployed() -> None:
    ports = {name: [number] for number, name in enumerate(jobs())}
    taken = {job["job_name"]: job for job in configuration(ports)["scrape_configs"]}
    where = {"static_configs", "dns_sd_configs"}

    for name, job in jobs().items():
        assert taken[name]["static_configs"] == [{"targets": [f"127.0.0.1:{ports[name][0]}"]}]
        assert {k: v for k, v in taken[name].items() if k not in where} == {
            k: v for k, v in job.items() if k not in where
        }
