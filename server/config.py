"""Settings of the service, read once from the environment.

This is the only module that knows environment variables; everything else gets a `Settings`.
Each setting is declared once, as a field of `Settings` with its default and its documentation;
its variable is `LIUHEN_` + the field's name in capitals. `docs/configuration.md` is written from
this table (`tools/write_configuration.py`) and a test compares the two.

A variable that begins with `LIUHEN_` and is not known stops the start: a misspelt setting that is
silently ignored is worse than no service. `LIUHEN_TEST_…` belongs to the tests and is ignored.
"""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "LIUHEN_"
TEST_PREFIX = "LIUHEN_TEST_"
DATA = "<data>"
PACKAGE_PARENT = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(ValueError):
    """A variable is unknown or its value can't be used; the message names the variable."""


def setting(default: str, kind: Callable[[str], Any], zh: str, en: str) -> Any:
    """Declare one setting: its default as text, the parser of the text, one line in each language.

    A default may begin with `<data>`, which stands for the data folder in force.
    """
    return field(metadata={"default": default, "kind": kind, "zh": zh, "en": en})


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of plain decimal integers within low … high."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def one_of(*allowed: str) -> Callable[[str], str]:
    """Return a parser that accepts exactly these words."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return parse


def switch(text: str) -> bool:
    """Parse `0` or `1`."""
    return one_of("0", "1")(text) == "1"


def filled(text: str) -> str:
    """Parse any text that is not empty."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def division_code(text: str) -> str:
    """Parse the code of an administrative division: six digits."""
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise ValueError("must be six digits")
    return text


def folder(text: str) -> Path:
    """Parse a path; relative ones start at the working directory."""
    return Path(filled(text)).expanduser().absolute()


def database_url(text: str) -> str:
    """Parse a SQLAlchemy address of SQLite, or of PostgreSQL driven by psycopg."""
    for scheme in ("postgresql://", "postgres://"):
        if text.startswith(scheme):
            return "postgresql+psycopg://" + text.removeprefix(scheme)
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return text


def blob_store(text: str) -> str:
    """Parse `file:<folder>` or `s3://bucket/prefix`."""
    s3 = r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_/.-]*)?"
    if not re.fullmatch(rf"file:.+|{s3}", text):
        raise ValueError("must be file:<folder> or s3://<bucket>/<prefix>")
    return text


def web_address(text: str) -> str:
    """Parse the address of a service over HTTP, or nothing."""
    if text and not re.fullmatch(r"https?://[^\s/@]+(/[^\s@]*)?", text):
        raise ValueError("must be empty or begin with https:// or http://, without credentials")
    return text


def web_origin(text: str) -> str:
    """Parse the address of a server without a path, or nothing; it becomes part of a policy."""
    if text and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", text):
        raise ValueError("must be empty, https://host or https://host:port (or http://)")
    return text


@dataclass(frozen=True)
class Retention:
    """How long a bucket keeps each object from being deleted or replaced."""

    mode: str
    days: int


def retention(text: str) -> Retention | None:
    """Parse `governance:<days>` or `compliance:<days>`, or nothing."""
    if not text:
        return None
    mode, _, days = text.partition(":")
    try:
        return Retention(one_of("governance", "compliance")(mode), whole_number(1, 36500)(days))
    except ValueError:
        raise ValueError("must be empty, governance:<days> or compliance:<days>") from None


