"""Rewrite every lock file from its `.in` or package.json; run by `make lock`.

The locks carry hashes and no registry address, so that they install from any mirror.
Versions already locked stay unless `--upgrade` is given.
"""

import json
import subprocess
import sys

from set_up import CLIENT, ROOT, UV, npm

LOCKS = ("tool", "run", "test")
COMPILE = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--quiet",
]


def lock_python(upgrade: bool) -> None:
    """Compile `requirements/*.in`; `test.in` is constrained by the fresh `run.txt`."""
    for name in LOCKS:
        command = [str(UV), "pip", "compile", *COMPILE, f"requirements/{name}.in"]
        command += ["-o", f"requirements/{name}.txt", *(["--upgrade"] if upgrade else [])]
        subprocess.run(command, cwd=ROOT, check=True)


def lock_client(upgrade: bool) -> None:
    """Refresh package-lock.json and drop the addresses npm writes into it."""
    npm("update" if upgrade else "install", "--package-lock-only", "--ignore-scripts")
    path = CLIENT / "package-lock.json"
    lock = json.loads(path.read_text(encoding="utf-8"))
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    lock_python("--upgrade" in sys.argv)
    lock_client("--upgrade" in sys.argv)
