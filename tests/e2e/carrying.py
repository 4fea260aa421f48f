"""Handing over what could not be sent, as a file."""

from pathlib import Path

from tests.e2e.inspector import Inspector

WORDS = "ZHAO-7788-YUMI"


def make_file(phone: Inspector, folder: Path, seconds: float = 30) -> Path:
    """Everything unsent as a file under a passphrase."""
    phone.go("/carry/save")
    phone.hand.write(phone.hand.wait("carry-passphrase"), WORDS)
    phone.hand.photo_of_screen("carry-save")
    phone.hand.tap("carry-make")
    phone.hand.wait("carry-made", seconds=seconds)
    phone.hand.photo_of_screen("carry-made")
    with phone.page.expect_download() as saved:
        phone.hand.tap("carry-keep")
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    return path


def open_file(phone: Inspector, path: Path, words: str) -> None:
    """Choose a file and enter a passphrase."""
    phone.go("/carry/open")
    with phone.page.expect_file_chooser() as chosen:
        phone.hand.tap(phone.hand.wait("carry-choose"))
    chosen.value.set_files(path)
    phone.hand.write(phone.hand.wait("carry-passphrase"), words)
    phone.hand.tap("carry-take")
