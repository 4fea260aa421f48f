"""`make bench`: every benchmark, one after the other, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
BENCHMARKS = ("admit.py", "push.py")

for name in sys.argv[1:] or BENCHMARKS:
    print(f"— {name}", flush=True)
    subprocess.run([sys.executable, str(FOLDER / name)], check=True)
