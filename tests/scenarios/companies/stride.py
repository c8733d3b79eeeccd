"""Stride, an app for phones: an API behind CloudFront and a load balancer, files in S3, no www. In order."""

from __future__ import annotations

from tests.scenarios.companies import vendors
from tests.scenarios.companies.company import AMAZON, Company, Site
from tests.scenarios.companies.pages import FOREVER, HSTS, SAFE, machine, page, robots, style, text, to
from tests.servers.http import Answer

D = "strideapp.example"
API, CDN = f"api.{D}", f"cdn.{D}"
DENIED = Answer(
    403,
    '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
    (("content-type", "application/xml"), ("server", "AmazonS3"), *SAFE, HSTS),
)
"""S3 says this for everything that is not there, unless strangers may list the bucket."""
HTTPS_ONLY = Answer(
    403,
    "<HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>403 ERROR</H1>"
    "<P>Bad request. We can't connect to the server for this app or website at this time.</P></BODY></HTML>",
    (("content-type", "text/html"), ("server", "CloudFront"), ("x-cache", "Error from cloudfront")),
)
"""What CloudFront answers to http where it is told "HTTPS only"."""
LINKS = {"applinks": {"details": [{"appIDs": ["ABCDE12345.example.strideapp"], "components": [{"/": "/run/*"}]}]}}
S3 = ("server", "AmazonS3")

COMPANY = Company(
    name="Stride",
    domain=D,
    about="An API on an AWS load balancer behind CloudFront, a landing page and files in S3, Route 53, Amazon SES",
    zone={
        "@": {
            "A": list(vendors.CLOUDFRONT),
            "NS": ["ns-101.awsdns-12.com.", "ns-902.awsdns-48.net."],
            "MX": ["10 inbound-smtp.eu-west-1.amazonaws.com."],
            "TXT": ["v=spf1 redirect=_spf.strideapp.example"],
            "CAA": ['0 issue "amazon.com"', '0 iodef "mailto:security@strideapp.example"'],
        },
        "_spf": {"TXT": "v=spf1 include:amazonses.com ~all"},
        "api": {"CNAME": "d111111abcdef8.cloudfront.net."},
        "cdn": {"CNAME": "d222222abcdef8.cloudfront.net."},
        **{f"{token}._domainkey": {"CNAME": f"{token}.dkim.amazonses.com."} for token in vendors.SES},
        "bounce": {"MX": "10 feedback-smtp.eu-west-1.amazonses.com.", "TXT": "v=spf1 include:amazonses.com ~all"},
        "_dmarc": {"TXT": "v=DMARC1; p=reject; rua=mailto:dmarc@strideapp.example; aspf=s"},
        "_e3b0c44298fc1c149afbf4c8996fb924": {"CNAME": "_27ae41e4649b934ca495991b7852b855.acm-validations.aws."},
    },
    sites={
        D: Site(
            vendors.CLOUDFRONT,
            {
                "/": page(
                    "Stride: run with your friends",
                    "Stride is an app for phones. Get it in the App Store or at Google Play, and start on Sunday.",
                    S3,
                    HSTS,
                    ("cache-control", "public, max-age=300"),
                    head=f'<link rel="stylesheet" href="https://{CDN}/site.3f9c2a71.css">',
                    url=f"https://{D}/",
                ),
                "/developers": page("Stride for developers", "Ask for a key, then GET /v1/runs.", S3, HSTS),
                "/robots.txt": robots(f"https://{D}"),
                "/.well-known/apple-app-site-association": machine(LINKS, S3, HSTS),
                "/.well-known/assetlinks.json": text("[]", "application/json"),
            },
            DENIED,
            dress=vendors.cloudfront(),
            issuer=AMAZON,
        ),
        API: Site(
            vendors.CLOUDFRONT,
            {
                "/": to(f"https://{D}/developers", 302, HSTS),
                "/health": machine({"status": "ok", "db": "ok"}, HSTS),
                "/v1/runs": machine({"message": "Unauthorized"}, HSTS, ("www-authenticate", "Bearer"), status=401),
                "/v1/purchases/apple": machine({"message": "signedPayload is missing"}, HSTS, status=400),
            },
            machine({"message": "Not Found"}, HSTS, status=404),
            dress=vendors.cloudfront(),
            plain=HTTPS_ONLY,
            issuer=AMAZON,
        ),
        CDN: Site(
            vendors.CLOUDFRONT,
            {"/site.3f9c2a71.css": style(FOREVER, S3, ("access-control-allow-origin", "*"))},
            DENIED,
            dress=vendors.cloudfront(),
            issuer=AMAZON,
            names=(f"*.{D}",),
        ),
    },
    launch=f"""
product: {{name: Stride, domain: {D}, kind: community}}
hosts:
  - {{name: {D}, purpose: marketing, www: false, edge: cloudfront}}
  - {{name: {API}, purpose: api, flow: login, edge: cloudfront, private_paths: [/v1/runs]}}
  - {{name: {CDN}, purpose: other, critical: false, edge: cloudfront}}
links:
  - {{url: "https://{API}/v1/purchases/apple", kind: webhook}}
mail:
  domains:
    - name: {D}
      aligned: true
      senders: [Amazon SES]
      selectors: [{", ".join(vendors.SES)}]
      per_day: 400
monitors:
  - {{name: API, url: "https://{API}/health", expect: {{json: {{path: db, equals: ok}}}}, flow: login}}
  - {{name: Landing page, url: /}}
""",
    registrar="Amazon Registrar, Inc.",
    harmless=(
        "there is no www, on purpose, and the start page of the API leads to one for developers",
        "S3 answers 403 for everything that is not there, robots.txt of a host for files among it",
        "the answers of the API never come from the cache, and say Miss for ever",
        "any site may load the files (access-control-allow-origin: *), which is what they are for",
        "CloudFront refuses http with 403 instead of leading to https, since programs need no redirect",
        "the list of senders is kept at a name of its own (redirect=)",
        "aliases that prove a name to Amazon lead to names without an address",
        "a store's message without its signed part is refused with 400",
    ),
)
