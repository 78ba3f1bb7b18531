"""A store that speaks S3, on this machine: moto's own HTTP server, with an empty bucket."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from supervision.core.storage_s3 import Bucket

NAME = "anqi-evidence"


@contextmanager
def serving() -> Iterator[Bucket]:
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    where = Bucket(
        NAME, endpoint=f"http://{host}:{port}", prefix="files", access_key="key", secret_key="word"
    )
    client = boto3.client(
        "s3",
        endpoint_url=where.endpoint,
        region_name="us-east-1",
        aws_access_key_id=where.access_key,
        aws_secret_access_key=where.secret_key,
    )
    client.create_bucket(Bucket=NAME)
    try:
        yield where
    finally:
        server.stop()


def objects(where: Bucket) -> list[str]:
    """The keys of all objects, and of uploads that nobody ended."""
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=where.endpoint,
        region_name="us-east-1",
        aws_access_key_id=where.access_key,
        aws_secret_access_key=where.secret_key,
    )
    listed = client.list_objects_v2(Bucket=NAME).get("Contents", [])
    open_uploads = client.list_multipart_uploads(Bucket=NAME).get("Uploads", [])
    return [found["Key"] for found in [*listed, *open_uploads]]