@dataclass(frozen=True)
class Settings:
    """Every setting in force; made by `from_env` or, in tests, by `from_env({…})`."""

    host: str = setting(
        "127.0.0.1", filled, "监听地址；手机要能访问时设为 0.0.0.0", "address to listen on"
    )
    port: int = setting("8080", whole_number(1, 65535), "监听端口", "port to listen on")
    data_dir: Path = setting(
        "./data", folder, "数据目录", "folder for everything the service keeps on disk"
    )
    database_url: str = setting(
        "sqlite:///<data>/liuhen.sqlite3",
        database_url,
        "数据库地址(SQLite 或 PostgreSQL)",
        "database: sqlite:///path or postgresql://user:password@host/name",
    )
    workers: int = setting(
        "1",
        whole_number(1, 64),
        "服务进程数;SQLite 只能为 1",
        "worker processes; SQLite allows only 1",
    )
    threads: int = setting(
        "64", whole_number(1, 1024), "每进程线程数", "request threads of each worker process"
    )
    deployment: str = setting(
        "demo-city",
        filled,
        "部署标识，写入每条操作，启用后不可更改",
        "id of this deployment; part of every op and of the log's origin, so it never changes",
    )
    name: str = setting(
        "留痕", filled, "部署名称，写入首条记录", "name of this deployment, part of its genesis"
    )
    city: str = setting(
        "990000",
        division_code,
        "市级机构的行政区划代码（六位数字）,写入首条记录",
        "code of the city bureau, six digits, part of the genesis",
    )
    city_name: str = setting(
        "示例市（虚构）",
        filled,
        "市级机构名称，写入首条记录",
        "name of the city, part of the genesis",
    )
    demo: bool = setting(
        "0", switch, "1 为载入虚构演示数据", "1 loads demo data, all of it fictitious"
    )
    snapshot_store: str = setting(
        "file:<data>/snapshots",
        blob_store,
        "辖区快照(新手机首次下载用)的存储位置；可随时由数据库重做",
        "where snapshots for new phones are kept: file:<folder> or s3://<bucket>/<prefix>; "
        "they can be made again at any time",
    )
    blob_store: str = setting(
        "file:<data>/blobs",
        blob_store,
        "照片与附件的存储位置",
        "where photos and other bytes are kept: file:<folder> or s3://<bucket>/<prefix>",
    )
    s3_endpoint: str = setting(
        "",
        web_address,
        "S3 兼容对象存储的地址；空为 AWS 默认。密钥按 boto3 的标准方式提供",
        "address of the S3 server, empty for Amazon's; credentials come the standard way of boto3",
    )
    s3_region: str = setting(
        "us-east-1", filled, "S3 区域，用于请求签名", "region of the bucket; part of each signature"
    )
    s3_view_endpoint: str = setting(
        "",
        web_origin,
        "浏览器可直接访问的对象存储地址；设置后，查看原件时浏览器凭短时链接直接从存储桶下载，空为一律经服务下载",
        "address at which browsers reach the S3 server: originals are then viewed over links to "
        "the bucket that expire soon; empty: all bytes come through the service",
    )
    s3_retention: Retention | None = setting(
        "",
        retention,
        "写入原件存储桶的每个文件的锁定方式与天数(governance:<天数> 或 compliance:<天数>),"
        "存储桶须已启用对象锁定；空为不锁定，存储为目录时不起作用",
        "object lock of what is put into a bucket of originals: governance:<days> or "
        "compliance:<days>; the bucket must have object lock; empty for none; no use to a folder",
    )
    checkpoint_file: Path = setting(
        "<data>/checkpoint/latest.txt",
        folder,
        "最新签名检查点的存放文件；生产环境应放在另一块磁盘",
        "latest signed checkpoint, kept outside the database; in production on another disk",
    )
    log_level: str = setting("INFO", one_of(*LOG_LEVELS), "日志级别", "least level that is logged")
    max_photo_bytes: int = setting(
        "52428800",
        whole_number(1, 2**40),
        "单个照片文件的上限（字节）",
        "largest photo accepted, in bytes (50 MiB)",
    )
    reserve_disk_bytes: int = setting(
        "536870912",
        whole_number(0, 2**60),
        "磁盘剩余空间低于此值（字节）时不再接收文件",
        "free disk space kept: below it uploads are refused (512 MiB)",
    )
    image_memory_mib: int = setting(
        "1024",
        whole_number(256, 1 << 16),
        "查看一张图片的进程最多占用的内存(MiB)",
        "address space of the process that looks at one image, in MiB",
    )
    image_seconds: int = setting(
        "60",
        whole_number(1, 3600),
        "查看一张图片最多用时（秒）",
        "time and processor time allowed for looking at one image, in seconds",
    )
    image_jpeg_megapixels: int = setting(
        "120",
        whole_number(1, 2000),
        "制作缩略图的 JPEG 像素上限（百万）;原件不受影响",
        "largest JPEG of which copies are made, in megapixels; the original is kept in any case",
    )
    image_megapixels: int = setting(
        "50",
        whole_number(1, 2000),
        "制作缩略图的 PNG、WebP、HEIC 像素上限（百万）;原件不受影响",
        "the same for PNG, WebP and HEIC, which are decoded whole",
    )
    access_token_hours: int = setting(
        "12", whole_number(1, 24 * 31), "登录令牌有效时数", "hours an access token is good for"
    )
    refresh_token_days: int = setting(
        "14",
        whole_number(1, 366),
        "续期令牌有效天数；离线出发前至少要剩 7 天",
        "days a refresh token is good for; ready to leave needs 7 of them",
    )
    leave_horizon_days: int = setting(
        "180",
        whole_number(1, 3660),
        "记录移出本辖区后，向手机告知其移出的天数；更久未同步的手机将重新下载该辖区，未上传的记录不受影响",
        "days for which phones are told that a row left their space; a phone that comes later "
        "downloads the space anew, its unsent records untouched",
    )
    pwa_dir: Path = setting(
        str(PACKAGE_PARENT / "client_pwa" / "dist"),
        folder,
        "已构建的手机端页面目录",
        "folder of the built pages",
    )


def variable(item: Field[Any]) -> str:
    """Return the environment variable of a field of `Settings`."""
    return PREFIX + item.name.upper()


def from_env(environ: Mapping[str, str]) -> Settings:
    """Return the settings in force; raise `SettingsError` naming the variable at fault."""
    known = {variable(item): item for item in fields(Settings)}
    _refuse_unknown(environ, list(known))
    values: dict[str, Any] = {}
    data_dir = _value(known["LIUHEN_DATA_DIR"], environ, "")
    for item in known.values():
        values[item.name] = _value(item, environ, str(data_dir))
    settings = Settings(**values)
    if settings.database_url.startswith("sqlite") and settings.workers != 1:
        raise SettingsError(
            "LIUHEN_WORKERS must be 1 with SQLite, which allows one writing process"
        )
    if settings.s3_view_endpoint and not settings.blob_store.startswith("s3:"):
        raise SettingsError("LIUHEN_S3_VIEW_ENDPOINT needs LIUHEN_BLOB_STORE=s3://…")
    return settings


def load() -> Settings:
    """Return the settings of this process's environment."""
    return from_env(os.environ)


def _value(item: Field[Any], environ: Mapping[str, str], data_dir: str) -> Any:
    name = variable(item)
    text = environ.get(name, item.metadata["default"].replace(DATA, data_dir))
    try:
        return item.metadata["kind"](text)
    except ValueError as error:
        raise SettingsError(f"{name}={text!r}: {error}") from None


def _refuse_unknown(environ: Mapping[str, str], known: list[str]) -> None:
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX) or name in known:
            continue
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
        raise SettingsError(f"{name} is no setting; did you mean {nearest[0]}?")
