"""`python -m docs.tools.prometheus_rule`: the alerts for the Prometheus operator, from alerts.yml."""

from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "kubernetes/monitoring/rules.yaml"
HEAD = """# Made from deploy/prometheus/alerts.yml: python -m docs.tools.prometheus_rule
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: voyage
spec:
"""


def manifest() -> str:
    """The object, with the groups word for word."""
    text = (DEPLOY / "prometheus/alerts.yml").read_text()
    groups = text[text.index("groups:") :]
    return HEAD + "".join(f"  {line}\n" for line in groups.splitlines())


if __name__ == "__main__":
    RULES.write_text(manifest())
