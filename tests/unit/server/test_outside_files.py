"""Outside the database: it never goes backwards, and a power cut halves one line at most."""

from pathlib import Path

from server.storage import checkpoint_file, revocation_file

SIGNATURE = "\n— x AAAA\n"


def note(epoch: int, size: int) -> str:
    return f"liuhen/demo-city/{epoch}\n{size}\n{'A' * 43}=\n{SIGNATURE}"


def test_a_later_epoch_is_newer_whatever_its_size(tmp_path: Path) -> None:
    path = tmp_path / "outside" / "latest.txt"
    for epoch, size, newest in (
        (1, 95, (1, 95)),
        (2, 81, (2, 81)),
        (1, 99, (2, 81)),
        (2, 82, (2, 82)),
    ):
        checkpoint_file.advance(path, note(epoch, size))
        assert checkpoint_file.place_at(path) == newest


def test_of_several_contradictions_the_furthest_is_kept_until_it_is_answered(
    tmp_path: Path,
) -> None:
    path = tmp_path / "latest.txt"
    for size in (90, 95, 91):
        checkpoint_file.keep_contradiction(path, note(1, size))
    assert checkpoint_file.contradiction(path) == note(1, 95)
    checkpoint_file.drop_contradiction(path)
    assert checkpoint_file.contradiction(path) is None


def line(op: str) -> dict[str, str]:
    return {"op": op, "header": "{}", "body": "{}", "salt": "", "sig": ""}


def test_revocations_are_written_once_and_survive_a_halved_line(tmp_path: Path) -> None:
    path = revocation_file.path_beside(tmp_path / "outside" / "latest.txt")
    assert revocation_file.read(path) == {}
    revocation_file.add(path, [line("a"), line("b")])
    revocation_file.add(path, [line("b"), line("c")])
    assert list(revocation_file.read(path)) == ["a", "b", "c"]
    assert len(path.read_text().splitlines()) == 3
    path.write_text(path.read_text() + '{"op":"d","hea')
    assert list(revocation_file.read(path)) == ["a", "b", "c"]
    revocation_file.add(path, [line("d"), line("e")])
    assert list(revocation_file.read(path)) == ["a", "b", "c", "d", "e"]
