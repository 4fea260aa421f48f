"""The record of an hour's soak: which kinds of things the simulator knows, and the page's section.

`python -m tests.simulation.record` writes the section of `docs/reliability.md` from `hour.json`, a
copy of what `make soak` left in `tests/output/soak.json`. A test holds the page against it.
"""

import json
from pathlib import Path
from typing import Any

from tests.simulation.disk_faults import FORMS, STEPS
from tests.simulation.hands import WRONG
from tests.simulation.happenings import HAPPENINGS, PHONE_FORMS
from tests.simulation.network import FATES
from tests.simulation.phones import ROOT

HOUR = Path(__file__).with_name("hour.json")
PAGE = ROOT / "docs" / "reliability.md"
HEADING = "\n## The last soak\n"
BEFORE = "\n## Searches on the real parts\n"
PLACES = sorted(set(STEPS))
# Kinds by group: what is shown → how it is counted.
KINDS = {
    "network": {name: f"fate {name}" for name in FATES},
    "the service's disk": {
        f"{form} at {step}": f"service: {form} at {step}" for step in PLACES for form in FORMS
    },
    "phones' disks": {form: f"phone fault {form}" for form in PHONE_FORMS},
    "clocks": {name: f"clock {name}" for name in WRONG},
    "people, phones and service": {
        **{happening.__name__: happening.__name__ for happening in HAPPENINGS},
        "epoch opened": "epoch opened",
        "backup refused": "backup refused",
    },
}
Record = dict[str, Any]


def missing(record: Record) -> list[str]:
    """Return the kinds that the simulator knows now and that the hour did not have."""
    counts = record["counts"]
    return [
        shown for kinds in KINDS.values() for shown, name in kinds.items() if name not in counts
    ]


def section(record: Record) -> str:
    """Return the text of the page's section, without its heading."""
    counts, seeds = record["counts"], record["seeds"]
    ran = (
        f"Commit `{record['commit']}`, {record['day']}, {record['minutes']} minutes: {len(seeds)} "
        f"seeds of {record['steps']} steps, the first {seeds[0]}, the last {seeds[-1]}; "
        f"{record['phones']} phones, {record['leaves']} leaves. Everything that must hold was "
        f"checked {counts['checked everything']} times, each 全部上传完成 when it was said "
        f"({counts['checked a claim']} times). {len(record['failures'])} failed."
    )
    made = f"{outages(record['outages'])} Made by `python -m tests.simulation.record`."
    head = [ran, "", made, "", "| | what happened, and how often |", "|---|---|"]
    groups = [f"| {group} | {row(kinds, counts)} |" for group, kinds in KINDS.items()]
    text = [*head, *groups, f"| not in that time | {', '.join(missing(record)) or 'nothing'} |"]
    return "\n".join(text) + "\n"


def row(kinds: dict[str, str], counts: dict[str, int]) -> str:
    """Return the kinds of a group that happened, each with its number."""
    return ", ".join(f"{shown} {counts[name]}" for shown, name in kinds.items() if name in counts)


def outages(came: dict[str, dict[str, int]]) -> str:
    """Return a sentence about the long form of the outages."""
    if not came:
        return "The outages of the next section did not run meanwhile."
    told = [
        f"{database} {one['rounds']} of each, {one['acknowledged']} acknowledged operations, "
        f"{one['passed']} tests passed and {one['failed']} failed"
        for database, one in came.items()
    ]
    return f"Meanwhile the outages of the next section: {'; '.join(told)}."


def written(page: str, record: Record) -> str:
    """Return the page with its section anew, before the searches on the real parts."""
    before, _, after = page.partition(BEFORE)
    return f"{before.partition(HEADING)[0]}{HEADING}\n{section(record)}{BEFORE}{after}"


if __name__ == "__main__":
    PAGE.write_text(
        written(PAGE.read_text(encoding="utf-8"), json.loads(HOUR.read_text(encoding="utf-8"))),
        encoding="utf-8",
    )
