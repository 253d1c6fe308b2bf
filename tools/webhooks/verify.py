"""Verifies recorded webhooks, given as JSON lines, with the official library and with the guide's own function:
each as it came must be accepted, and each with one byte of its body, id or timestamp changed must be refused."""

import base64
import json
import re
import sys
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

GUIDE = Path(__file__).parents[2] / "docs/guides/webhooks.md"


def documented():
    """The function that the guide shows."""
    block = re.search(r"```python\n(import hashlib.*?)```", GUIDE.read_text(), re.S).group(1)
    names = {}
    exec(block, names)
    return names["verify"]


def official(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except (WebhookVerificationError, UnicodeDecodeError):
        return False


def changes(text):
    """Every way to change one byte of a text to another one of its kind."""
    for at in range(len(text)):
        for other in {b"0"[0], b"7"[0], text[at] ^ 1} - {text[at]}:
            yield text[:at] + bytes([other]) + text[at + 1 :]


def main():
    verify, accepted, refused = documented(), 0, 0
    for line in sys.stdin:
        it = json.loads(line)
        body, headers, secrets = base64.b64decode(it["body"]), it["headers"], it["secrets"]
        for secret in secrets:
            assert official(secret, body, headers), f"the library refuses {it}"
            accepted += 1
        assert verify(body, headers["x-botplot-signature"], secrets[0]), f"the guide's function refuses {it}"
        for changed in changes(body):
            assert not official(secrets[0], changed, headers), f"a changed body is accepted: {changed}"
            assert not verify(changed, headers["x-botplot-signature"], secrets[0])
            refused += 1
        for name in ("webhook-id", "webhook-timestamp"):
            for changed in changes(headers[name].encode()):
                other = {**headers, name: changed.decode("latin-1")}
                assert not official(secrets[0], body, other), f"a changed {name} is accepted: {changed}"
                refused += 1
        late = {**headers, "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 3600)}
        assert not official(secrets[0], body, late), "an old timestamp is accepted"
    assert accepted > 3, "too few webhooks were recorded"
    print(f"the official library accepts {accepted} signatures and refuses {refused} changed webhooks")


main()
