"""Whether a text looks like a secret: such a text does not belong into a file that people share."""

from __future__ import annotations

import re

_SHAPES = re.compile(
    r"""
    xox[abeprs][.-][A-Za-z0-9-]{8,} | xapp-[0-9A-Za-z-]{8,}          # Slack tokens
  | https://hooks\.slack\.com/\S+                                    # Slack incoming webhooks
  | \b[sr]k_(live|test)_[A-Za-z0-9]{10,} | \bwhsec_[A-Za-z0-9+/=]{10,} # Stripe
  | \bsk-[A-Za-z0-9_-]{20,}                                          # OpenAI, Anthropic
  | \bgh[oprsu]_[A-Za-z0-9]{20,} | \bgithub_pat_[A-Za-z0-9_]{20,}    # GitHub
  | \bglpat-[A-Za-z0-9_-]{15,}                                       # GitLab
  | \b(AKIA|ASIA)[A-Z0-9]{16}\b                                      # AWS
  | \bAIza[A-Za-z0-9_-]{30,}                                         # Google
  | \bSG\.[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,} | \bre_[A-Za-z0-9]{8,}_[A-Za-z0-9]{10,}  # SendGrid, Resend
  | -----BEGIN\ [A-Z ]*PRIVATE\ KEY                                  # PEM
  | \beyJ[A-Za-z0-9_-]{8,1000}\.eyJ[A-Za-z0-9_-]{8,}                 # JSON Web Tokens
  | \b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/@]{1,200}@       # a URL with a password
    """,
    re.VERBOSE,
)


def looks_secret(text: str) -> bool:
    """Whether the text holds something shaped like a token, a private key or a URL with a password."""
    return bool(_SHAPES.search(text))
