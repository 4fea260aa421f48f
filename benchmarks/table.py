"""The table of a run: a row for each figure, a column for each server, the goals, the ratios."""

from dataclasses import dataclass, field

# What a figure should be: (at least or at most, on SQLite, on PostgreSQL).
GOALS: dict[str, tuple[str, float, float]] = {
    "push to {ops}, batches of 100: ops/s": ("≥", 8000, 8000),
    "push batch p99 ms": ("≤", 200, 200),
    "single writes, one client: p50 ms": ("≤", 5, 10),
    "cold pull of {ops}, one client, plain: rows/s": ("≥", 100_000, 100_000),
    "snapshot of {ops}, one client, compressed: rows/s": ("≥", 200_000, 200_000),
    "bytes a row, compressed": ("≤", 210, 210),
    "last 100 of 1,000: ms": ("≤", 2, 3),
    "last 100 of {ops}: ms": ("≤", 2, 3),
    "last 100 of 200,000: ms": ("≤", 2, 3),
    "last 100 of 1,000,000: ms": ("≤", 2, 3),
    "peak memory of a process, MiB": ("≤", 150, 150),
    "acknowledged and lost": ("=", 0, 0),
}
OURS = "Liuhen, SQLite"


@dataclass
class Column:
    """The figures of one server, said aloud as they come."""

    name: str
    cells: dict[str, float] = field(default_factory=dict)

    def set(self, figure: str, value: float) -> None:
        self.cells[figure] = value
        print(f"{self.name}: {figure}: {shown(value)}", flush=True)


class Table:
    """All columns of a run."""

    def __init__(self, ops: int) -> None:
        self._columns: list[Column] = []
        self._goals = {name.format(ops=f"{ops:,}"): goal for name, goal in GOALS.items()}

    def column(self, name: str) -> Column:
        self._columns.append(Column(name))
        return self._columns[-1]

    def text(self) -> str:
        """Return the table in Markdown; peers' cells carry our figure as a multiple of theirs."""
        figures = list(dict.fromkeys(one for column in self._columns for one in column.cells))
        head = ["figure", "goal (SQLite / PostgreSQL)", *[column.name for column in self._columns]]
        lines = [head, ["---"] * len(head)]
        lines += [[figure, self._goal(figure), *self._cells(figure)] for figure in figures]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def _goal(self, figure: str) -> str:
        if figure not in self._goals:
            return ""
        sign, sqlite, postgresql = self._goals[figure]
        both = {shown(sqlite): None, shown(postgresql): None}
        return f"{sign} {' / '.join(both)}"

    def _cells(self, figure: str) -> list[str]:
        ours = next((one.cells.get(figure) for one in self._columns if one.name == OURS), None)
        cells = []
        for column in self._columns:
            value = column.cells.get(figure)
            cell = "" if value is None else shown(value)
            if ours and value and not column.name.startswith("Liuhen") and "ack" not in figure:
                cell += f" (SQLite is {ours / value:.2g} ×)"
            cells.append(cell)
        return cells


def shown(value: float) -> str:
    """Return a figure with as many digits as it is worth."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"
