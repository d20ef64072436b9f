"""File contents in a bucket of S3-compatible storage."""

from __future__ import annotations

from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.files.storage import ContentMissing, StorageFailed, check_key

_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Storage:
    """Keeps contents in ``bucket``. ``endpoint_url`` None means AWS itself; the bucket must be there."""

    def __init__(
        self, endpoint_url: str | None, region: str, bucket: str, access_key: str, secret_key: str
    ) -> None:
        self._bucket = bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            region_name=region,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
            config=Config(
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                # The newer checksums of the library are unknown to many compatible storages.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, content: bytes) -> None:
        """Keep ``content``; the storage shows it whole or not at all."""
        self._call("put_object", key, Body=content, ContentType="application/octet-stream")

    def get(self, key: str) -> bytes:
        """Return the content; raises ContentMissing."""
        answer = self._call("get_object", key)
        try:
            with answer["Body"] as body:
                content: bytes = body.read()
        except (BotoCoreError, OSError) as error:
            raise StorageFailed(f"the storage broke off: {type(error).__name__}") from error
        return content

    def delete(self, key: str) -> None:
        """Remove the content, if there is one."""
        self._call("delete_object", key)

    def exists(self, key: str) -> bool:
        """Tell whether there is a content."""
        try:
            self._call("head_object", key)
        except ContentMissing:
            return False
        return True

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _call(self, operation: str, key: str, **more: object) -> dict[str, Any]:
        call = getattr(self._client, operation)
        try:
            answer: dict[str, Any] = call(Bucket=self._bucket, Key=check_key(key), **more)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            # A missing bucket is a fault of the deployment and not a missing file.
            if code in _MISSING:
                raise ContentMissing(key) from error
            raise StorageFailed(f"the storage refused {operation}: {code}") from error
        except BotoCoreError as error:
            raise StorageFailed(f"the storage is out of reach: {type(error).__name__}") from error
        return answer
