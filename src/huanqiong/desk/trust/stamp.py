"""Stamps of time over checkpoints, from an authority outside (RFC 3161). No Django, no network.

The request goes to the authority by whatever way there is (`curl --data-binary`, a USB stick); its response
comes back as a file. What is stamped is the checkpoint's text without its signatures.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from huanqiong.core.errors import InputError, IntegrityError
from huanqiong.desk.trust.note import Checkpoint

_DIGESTS = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.3": "sha512"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a response says, its signature not checked: when, by whom, over which digest."""

    time: datetime
    authority: str
    algorithm: str
    digest: bytes

    def covers(self, point: Checkpoint) -> bool:
        """Whether the digest is the checkpoint's."""
        return hashlib.new(self.algorithm, point.body.encode()).digest() == self.digest


def stamp_request(point: Checkpoint) -> bytes:
    """The request to an authority, in DER."""
    builder = TimestampRequestBuilder().data(point.body.encode()).hash_algorithm(HashAlgorithm.SHA256)
    return builder.cert_request(cert_request=True).build().as_bytes()


def read_stamp(response: bytes) -> Stamp:
    """What a response says; IntegrityError: it is none, or refuses."""
    try:
        told = decode_timestamp_response(response)
        info = told.tst_info
        algorithm = _DIGESTS[info.message_imprint.hash_algorithm.dotted_string]
    except (ValueError, KeyError) as e:
        raise IntegrityError(f"This is no stamp of time ({e}).") from None
    return Stamp(
        info.gen_time, str(told.tst_info.name or "authority"), algorithm, info.message_imprint.message
    )


def check_stamp(response: bytes, point: Checkpoint, certificates: bytes) -> datetime:
    """The time at which the authority, whose root certificates these are (PEM), saw the checkpoint.

    IntegrityError: the stamp does not hold. InputError: no certificates.
    """
    try:
        roots = x509.load_pem_x509_certificates(certificates)
    except ValueError as e:
        raise InputError(f"no certificates in PEM ({e})", remedy="Give the authority's root.") from None
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    stamp = read_stamp(response)
    try:
        told = decode_timestamp_response(response)
        builder.build().verify_message(told, point.body.encode())
    except (VerificationError, ValueError) as e:
        raise IntegrityError(
            f"The stamp of time over {point.origin}, size {point.size}, does not hold ({e})."
        ) from None
    return stamp.time
