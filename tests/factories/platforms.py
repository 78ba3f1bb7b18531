"""A GB/T 28181 platform with a channel in its tree, as an import would have left them."""

from __future__ import annotations

from supervision.core import clock
from supervision.core.actor import SYSTEM
from supervision.core.db import db, transaction
from supervision.video import platforms
from supervision.video.platform_models import PlatformChannel
from supervision.video.platforms import PlatformSpec
from tests.factories.video import HOSTS
from tests.vision.wvp import DEVICE, channel_code


def make_platform(name: str = "City", *, channels: int = 1, camera_id: int | None = None) -> int:
    """``camera_id``: whose all its channels are."""
    with transaction():
        spec = PlatformSpec(name, "https://cameras.example:18080", "a-key-of-it")
        platform = platforms.create(SYSTEM, spec, HOSTS)
        now = clock.now()
        platform.run, platform.run_at, platform.imported_at, platform.asked_at = 1, now, now, now
        db.session.add_all(
            PlatformChannel(
                platform_id=platform.id,
                device_id=DEVICE,
                channel_id=channel_code(number),
                device_name="Recorder 1",
                name=f"Yard {number}",
                region_code="330112",
                civil_code="330112",
                parent_id=DEVICE,
                is_online=number % 3 > 0,
                ptz=3,
                first_seen_at=now,
                seen_at=now,
                run=1,
                camera_id=camera_id,
            )
            for number in range(1, channels + 1)
        )
        return platform.id


def a_platform(camera_id: int, mark: str) -> dict[str, int]:
    """One that a camera needs: whoever is let in to remove it leaves it there."""
    return {"platform.platform_id": make_platform(f"{mark} platform", camera_id=camera_id)}
