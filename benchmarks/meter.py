"""CPU seconds and peak memory of a process and everything below it, from /proc (Linux)."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024


def family(pid: int) -> list[int]:
    """Return a process and its descendants that are alive."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(path.name)] = int(_stat(int(path.name))[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return sorted(found)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def cpu_seconds(pids: list[int]) -> float:
    """Return user and system time of processes since they began."""
    total = 0
    for pid in pids:
        fields = _stat(pid)
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def peak_mib(pids: list[int]) -> float:
    """Return the largest resident size that one of the processes ever had."""
    return max(_kib(pid, "VmHWM:") for pid in pids) / MIB


def resident_mib(pids: list[int]) -> float:
    """Return the largest resident size that one of the processes has now."""
    return max(_kib(pid, "VmRSS:") for pid in pids) / MIB


def _kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0
