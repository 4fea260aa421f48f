"""Photos of real size for the browser tests, and what the fake camera sees.

A phone's photo is about 3 MB because of its noise; flat test images would make hashing, storing
and sending look free. Each photo differs from every other, so their hashes do too.
"""

from pathlib import Path

from PIL import Image, ImageDraw

PHOTO = (3000, 2250)
PHOTO_QUALITY = 88
VIDEO = (1920, 1440)
FRAMES = 24
FRAMES_PER_SECOND = 12


def photos(folder: Path, count: int) -> list[Path]:
    """Make `count` JPEG files of about 3 MB."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = Image.effect_noise(PHOTO, 26).convert("RGB")
    made = []
    for number in range(1, count + 1):
        picture = noise.copy()
        draw = ImageDraw.Draw(picture)
        draw.rectangle((300, 300, 1500, 1100), fill=(40, 60 + number * 4, 120))
        draw.text((500, 450), str(number), fill=(255, 255, 255), font_size=500)
        made.append(folder / f"photo-{number:02}.jpg")
        picture.save(made[-1], quality=PHOTO_QUALITY)
    return made


def camera_video(path: Path) -> Path:
    """Write a Y4M file for the fake camera: noise of a camera's strength, no two frames alike."""
    width, height = VIDEO
    header = f"YUV4MPEG2 W{width} H{height} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n"
    colour = bytes([122]) * (width // 2 * (height // 2)) + bytes([134]) * (
        width // 2 * (height // 2)
    )
    with path.open("wb") as video:
        video.write(header.encode())
        for number in range(FRAMES):
            frame = Image.effect_noise(VIDEO, 14)
            draw = ImageDraw.Draw(frame)
            draw.rectangle((100 + 60 * number, 300, 500 + 60 * number, 900), fill=70)
            video.write(b"FRAME\n" + frame.tobytes() + colour)
    return path
