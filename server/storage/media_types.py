"""What the first bytes of a file show: the kinds of originals that are taken in, and their limits.

Invariants: what a sender says is never believed, only compared; an unknown beginning is no kind.
Not here: whether the rest of the file can be read (`imaging`).
"""

from collections.abc import Mapping

from sync_protocol.rules import LIMITS

HEAD_BYTES = 64
IMAGES = ("image/jpeg", "image/png", "image/webp", "image/heic")
AUDIO = ("audio/webm", "audio/mp4", "audio/ogg")
# What may be uploaded, and the most bytes of each.
MOST_BYTES: Mapping[str, int] = dict.fromkeys((*IMAGES, "text/html"), LIMITS["blob_bytes"]) | (
    dict.fromkeys(AUDIO, LIMITS["audio_bytes"])
)

# ISO/IEC 23008-12: brands of still pictures coded with HEVC, and the general ones phones write.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# ISO/IEC 14496-12 and -14: brands that browsers write into the sound they record.
MP4_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"M4A ", b"hlsf"}
EBML = b"\x1a\x45\xdf\xa3"
DOCTYPE_WEBM = b"\x42\x82\x84webm"  # RFC 8794: element DocType, 4 bytes long


def media_type_of(head: bytes) -> str | None:
    """Return the media type that the first `HEAD_BYTES` of a file show, or None.

    A container says nothing about its tracks: a film is taken for the sound it may hold.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"OggS\x00"):
        return "audio/ogg"
    if head.startswith(EBML) and DOCTYPE_WEBM in head:
        return "audio/webm"
    return _of_iso_file(head) if head[4:8] == b"ftyp" else None


def _of_iso_file(head: bytes) -> str | None:
    """Return what the brands in an ISO file's `ftyp` box, as far as `head` goes, stand for."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, end - 3, 4)}
    if brands & HEIC_BRANDS:
        return "image/heic"
    return "audio/mp4" if brands & MP4_BRANDS else None
