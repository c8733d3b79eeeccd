"""Keys put together at run time, so that no file of ours ever holds one."""

from __future__ import annotations

import base64
import json
import string

from checks import providers
from checks.net.facts import Chain, ChainEnd, Exchange
from checks.secret_proofs import summed
from checks.site_files import Served
from tests.checks.samples import HOST, exchange

MIXED = "".join(sorted(string.ascii_letters + string.digits, key=lambda char: ord(char) * 37 % 101)) * 5
HEX = "0a9b8c7d6e5f4132" * 8


def letters(count: int, start: int = 7) -> str:
    """So many different letters and digits."""
    return MIXED[start : start + count]


def token(role: str) -> str:
    """A signed token that says its role, as Supabase makes them."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": "supabase", "ref": "qwertyuiop", "role": role, "iat": 1})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, letters(43)))


UUID = "-".join((HEX[:8], HEX[8:12], HEX[12:16], HEX[16:20], HEX[20:32]))
DISCORD = base64.b64encode(b"918273645091827364").decode() + "." + letters(6) + "." + letters(38)
PEM = "PRIVATE " + "KEY-----\\n" + letters(64) + "\\n"
SECRETS = {
    "stripe-secret": "sk_" + "live_" + letters(32),
    "stripe-secret-test": "sk_" + "test_" + letters(32),
    "stripe-webhook": "whsec" + "_" + letters(32),
    "aws-access-key": "AKI" + "A" + "QWERTZUIOP234567",
    "github-token": "gh" + "p_" + letters(30) + summed(letters(30)),
    "gitlab-token": "gl" + "pat-" + letters(20),
    "openai": "sk-" + "proj-" + letters(60),
    "anthropic": "sk-" + "ant-" + "api03-" + letters(95, 0),
    "sendgrid": "S" + "G." + letters(22) + "." + letters(43),
    "slack-token": "xox" + "b-" + "9182736450" + "-" + "9182736450" + "-" + letters(24),
    "slack-webhook": "https://hooks." + "slack.com/services/" + "T0Q9W8E7R6/B0Q9W8E7R6/" + letters(24),
    "private-key": "-----BEGIN " + "PRIVATE KEY" + "-----\n" + letters(64) + "\n",
    "twilio": "S" + "K" + HEX[:32],
    "mailgun": "ke" + "y-" + HEX[:32],
    "resend": "r" + "e_" + letters(8) + "_" + letters(24),
    "shopify": "shp" + "at_" + HEX[:32],
    "square": "sq0" + "csp-" + letters(43),
    "npm": "np" + "m_" + letters(30) + summed(letters(30)),
    "supabase-secret": "sb_" + "secret_" + letters(30),
    "digitalocean": "dop" + "_v1_" + HEX[:64],
    "google-oauth-secret": "GOC" + "SPX-" + letters(28),
    "telegram-bot": "9182736450" + ":" + "AA" + letters(33),
    "database-url": "postgres" + "://app:" + letters(12) + "@db.shop.test:5432/app",
    "groq": "gs" + "k_" + letters(52, 0),
    "replicate": "r" + "8_" + letters(37),
    "huggingface": "h" + "f_" + "".join(char for char in MIXED if char.isalpha())[9:43],
    "brevo": "xkey" + "sib-" + HEX[:64] + "-" + letters(16),
    "discord-webhook": "https://discord" + ".com/api/webhooks/" + "918273645091827364/" + letters(66),
    "airtable": "pa" + "t" + letters(14) + "." + HEX[:64],
    "notion": "nt" + "n_" + "9182736450" + letters(36),
    "linear": "lin" + "_api_" + letters(40),
    "sentry-token": "sntr" + "ys_" + "eyJ" + letters(60, 0),
    "mapbox-secret": "sk" + ".eyJ" + letters(60, 0) + "." + letters(22),
    "braintree": "access_token" + "$production$" + HEX[:16] + "$" + HEX[:32],
    "gcp-service-account": '"private_' + f'key_id": "{HEX[:40]}", "private_' + 'key": "-----BEGIN ' + PEM,
    "pgp-private-key": "-----BEGIN PGP " + "PRIVATE KEY BLOCK-----\n" + letters(64) + "\n",
    "putty-key": "PuTTY-User-" + "Key-File-3: ssh-rsa\nEncryption: none\nComment: a\nPublic-Lines: 1\n" + letters(64),
    "age-key": "AGE-SECRET-" + "KEY-1" + ("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L" * 2)[:58],
    "aws-secret-key": "aws_secret_" + "access_key = " + letters(40),
    "azure-storage": "Account" + "Key=" + letters(86) + "==",
    "azure-shared-access": "SharedAccess" + "Key=" + letters(43) + "=",
    "azure-client-secret": letters(3) + "8" + "Q" + "~" + letters(34),
    "pypi": "py" + "pi-AgEIcHlwaS5vcmc" + letters(80),
    "npmrc": "//registry.npmjs.test/:_auth" + "Token=" + "-".join((HEX[:8], HEX[:4], HEX[4:8], HEX[8:12], HEX[:12])),
    "docker-hub": "dckr" + "_pat_" + letters(27),
    "netlify": "nf" + "p_" + letters(36),
    "render": "rn" + "d_" + letters(32),
    "heroku": "HRKU" + "-AA" + letters(58),
    "planetscale": "pscale" + "_pw_" + letters(43),
    "doppler": "dp" + ".st.prd." + letters(43),
    "vault": "hv" + "s." + letters(95),
    "terraform": letters(14) + ".atlas" + "v1." + letters(67),
    "grafana": "gl" + "sa_" + letters(32) + "_" + HEX[:8],
    "new-relic": "NR" + "AK-" + letters(90).upper()[:27],
    "postman": "PM" + "AK-" + HEX[:24] + "-" + HEX[:34],
    "databricks": "da" + "pi" + HEX[:32],
    "atlassian": "ATA" + "TT3" + letters(186),
    "figma": "fig" + "d_" + letters(40),
    "sentry-user-token": "sntr" + "yu_" + HEX[:64],
    "xai": "xa" + "i-" + letters(80),
    "perplexity": "ppl" + "x-" + letters(48),
    "twilio-auth-token": "TWILIO_" + "AUTH_TOKEN=" + HEX[:32],
    "cloudflare": "cf" + "ut_" + letters(40) + HEX[:8],
    "cloudflare-older": "CLOUDFLARE_" + "API_TOKEN=" + letters(40),
    "vercel": "vc" + "p_" + letters(56),
    "neon": "na" + "pi_" + HEX[:64],
    "supabase-access-token": "sb" + "p_" + HEX[:40],
    "flyio": "fm" + "2_" + letters(200),
    "openrouter": "sk-" + "or-v1-" + HEX[:64],
    "deepseek": "s" + "k-" + HEX[:32],
    "elevenlabs": "s" + "k_" + HEX[:48],
    "pinecone": "pc" + "sk_" + letters(6) + "_" + letters(63),
    "langsmith": "lsv2" + "_pt_" + HEX[:32] + "_" + HEX[:10],
    "langfuse": "sk-" + "lf-" + UUID,
    "tavily": "tv" + "ly-" + letters(32),
    "firecrawl": "f" + "c-" + HEX[:32],
    "posthog": "ph" + "x_" + letters(48),
    "launchdarkly": "sd" + "k-" + UUID,
    "paddle": "pdl" + "_live_apikey_" + HEX[:26] + "_" + letters(22) + "_" + letters(3),
    "paddle-sandbox": "pdl" + "_sdbx_apikey_" + HEX[:26] + "_" + letters(22) + "_" + letters(3),
    "polar": "polar" + "_oat_" + letters(43),
    "mollie": "li" + "ve_" + letters(30),
    "plaid": "access" + "-production-" + UUID,
    "flutterwave": "FLW" + "SECK-" + HEX[:32] + "-X",
    "square-production": "EA" + "AA" + letters(60),
    "mailchimp": HEX[:32] + "-u" + "s14",
    "mailgun-named": "MAILGUN_KEY=" + HEX[:32] + "-" + HEX[:8] + "-" + HEX[8:16],
    "postmark": "POSTMARK_" + "SERVER_TOKEN=" + UUID,
    "slack-signing-secret": "SLACK_SIGNING_" + "SECRET=" + HEX[:32],
    "discord-bot": 'client.login("' + DISCORD + '")',
    "hubspot": "pa" + "t-eu1-" + UUID,
    "intercom": "dG9" + "rOj" + letters(54),
    "datadog": "DD_" + "API_KEY=" + HEX[:32],
    "axiom": "xa" + "at-" + UUID,
    "contentful": "CF" + "PAT-" + letters(43),
    "typeform": "tf" + "p_" + letters(44),
    "clickup": "p" + "k_" + "9182736_" + letters(90).upper()[:32],
    "cal-com": "cal" + "_live_" + HEX[:32],
    "trigger-dev": "tr" + "_prod_" + letters(20),
    "inngest": "sign" + "key-prod-" + HEX[:64],
    "convex": "pro" + "d:brave-otter-421|" + letters(80),
    "mongodb-atlas": "mdb" + "_sa_sk_" + letters(40),
    "managed-database": "AV" + "NS_" + letters(19),
    "tailscale": "ts" + "key-auth-" + letters(12) + "-" + letters(32),
    "one-password": "op" + "s_eyJ" + letters(250),
    "google-refresh-token": "1/" + "/0" + letters(100),
    "aws-bedrock": "AB" + "SK" + letters(128),
    "azure-ai": letters(52) + "JQQ" + "J99" + letters(25),
    "azure-devops": letters(76) + "AZ" + "DO" + letters(4),
    "teams-webhook": "https://shop.webhook.office" + f".com/webhookb2/{UUID}@{UUID}/IncomingWebhook/{HEX[:32]}/{UUID}",
    "trello": "AT" + "TA" + HEX[:64] + HEX[:8].upper(),
    "bitbucket": "AT" + "BB" + letters(24) + HEX[:8].upper(),
    "circleci": "CCI" + "PAT_" + letters(22) + "_" + HEX[:40],
    "buildkite": "bk" + "ua_" + HEX[:40],
    "sonar": "sq" + "p_" + HEX[:40],
    "rubygems": "ruby" + "gems_" + HEX[:48],
    "pulumi": "pu" + "l-" + HEX[:40],
    "shippo": "shippo" + "_live_" + HEX[:40],
    "easypost": "EZ" + "AK" + letters(54),
}
"""One for each entry of kind secret."""
PUBLIC = {
    "stripe-publishable": "pk_" + "live_" + letters(32),
    "google-api-key": "AI" + "za" + letters(35),
    "supabase-publishable": "sb_" + "publishable_" + letters(30),
    "mapbox-public": "pk" + ".eyJ" + letters(60, 0) + "." + letters(22),
    "sentry-dsn": "https://" + HEX[:32] + "@o42.ingest.sentry.io/4242",
}


def names(kind: str) -> set[str]:
    """Ids of the known forms of that kind."""
    return {entry.id for entry in providers.load("keys") if entry.text("kind") == kind}


def site(*scripts: str, page: str = "<!doctype html><title>Shop</title><p>Hello", **more: object) -> Served:
    """A start page and scripts that were read."""
    return Served(HOST, (visited(page, **more),), tuple(script(number, text) for number, text in enumerate(scripts)))


def visited(page: str = "", **more: object) -> Chain:
    """A visit that ends at once at the start page."""
    answer = exchange(body=page.encode(), **more)  # type: ignore[arg-type]
    end = ChainEnd.FINAL if answer.fault is None else ChainEnd.FAULT
    return Chain(answer.url, (answer,), end)


def script(number: int, text: str) -> Exchange:
    """A script of the same host."""
    return exchange(f"https://{HOST}/assets/app{number}.js", body=text.encode(), content_type="text/javascript")
