#!/usr/bin/env python3
"""Check the dependency tree against deny.toml: licences, single versions, bans, sources.

The part of `cargo deny check` that needs nothing but cargo and Python 3.11. It reads the same file, so a
licence is allowed in one place only. Advisories need cargo-deny itself.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def satisfied(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licences (`/` is the old word for OR)."""
    text = re.sub(r"\s*/\s*", " OR ", expression).replace(" WITH ", "_WITH_")
    tokens = re.findall(r"\(|\)|[^\s()]+", text)
    names = {licence.replace(" WITH ", "_WITH_") for licence in allowed}

    def alternatives():
        value = conjunction()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            value = conjunction() or value
        return value

    def conjunction():
        value = term()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            value = term() and value
        return value

    def term():
        token = tokens.pop(0)
        if token == "(":
            value = alternatives()
            tokens.pop(0)
            return value
        return token in names

    return alternatives()


def main():
    deny = tomllib.loads((ROOT / "deny.toml").read_text())
    metadata = json.loads(subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    allowed = deny["licenses"]["allow"]
    exceptions = {e["crate"]: e["allow"] for e in deny["licenses"].get("exceptions", [])}
    registries = deny["sources"]["allow-registry"]
    faults, versions = [], collections.defaultdict(set)
    for package in metadata["packages"]:
        name, licence = package["name"], package["license"] or ""
        versions[name].add(package["version"])
        if not licence:
            faults.append(f"{name}: no licence is declared")
        elif not satisfied(licence, allowed + exceptions.get(name, [])):
            faults.append(f"{name}: licence `{licence}` is not allowed by deny.toml")
        source = package["source"]
        if source and not any(source == f"registry+{registry}" for registry in registries):
            faults.append(f"{name}: source `{source}` is not allowed by deny.toml")
    for ban in deny["bans"]["deny"]:
        found = sorted(versions.get(ban["crate"], ()))
        if ban.get("deny-multiple-versions"):
            if len(found) > 1:
                faults.append(f"{ban['crate']}: expected one version, found {', '.join(found)}")
        elif found:
            faults.append(f"{ban['crate']}: banned by deny.toml")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if not faults:
        print(f"dependencies: {len(metadata['packages'])} packages, licences, versions and sources as in deny.toml")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
