"""What pytest loads in every suite, whether it has a test of a trip or not."""

import subprocess
import sys


def test_the_plugin_imports_nothing_that_pytest_has_not() -> None:
    script = (
        "import sys, pytest; before = {*sys.modules}; import voyage.testing.plugin;"
        "print(*sorted({*sys.modules} - before))"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603
    assert ran.stdout.split() == ["voyage", "voyage.testing", "voyage.testing.plugin"]
