"""The S3-compatible storage of recordings. The only importer of boto3.

One bucket, named by the settings. An object is sent whole and once; boto3 does not try again by
itself for long, for whoever asks has a plan of its own. Every failure is one of two: it is not
there (FileNotFoundError), or the storage is away (`AwayError`), which includes refusing us.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

CONNECT_S: Final = 5
READ_S: Final = 30
NOT_THERE: Final = frozenset({"404", "NoSuchKey", "NotFound", "416", "InvalidRange"})
"""No such object, or no such part of it."""


class AwayError(OSError):
    """The storage cannot be reached, or refuses; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the storage is, and who we are there."""

    endpoint: str
    bucket: str
    prefix: str
    region: str
    keys: Path
    """File with the access key and the secret key, a line each."""
    path_style: bool


class Objects:
    """The objects of one bucket, by names below the prefix."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def put(self, name: str, source: Path, size: int) -> None:
        """Store a file of `size` bytes as an object. Raises AwayError, and OSError of the file."""
        with source.open("rb") as body, _told():
            self._client.put_object(
                **self._named(name), Body=body, ContentLength=size, ContentType="audio/x-thirdring"
            )

    def size(self, name: str) -> int:
        """Return how many bytes an object has. Raises FileNotFoundError, AwayError."""
        with _told():
            return int(self._client.head_object(**self._named(name))["ContentLength"])

    def read(self, name: str, first: int, length: int) -> bytes:
        """Return a part of an object. Raises FileNotFoundError, AwayError."""
        asked = f"bytes={first}-{first + length - 1}"
        with _told():
            answer = self._client.get_object(**self._named(name), Range=asked)
            found: bytes = answer["Body"].read()
        return found

    def destroy(self, name: str) -> None:
        """Destroy an object, and see that it is gone. Raises AwayError."""
        with _told():
            self._client.delete_object(**self._named(name))
        try:
            self.size(name)
        except FileNotFoundError:
            return
        raise AwayError("the storage still has what was deleted")

    def reach(self) -> None:
        """Return when the bucket answers. Raises AwayError."""
        try:
            with _told():
                self._client.head_bucket(Bucket=self._where.bucket)
        except FileNotFoundError:
            raise AwayError(f"there is no bucket {self._where.bucket}") from None

    def _named(self, name: str) -> dict[str, str]:
        key = f"{self._where.prefix}/{name}" if self._where.prefix else name
        return {"Bucket": self._where.bucket, "Key": key}

    @cached_property
    def _client(self) -> Any:
        import boto3  # noqa: PLC0415 (a third of a second, which only houses with S3 pay)
        from botocore.config import Config  # noqa: PLC0415

        where = self._where
        try:
            access, secret = where.keys.read_text("utf-8").split()
        except (OSError, ValueError):
            raise AwayError(f"{where.keys} does not hold an access key and a secret key") from None
        return boto3.client(
            "s3",
            endpoint_url=where.endpoint,
            region_name=where.region,
            aws_access_key_id=access,
            aws_secret_access_key=secret,
            config=Config(
                connect_timeout=CONNECT_S,
                read_timeout=READ_S,
                retries={"mode": "standard", "total_max_attempts": 2},
                s3={"addressing_style": "path" if where.path_style else "virtual"},
                request_checksum_calculation="when_required",  # many storages know no others
                response_checksum_validation="when_required",
                user_agent_extra="thirdring",
            ),
        )


@dataclass(frozen=True, slots=True)
class ObjectBytes:
    """The bytes of an object."""

    objects: Objects
    name: str
    size: int

    @property
    def is_far(self) -> bool:
        return True

    def read(self, first: int, length: int) -> bytes:
        return self.objects.read(self.name, first, min(length, self.size - first))


@contextmanager
def _told() -> Iterator[None]:
    """Turn boto3's errors into ours."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in NOT_THERE:
            raise FileNotFoundError("there is no such object") from None
        raise AwayError(f"the storage refuses: {code or 'without a reason'}") from None
    except (BotoCoreError, HTTPError) as error:
        raise AwayError(f"the storage does not answer: {type(error).__name__}") from None
