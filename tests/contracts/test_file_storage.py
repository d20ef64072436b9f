"""One contract for both file storages; the bucket stands on moto's server, a real process on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from backend.files.local_storage import LocalFolderStorage
from backend.files.s3_storage import S3Storage
from backend.files.storage import ContentMissing, FileStorage, StorageFailed

BUCKET = "hall-files"


def reserve_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """Yield the address of an S3 server with one empty bucket."""
    port = reserve_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert server.poll() is None, "the S3 server ended"
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, "the S3 server did not start"
                time.sleep(0.1)
        address = f"http://127.0.0.1:{port}"
        keys = {"aws_access_key_id": "id", "aws_secret_access_key": "key", "region_name": "us-east-1"}
        client = boto3.client("s3", endpoint_url=address, **keys)
        client.create_bucket(Bucket=BUCKET)
        client.close()
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FileStorage]:
    """Yield each storage in turn."""
    if request.param == "folder":
        yield LocalFolderStorage(tmp_path / "中文 folder")
        return
    bucket = S3Storage(request.getfixturevalue("s3_address"), "us-east-1", BUCKET, "id", "key")
    yield bucket
    bucket.close()


def test_what_is_put_can_be_had_replaced_and_deleted(storage: FileStorage) -> None:
    key = "AbC_-123.original"
    assert not storage.exists(key)
    storage.put(key, b"one" * 100_000)
    assert storage.exists(key)
    assert storage.get(key) == b"one" * 100_000
    storage.put(key, b"two")
    assert storage.get(key) == b"two"
    storage.put("AbC_-123.thumb", b"small")
    storage.delete(key)
    storage.delete(key)
    assert not storage.exists(key)
    assert storage.get("AbC_-123.thumb") == b"small"
    with pytest.raises(ContentMissing):
        storage.get(key)


@pytest.mark.parametrize(
    "key", ["../etc/passwd", "a/b.original", "ab", "", ".hidden", "ab.original\n", "ab.\0"]
)
def test_keys_cannot_mean_another_place(storage: FileStorage, key: str) -> None:
    for act in (storage.get, storage.delete, storage.exists):
        with pytest.raises(ValueError, match="not a key"):
            act(key)
    with pytest.raises(ValueError, match="not a key"):
        storage.put(key, b"x")


def test_a_storage_out_of_reach_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(StorageFailed):
        LocalFolderStorage(blocked).put("ab.original", b"x")
    with pytest.raises(StorageFailed):
        LocalFolderStorage(blocked).get("ab.original")
    bucket = S3Storage(f"http://127.0.0.1:{reserve_port()}", "us-east-1", BUCKET, "id", "key")
    with pytest.raises(StorageFailed):
        bucket.put("ab.original", b"x")
    bucket.close()


def test_a_missing_bucket_is_not_a_missing_file(s3_address: str) -> None:
    bucket = S3Storage(s3_address, "us-east-1", "another-bucket", "id", "key")
    with pytest.raises(StorageFailed):
        bucket.get("ab.original")
    bucket.close()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = LocalFolderStorage(tmp_path)
    storage.put("ab.original", b"old")

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageFailed, match="No space left"):
        storage.put("ab.original", b"new")
    assert storage.get("ab.original") == b"old"
    assert [one.name for one in (tmp_path / "ab").iterdir()] == ["ab.original"]
