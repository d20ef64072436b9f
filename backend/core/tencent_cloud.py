"""What all products of Tencent Cloud share: how its library reaches a base URL, and what its errors mean."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests
from tencentcloud.common.abstract_client import AbstractClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from backend.core.outbound import CONNECT_SECONDS, name_failure

# What the library itself calls a failed connection, and an answer that is not 200.
_NETWORK, _STATUS = "ClientNetworkError", "ServerNetworkError"


def make_profile(base_url: str, answer_seconds: float) -> ClientProfile:
    """Return the library's settings for calls to ``base_url``, signed by TC3-HMAC-SHA256."""
    base = urlsplit(base_url)
    # The library signs the host alone, so a path in the base URL has no place.
    http = HttpProfile(
        protocol=base.scheme, endpoint=base.netloc, reqTimeout=(CONNECT_SECONDS, answer_seconds)
    )
    profile = ClientProfile(signMethod="TC3-HMAC-SHA256", httpProfile=http)
    # The breaker would send to another region's host by itself, which may send a message twice.
    profile.disable_region_breaker = True
    return profile


def go_straight(client: AbstractClient) -> None:
    """Let ``client`` look for no proxy in the environment."""
    connection = client.request.conn
    connection.proxy = None
    connection._session.trust_env = False


def name_loss(error: TencentCloudSDKException) -> str | None:
    """Return a short code where no answer of Tencent's came, or None where it is Tencent that says no."""
    # The library hides the error of the connection behind one of its own.
    cause, code = error.__context__, str(error.get_code())
    if code == _NETWORK:
        return name_failure(cause)
    if code == _STATUS:
        return "http_error"
    if error.get_request_id() is None:
        # It broke off within its body, or is no JSON.
        return name_failure(cause) if isinstance(cause, requests.RequestException) else "unreadable"
    return None
