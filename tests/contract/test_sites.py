"""What names a platform is checked where it is read: it becomes an address and a header."""

from __future__ import annotations

import pytest

from vision.contract import ContractError, Platform


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"platform_id": "a/b"}, "platform_id"),
        ({"base_url": "ftp://platform.example"}, "base_url"),
        ({"base_url": "https://user:secret@platform.example"}, "base_url"),
        ({"base_url": "https://"}, "base_url"),
        ({"kind": "isup"}, "kind"),
        ({"api_key": "key\r\nHost: elsewhere"}, "api_key"),
        ({"api_key": "a key"}, "api_key"),
    ],
)
def test_a_platform_that_cannot_be_asked_is_refused_by_its_field(given, field):
    good = {"platform_id": "city", "base_url": "https://platform.example:18080", "api_key": "k"}
    assert "secret-key" not in repr(Platform(**good | {"api_key": "secret-key"}))
    with pytest.raises(ContractError) as refused:
        Platform(**good | given)
    assert refused.value.field == field
