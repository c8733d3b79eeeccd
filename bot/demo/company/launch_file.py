"""The `launch.yml` of the demo company: an ordinary one, with only the network part pointing at loopback."""

from __future__ import annotations

from bot.demo.company.state import API, APP, DOMAIN, MAILER, OLD, WWW

TEMPLATE = """\
# Marigold, the demo company. It is written anew at every start of the demo.
product:
  name: Marigold
  domain: {domain}
  canonical: https://{domain}/
  brand_domains: [{old}]
  kind: creator
  time_zone: Europe/Madrid
  stage: launch

hosts:
  - name: {domain}
    purpose: marketing
    service: home page
    expect:
      - {{type: MX, equals: ["10 mx1.{mailer}", "20 mx2.{mailer}"]}}
  - name: {www}
    purpose: marketing
    service: home page
  - name: {app}
    purpose: app
    service: the app
    flow: login
    private_paths: [/dashboard]
  - name: {api}
    purpose: api
    service: the app

mail:
  domains:
    - name: {domain}
      aligned: true
      senders: [Mailer]
      selectors: [mg1]

monitors:
  - name: Home page
    url: https://{domain}/
    every: 10s
    service: home page
    expect: {{contains: Paid newsletters}}
  - name: Pricing
    url: https://{domain}/pricing
    every: 10s
    service: home page
  - name: Sign-up page
    url: https://{app}/signup
    every: 10s
    service: sign-up
    flow: signup
    expect: {{contains: Create your account}}
  - name: Log-in page
    url: https://{app}/login
    every: 10s
    service: the app
    flow: login
  - name: Checkout
    url: https://{app}/checkout
    every: 10s
    service: checkout
    flow: payment
  - name: API health
    url: https://{api}/health
    every: 10s
    service: the app
    expect:
      json: {{path: status, equals: ok}}
  - name: Payment webhook
    url: https://{api}/webhooks/payments
    every: 10s
    service: checkout
    flow: payment
    endpoint: webhook
    expect: {{status: [405]}}

flows:
  # Walked after each deploy, as a customer would. This account is for tests only.
  - id: checkout
    name: Checkout
    service: checkout
    carries: payment
    base: https://{app}/
    steps:
      - {{name: Look at the prices, request: {{url: "https://{domain}/pricing"}}, expect: {{contains: Subscribe}}}}
      - {{name: Begin to pay, request: {{url: /checkout}}, expect: {{status: 200, contains: Pay}}}}
      - {{name: Press the button, submit: {{form: /checkout}}, expect: {{contains: Thank you}}}}
  - id: login
    name: Log-in
    service: the app
    carries: login
    base: https://{app}/
    steps:
      - {{name: Open the form, request: {{url: /login}}, expect: {{contains: Password}}}}
      - name: Log in
        submit: {{fields: {{email: "qa@{domain}", password: correct horse}}}}
        expect: {{contains: Your members, final_path: /dashboard}}
    cleanup:
      - {{name: Log out, request: {{url: /logout}}}}
  - id: signup
    name: Sign-up
    service: sign-up
    carries: signup
    base: https://{app}/
    email: qa@{domain}
    steps:
      - {{name: Open the form, request: {{url: /signup}}, expect: {{contains: Create account}}}}
      - name: Create an account
        submit: {{fields: {{email: "{{email}}", password: only for a test}}}}
        expect: {{contains: Your members}}
    cleanup:
      - {{name: Remove the test customer, request: {{method: POST, url: /account/remove}}}}
  - id: api
    name: API health
    service: the app
    steps:
      - name: Ask how it is
        request: {{url: "https://{api}/health"}}
        expect: {{json: {{path: status, equals: ok}}}}
      - name: A forged payment message is refused
        request: {{method: POST, url: "https://{api}/webhooks/payments", body: forged}}
        expect: {{refused: true}}

links:
  - {{url: https://{app}/login, kind: login}}
  - {{url: https://{api}/webhooks/payments, kind: webhook}}
  - {{url: https://{old}/pricing, kind: campaign, to: https://{domain}/pricing}}

people:
  mia: {{slack: UMIA, email: mia@{domain}, role: owner}}
  ben: {{slack: UBEN, email: ben@{domain}, role: owner}}

services:
  home page: {{owner: mia, backup: ben, critical: true}}
  sign-up: {{owner: ben, backup: mia, critical: true}}
  the app: {{owner: ben, backup: mia, critical: true}}
  checkout: {{owner: ben, backup: mia, critical: true}}

channels:
  alerts: "#launch"

deploy:
  runs_on: Hostling
  who: [ben, mia]
  how: [Merge to main; Hostling builds and releases it by itself.]
  roll_back: [Open Hostling, Click "Roll back to this" beside the last good version.]

inventories:
  accounts:
    - {{name: Namewell, owner: mia, url: "{consoles}/dns", for: [dns, registrar]}}
    - {{name: Hostling, owner: ben, url: "{consoles}/host", for: [host]}}
    - {{name: Edgeway, owner: ben, url: "{consoles}/edge", for: [edge]}}
    - {{name: Mailer, owner: mia, url: "{consoles}/mail", for: [mail]}}

network:
  # The demo's own name server and certificate authority, all on this machine.
  resolvers: ["127.0.0.1:{dns_port}"]
  ca_file: {ca_file}
  ports: {{80: {http_port}, 443: {https_port}}}
  allow_private: true
  # Everything here is ours, so it may be asked as often as we like.
  unlimited: [{domain}, {www}, {app}, {api}, {old}]
"""


def text(*, dns_port: int, http_port: int, https_port: int, ca_file: str, consoles: str) -> str:
    """The file's text for these ports; `ca_file` is relative to it, `consoles` is a URL."""
    return TEMPLATE.format(
        domain=DOMAIN,
        www=WWW,
        app=APP,
        api=API,
        old=OLD,
        mailer=MAILER,
        dns_port=dns_port,
        http_port=http_port,
        https_port=https_port,
        ca_file=ca_file,
        consoles=consoles,
    )
