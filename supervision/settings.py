"""All settings, read once from the environment and never changed afterwards."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any

PREFIX = "ANQI_"
# Cybersecurity Law (art. 21 of the text of 2016): logs are kept for six months at least.
LEAST_MONTHS = 6

# The vision worker shares the environment on a small installation; its names are not ours to judge.
WORKER_PREFIX = "ANQI_VISION_"
WORKER_NAMES = frozenset(
    {"ANQI_WEB_URL", "ANQI_NODE", "ANQI_NODE_TOKEN", "ANQI_MODEL", "ANQI_BACKEND"}
)


class SettingsError(ValueError):
    """The environment holds a name that does not exist or a value that does not fit."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field is the variable ``ANQI_<NAME>``; see ``.env.example`` for what each does."""

    secret_key: str
    data_key: str
    database_url: str = "sqlite:///var/anqi.db"
    storage: str = "folder"
    storage_dir: Path = Path("var/storage")
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = ""
    s3_prefix: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = field(default="", repr=False)
    language: str = "zh_Hans_CN"
    bind: str = "127.0.0.1:8000"
    secure_cookies: bool = False
    trusted_proxies: int = 0
    session_hours: int = 12
    sign_in_attempts: int = 5
    lockout_minutes: int = 15
    upload_limit_mb: int = 20
    stream_hosts: tuple[str, ...] = ()
    authority_name: str = ""
    node_silent_seconds: int = 90
    proof_days: int = 3
    channel_hosts: tuple[str, ...] = ()
    digest_hour: int = 8
    shifts: tuple[str, ...] = ("08:00", "20:00")
    notice_cooldown_minutes: int = 10
    notice_give_up_hours: int = 24
    delivery_days: int = 90
    public_url: str = ""
    map_tiles: str = ""
    map_datum: str = "wgs84"
    map_attribution: str = ""
    map_most_zoom: int = 18
    evidence_unconfirmed_days: int = 30
    evidence_confirmed_years: int = 3
    evidence_limit_gb: int = 0
    evidence_free_mb: int = 2048
    violation_months: int = 36
    audit_months: int = 0
    dataset_days: int = 30

    def __post_init__(self) -> None:
        _check_shifts(self.shifts)
        if self.storage not in {"folder", "s3"}:
            raise SettingsError(f"ANQI_STORAGE: {self.storage!r} is neither folder nor s3")
        if self.storage == "s3" and not self.s3_bucket:
            raise SettingsError("ANQI_STORAGE=s3 needs ANQI_S3_BUCKET")
        if bool(self.s3_access_key) != bool(self.s3_secret_key):
            raise SettingsError("ANQI_S3_ACCESS_KEY and ANQI_S3_SECRET_KEY belong together")
        if not 1 <= self.proof_days <= 60:
            raise SettingsError("ANQI_PROOF_DAYS must lie between 1 and 60")
        if self.map_datum not in {"wgs84", "gcj02"}:
            raise SettingsError(f"ANQI_MAP_DATUM: {self.map_datum!r} is neither wgs84 nor gcj02")
        if self.evidence_unconfirmed_days < 1 or self.evidence_confirmed_years < 1:
            raise SettingsError("ANQI_EVIDENCE_*: evidence is kept for a day, or a year, at least")
        if self.dataset_days < 1:
            raise SettingsError("ANQI_DATASET_DAYS: an archive is kept for a day at least")

        if self.violation_months < 0 or self.violation_months in range(1, LEAST_MONTHS):
            raise SettingsError(f"ANQI_VIOLATION_MONTHS must be 0, or {LEAST_MONTHS} at least")
        if self.audit_months < 0 or self.audit_months in range(1, LEAST_MONTHS):
            raise SettingsError(f"ANQI_AUDIT_MONTHS must be 0, or {LEAST_MONTHS} at least")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``ANQI_*``; raises :class:`SettingsError` for unknown names and bad values."""
        if environ is None:
            import os

            environ = os.environ
        given = {k: v for k, v in environ.items() if k.startswith(PREFIX) and not _is_workers(k)}
        known = {PREFIX + spec.name.upper(): spec for spec in fields(cls)}
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise SettingsError(f"unknown setting {', '.join(unknown)}; see .env.example")
        missing = sorted(n for n, s in known.items() if s.default is MISSING and not given.get(n))
        if missing:
            raise SettingsError(f"setting {', '.join(missing)} is required; see .env.example")
        hints = typing.get_type_hints(cls)
        values: dict[str, Any] = {
            known[name].name: _convert(name, hints[known[name].name], raw)
            for name, raw in given.items()
        }
        return cls(**values)


def _check_shifts(shifts: tuple[str, ...]) -> None:
    try:
        starts = [time.fromisoformat(shift) for shift in shifts]
    except ValueError:
        starts = []
    if not starts:
        raise SettingsError(
            "ANQI_SHIFTS: give the times at which shifts begin, such as 08:00,20:00"
        )


def _is_workers(name: str) -> bool:
    return name.startswith(WORKER_PREFIX) or name in WORKER_NAMES


def _convert(name: str, kind: object, raw: str) -> object:
    if kind is bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off", ""}:
            return False
        raise SettingsError(f"{name}: {raw!r} is neither true nor false")
    if kind is int:
        try:
            return int(raw)
        except ValueError:
            raise SettingsError(f"{name}: {raw!r} is not a whole number") from None
    if kind is Path:
        return Path(raw)
    if isinstance(kind, types.GenericAlias):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    return raw
