"""Signatures like those of real senders, against what these publish."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from checks.flow.model import Sign
from checks.flow.signing import BadKey, signed

AT = datetime.fromtimestamp(1614265330, UTC)


def test_standard_webhooks() -> None:
    """The example of its reference libraries."""
    headers = signed(
        Sign("standard", "key"),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # launch:allow
        b'{"test": 2432232314}',
        AT,
        "p5jXN8AQM9LWM0D4loKWxJek",
    )  # fmt: skip
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_github() -> None:
    """The example of its documentation."""
    headers = signed(Sign("github", "key"), "It's a Secret to Everybody", b"Hello, World!", AT, "r")
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"


def test_stripe_and_a_plain_digest() -> None:
    """Stripe signs the time in front of the body; the plain one has the header that the receiver wants."""
    digest = hmac.new(b"whsec_x", b"1614265330.{}", hashlib.sha256).hexdigest()
    assert signed(Sign("stripe", "key"), "whsec_x", b"{}", AT, "r") == {"Stripe-Signature": f"t=1614265330,v1={digest}"}
    plain = hmac.new(b"k", b"{}", hashlib.sha256).hexdigest()
    assert signed(Sign("hex", "key", "X-Shop"), "k", b"{}", AT, "r") == {"X-Shop": plain}
    assert signed(Sign("hex", "key"), "k", b"{}", AT, "r") == {"X-Signature": plain}


def test_a_key_of_another_kind_is_refused_without_being_repeated() -> None:
    """Standard Webhooks keys are base64."""
    with pytest.raises(BadKey) as refused:
        signed(Sign("standard", "key"), "not base64!", b"{}", AT, "r")
    assert "not base64!" not in str(refused.value)
