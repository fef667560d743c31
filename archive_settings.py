"""Settings of the archive: what recordings are kept as, whether sealed, and where they go."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from paths import file_name


class ArchiveSettings(BaseSettings):
    """Part of the settings; `settings.py` has them all."""

    recording_format: Literal["wav", "flac", "opus", "mp3"] = Field(
        "wav",
        description="What recordings are kept as. wav and flac lose nothing (flac takes about half "
        "the room); opus and mp3 take a tenth. It holds for recordings that come from then on, and "
        "for older WAVs.",
    )
    recording_opus_rate: int = Field(
        32, ge=16, le=128, description="kbit/s of opus, both sides together."
    )
    recording_mp3_rate: int = Field(
        40, ge=16, le=64, description="kbit/s of mp3, both sides together."
    )
    recording_sealed: bool = Field(
        False,
        description="Whether recordings are encrypted where they are kept, with the newest key of "
        "HOME/recordings.key, which is made the first time and is in no backup.",
    )
    recording_local_days: int = Field(
        7,
        ge=0,
        le=36_500,
        description="Days that a recording stays on this machine after its copy in the S3 storage "
        "is proven.",
    )
    s3_endpoint: str = Field(
        "",
        pattern=r"^$|^https?://[^\s/?#@]+$",
        description="Address of the S3-compatible storage to which recordings go, like "
        "https://s3.example:9000; empty: they stay here.",
    )
    s3_bucket: str = Field(
        "recordings",
        pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        description="Bucket of the S3-compatible storage; it must be there.",
    )
    s3_prefix: str = Field(
        "",
        pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9._-]{0,59}(/[A-Za-z0-9][A-Za-z0-9._-]{0,59})*$",
        description="What the names of our objects begin with, where others use the bucket too.",
    )
    s3_region: str = Field(
        "us-east-1",
        pattern=r"^[A-Za-z0-9-]{1,40}$",
        description="Region that requests to the S3-compatible storage are signed for.",
    )
    s3_keys: Annotated[str, AfterValidator(file_name)] = Field(
        "",
        description="Path of the file with the access key and, on its second line, the secret key "
        "of the S3-compatible storage.",
    )
    s3_path_style: bool = Field(
        True,
        description="Whether the bucket is named in the path of the address (most storages of "
        "one's own), or before its host name.",
    )
