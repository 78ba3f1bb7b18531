"""What one ONVIF camera says of itself and of its streams, asked by ``onvif-zeep-async``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from vision.contract import FoundCamera, FoundProfile

ONE_S = 15.0
AT_ONCE = 8
MOST_PROFILES = 12
NOT_INSTALLED = "this worker cannot ask cameras: install its extra 'onvif'"


@dataclass(frozen=True, slots=True)
class Device:
    """Whom to ask: ``scheme`` and ``port`` of its device service, and what it called itself."""

    host: str
    port: int
    scheme: str = "http"
    name: str = ""

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def ask_all(
    devices: Sequence[Device], user: str, password: str, *, limit_s: float
) -> list[FoundCamera]:
    """Every device's answer, in their order; one that fails says why. Takes ``limit_s`` at most."""
    try:
        import onvif  # noqa: F401
    except ImportError:
        return [FoundCamera(d.address, d.name, problem=NOT_INSTALLED) for d in devices]
    for name in ("onvif", "zeep", "aiohttp"):  # they print what cameras say, and at length
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return asyncio.run(_ask_all(devices, user, password, limit_s))


async def _ask_all(
    devices: Sequence[Device], user: str, password: str, limit_s: float
) -> list[FoundCamera]:
    turns = asyncio.Semaphore(AT_ONCE)
    until = asyncio.get_running_loop().time() + limit_s

    async def turn(device: Device) -> FoundCamera:
        async with turns:
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return _failed(device, "there was no time left to ask it")
            return await _ask(device, user, password, min(ONE_S, left))

    return list(await asyncio.gather(*(turn(device) for device in devices)))


async def _ask(device: Device, user: str, password: str, limit_s: float) -> FoundCamera:
    import aiohttp
    from onvif import ONVIFCamera, ONVIFError
    from zeep.exceptions import Error, Fault

    host = f"https://{device.host}" if device.scheme == "https" else device.host
    # Whatever addresses it names, it alone is asked: its answers lead nowhere else.
    camera = ONVIFCamera(
        host, device.port, user, password, adjust_time=True, nat_override=device.scheme == "http"
    )
    try:
        return await asyncio.wait_for(_tell(camera, device), limit_s)
    except TimeoutError:
        return _failed(device, f"it did not answer within {limit_s:.0f} s")
    except Fault as fault:
        return _failed(device, _of_fault(fault))
    except (ONVIFError, Error, aiohttp.ClientError, OSError) as error:
        return _failed(device, _of_error(error))
    except (AttributeError, KeyError, TypeError, ValueError, LookupError):
        return _failed(device, "its answer cannot be read")
    finally:
        with suppress(Exception):
            await camera.close()


async def _tell(camera: Any, device: Device) -> FoundCamera:
    await camera.update_xaddrs()
    _keep_home(camera, device)
    about = await (await camera.create_devicemgmt_service()).GetDeviceInformation()
    media = await camera.create_media_service()
    profiles = []
    for profile in (await media.GetProfiles())[:MOST_PROFILES]:
        found = await _profile(media, profile)
        if found is not None:
            profiles.append(found)
    return FoundCamera(
        device.address,
        device.name,
        _text(about.Manufacturer),
        _text(about.Model),
        _text(about.FirmwareVersion),
        _text(about.SerialNumber),
        tuple(profiles),
        "" if profiles else "it offers no stream",
    )


def _keep_home(camera: Any, device: Device) -> None:
    """No service elsewhere: over https the library leaves the addresses as they were told."""
    for name, address in list(camera.xaddrs.items()):
        parts = urlsplit(address)
        if parts.hostname != device.host:
            home = parts._replace(scheme=device.scheme, netloc=device.address)
            camera.xaddrs[name] = urlunsplit(home)


async def _profile(media: Any, profile: Any) -> FoundProfile | None:
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    told = await media.GetStreamUri({"StreamSetup": setup, "ProfileToken": profile.token})
    url = _without_password(_text(told.Uri, 1000))
    if not url:
        return None
    video = profile.VideoEncoderConfiguration
    size = fps = None
    codec = ""
    if video is not None:
        codec = _text(video.Encoding)
        if video.Resolution is not None:
            size = int(video.Resolution.Width), int(video.Resolution.Height)
        if video.RateControl is not None:
            fps = float(video.RateControl.FrameRateLimit)
    return FoundProfile(_text(profile.token), _text(profile.Name), url, codec, size, fps)


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("rtsp", "rtsps", "http", "https")
        if not known or not parts.hostname or parts.port == 0:
            return ""
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _text(value: object, longest: int = 80) -> str:
    return "".join(c for c in str(value or "") if c.isprintable())[:longest]


def _failed(device: Device, problem: str) -> FoundCamera:
    return FoundCamera(device.address, device.name, problem=problem)


def _of_fault(fault: Any) -> str:
    codes = " ".join(str(code) for code in (fault.subcodes or ()))
    told = f"{codes} {fault.message or ''}".lower()
    if "notauthorized" in told.replace(" ", "") or "authority" in told:
        return "it refuses the user or the password"
    return f"it refuses to answer: {_text(fault.message)}"


def _of_error(error: Exception) -> str:
    told = str(error).lower()
    if "401" in told or "unauthorized" in told:
        return "it refuses the user or the password"
    if isinstance(error, OSError):
        return "nothing answers at this address"
    return f"it cannot be asked: {_text(type(error).__name__)}"
