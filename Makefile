requirements:
	.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --extra service --group dev --custom-compile-command "make requirements" --output-file requirements/dev.txt pyproject.toml
