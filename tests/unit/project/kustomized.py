"""What kustomize makes of a folder of ours, as far as ours use it: resources, components, patches."""

from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]


def kustomized(folder: Path) -> list[Manifest]:
    """The objects of a kustomization, patched; names of images and namespaces stay as they are written."""
    wanted = yaml.safe_load((folder / "kustomization.yaml").read_text())
    found: list[Manifest] = []
    for name in (*wanted.get("resources", ()), *wanted.get("components", ())):
        path = folder / name
        found += kustomized(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))
    for patch in wanted.get("patches", ()):
        change = yaml.safe_load((folder / patch["path"]).read_text() if "path" in patch else patch["patch"])
        hit = [each for each in found if _is_meant(each, patch.get("target") or _named(change))]
        assert hit, f"{folder.name}: {patch} changes nothing"
        for each in hit:
            _merge(each, change) if isinstance(change, dict) else _apply(each, change)
    return found


def _named(change: Manifest) -> dict[str, str]:
    return {"kind": change["kind"], "name": change["metadata"]["name"]}


def _is_meant(manifest: Manifest, target: dict[str, str]) -> bool:
    name = target.get("name", manifest["metadata"]["name"])
    return (manifest["kind"], manifest["metadata"]["name"]) == (target["kind"], name)


def _merge(into: Manifest, change: Manifest) -> None:
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _apply(manifest: Manifest, operations: list[Manifest]) -> None:
    for operation in operations:
        *way, last = operation["path"].strip("/").split("/")
        place: Any = manifest
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        if operation["op"] == "remove":
            del place[last]
        elif last == "-":
            place.append(operation["value"])
        else:
            place[last] = operation["value"]
