"""Start a process for each image; this file is run, never imported by the service.

Loading the decoders takes far longer than looking at a photo, so they are loaded here once, and
each look is a fork. This process reads requests (a line of JSON: what to run, from which file to
which), answers each with the exit code, and never touches an image itself.
"""

import json
import os
import runpy
import sys

import pillow_heif  # noqa: F401 - loaded for the forks
from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401


def main() -> None:
    """Serve until the service goes."""
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _be_born(asked)
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _be_born(asked: dict[str, str]) -> None:
    """Run the program on its two files, and end; the caller's own streams are gone."""
    code = 1
    try:
        for name, flags, stream in (("original", os.O_RDONLY, 0), ("answer", os.O_WRONLY, 1)):
            opened = os.open(asked[name], flags)
            os.dup2(opened, stream)
            os.close(opened)
        sys.argv = [asked["program"], asked["bounds"]]
        runpy.run_path(asked["program"], run_name="__main__")
        sys.stdout.flush()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
