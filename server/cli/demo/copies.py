"""Marked and redacted copies of the demo's photos, and voice notes on its hazards.

Inspectors point something out on the spot or say it; the supervisor makes a copy for the public. A
copy's bytes are drawn as the page draws them; what is said is a chime (`data/voice.webm`).
"""

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from server.cli.demo import pictures, tables
from server.cli.demo.footage import COUNTY, clip_of
from server.cli.demo.stage import MINUTE_MS, Stage, Story

TOOL = "liuhen-demo"
PARTS = 10_000  # marks are in parts of a picture's sides
VOICE_MS = 2700
MARK = "#f0b429"
ARROW = {"shape": "arrow", "x1": 2000, "y1": 1500, "x2": 4600, "y2": 4300}
CIRCLE = {"shape": "circle", "x1": 4200, "y1": 3600, "x2": 7400, "y2": 7000}
BLUR = {"shape": "blur", "x1": 1000, "y1": 4500, "x2": 4500, "y2": 8000}
Mark = dict[str, Any]


def stories(stage: Stage) -> list[Story]:
    """Return what is marked, said and redacted."""
    return [
        _on_the_spot(stage, "虚构0024", -2, [ARROW, CIRCLE]),
        _on_the_spot(stage, "虚构0022", -6, [CIRCLE]),
        _on_the_spot(stage, "虚构0020", -12, [ARROW, BLUR]),
        _for_the_public(stage, "虚构0023", -1),
    ]


def _on_the_spot(stage: Stage, camera: str, day: int, marks: list[Mark]) -> Story:
    """Mark the photo of the first hazard, and say something about the first two."""
    yield stage.at(day, 12, 10)
    _, clip = clip_of(stage, camera)
    officer = clip["officer"]
    hazards = _hazards(stage, clip["inspection"])
    _derive(stage, officer, hazards[0], camera, "annotation", marks)
    for hazard in hazards[:2]:
        stage.capture(
            officer, "voice.add", COUNTY, voice=stage.new_id(), inspection=clip["inspection"],
            finding=hazard["entity"].partition("/")[2], duration_ms=VOICE_MS,
            recorded_at_ms=stage.clock.now_ms() - MINUTE_MS,
            blob=stage.phones[officer].attach(COUNTY, _voice(), "audio/webm"),
        )  # fmt: skip


def _for_the_public(stage: Stage, camera: str, day: int) -> Story:
    yield stage.at(day, 16, 20)
    _, clip = clip_of(stage, camera)
    hazard = _hazards(stage, clip["inspection"])[0]
    _derive(stage, tables.supervisor_of(COUNTY), hazard, camera, "redaction", [BLUR])


def _hazards(stage: Stage, inspection: str) -> list[dict[str, Any]]:
    """Return the rows of an inspection's hazards in the order they were recorded."""
    members = stage.rows[f"inspection/{inspection}"]["sets"]["findings"]
    rows = [stage.rows[f"finding/{one['id']}"] for one in members]
    return sorted(rows, key=lambda row: row["created"]["at_ms"])


def _derive(
    stage: Stage, person: str, hazard: dict[str, Any], camera: str, purpose: str, marks: list[Mark]
) -> None:
    photo = hazard["sets"]["photos"][0]["id"]
    parent = stage.rows[f"photo/{photo}"]["fields"]["blob"]["v"]["sha256"]
    trade = tables.enterprises()[hazard["fields"]["enterprise"]["v"]]["trade"]
    number = int(camera[-4:]) * 10
    copy = _drawn(pictures.photo(number, trade, rectified=False), marks)
    stage.capture(
        person, "photo.derive", COUNTY, derivation=stage.new_id(), photo=photo, purpose=purpose,
        parent=parent, tool=TOOL, marks=marks,
        blob=stage.phones[person].attach(COUNTY, copy, "image/jpeg"),
    )  # fmt: skip


def _drawn(original: bytes, marks: list[Mark]) -> bytes:
    """Return a copy of a picture with the marks in its pixels."""
    image = Image.open(io.BytesIO(original)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for mark in marks:
        box = tuple(
            mark[name] * side // PARTS
            for name, side in zip(("x1", "y1", "x2", "y2"), image.size * 2, strict=True)
        )
        if mark["shape"] == "blur":
            image.paste(image.crop(box).filter(ImageFilter.BoxBlur(24)), box[:2])
        elif mark["shape"] == "circle":
            draw.ellipse(box, outline=MARK, width=6)
        else:
            draw.line(box, fill=MARK, width=6)
            x, y = box[2:]
            draw.polygon([(x, y), (x - 22, y - 6), (x - 6, y - 22)], fill=MARK)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=80)
    return stream.getvalue()


def _voice() -> bytes:
    return (tables.FOLDER / "voice.webm").read_bytes()
