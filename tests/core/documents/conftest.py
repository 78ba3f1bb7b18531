"""Templates and stored pictures for papers."""

from __future__ import annotations

from io import BytesIO

import pytest

from supervision import seeds
from supervision.core.attachments import storage
from supervision.core.db import transaction
from supervision.core.documents import issuing
from tests.core.documents.samples import PICTURES
from tests.replay import set_paper


@pytest.fixture(autouse=True)
def set_each_time(papers_set_once, monkeypatch):
    monkeypatch.setattr(issuing, "_render", set_paper)


@pytest.fixture
def papers(app):
    """The shipped templates are loaded and the samples' pictures are in the storage."""
    for data in PICTURES.values():
        storage().put(BytesIO(data))
    with transaction():
        seeds.load_documents()
