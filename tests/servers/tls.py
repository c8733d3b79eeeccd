"""Certificates for tests: a made authority and every kind of good and bad certificate, as files and server contexts."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def make_key(kind: str = "ec") -> Key:
    """A new private key: `ec`, `ec384`, `rsa1024`, `rsa2048` and so on."""
    if kind in ("ec", "ec384"):
        return ec.generate_private_key(ec.SECP384R1() if kind == "ec384" else ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa")))


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _san(names: Sequence[str]) -> x509.SubjectAlternativeName:
    entries: list[x509.GeneralName] = []
    for name in names:
        try:
            entries.append(x509.IPAddress(ip_address(name)))
        except ValueError:
            entries.append(x509.DNSName(name))
    return x509.SubjectAlternativeName(entries)


@dataclass(frozen=True)
class Credential:
    """A private key and the certificates that a server sends with it, leaf first."""

    key: Key
    chain: tuple[x509.Certificate, ...]

    @property
    def leaf(self) -> x509.Certificate:
        return self.chain[0]

    def with_chain(self, *chain: x509.Certificate) -> Credential:
        """The same key, other certificates sent."""
        return replace(self, chain=chain)

    def leaf_only(self) -> Credential:
        """Without its intermediates: what a forgotten fullchain.pem looks like."""
        return self.with_chain(self.leaf)

    def reversed(self) -> Credential:
        """The certificates behind the leaf in the wrong order."""
        return self.with_chain(self.leaf, *reversed(self.chain[1:]))

    @property
    def pem(self) -> bytes:
        """Key and certificates in one PEM text."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in self.chain)

    @cached_property
    def context(self) -> ssl.SSLContext:
        """A server context; weak keys and hashes are allowed, so that clients get to see them."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with tempfile.NamedTemporaryFile(suffix=".pem") as file:
            file.write(self.pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context


@dataclass(frozen=True)
class Authority:
    """A certificate authority, a root or one below another."""

    name: str
    key: Key
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()
    """What a server sends behind a leaf of this authority (its own certificate where it is no root)."""
    urls: tuple[str, ...] = field(default=())

    @classmethod
    def make(cls, name: str = "Loopback Root", *, key: str = "ec") -> Authority:
        """A new root."""
        private = make_key(key)
        certificate = _build(
            name, private, issuer=_subject(name), signer=private, authority=True, names=(), lifetime=(-400, 4000)
        )
        return cls(name, private, certificate)

    def intermediate(
        self, name: str = "Loopback Intermediate", *, days: tuple[float, float] = (-400, 2000), hash: str = "sha256"
    ) -> Authority:
        """An authority below this one, valid for these days from today; `hash` as for `issue`."""
        private = make_key()
        certificate = _build(
            name,
            private,
            issuer=self.certificate.subject,
            signer=self.key,
            authority=True,
            names=(),
            lifetime=days,
            hash=hash,
        )
        return Authority(name, private, certificate, (certificate, *self.above))

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def write(self, path: Path) -> str:
        """Write the certificate as a PEM file; its path is what `Network.ca_file` wants."""
        path.write_bytes(self.pem)
        return str(path)

    def issue(
        self,
        *names: str,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        days: tuple[float, float] = (-10, 80),
        key: str = "ec",
        hash: str = "sha256",
        issuer_urls: Sequence[str] = (),
        extra_bytes: int = 0,
        subject: x509.Name | None = None,
    ) -> Credential:
        """A certificate for these host names or addresses.

        Args:
            names: subjectAltName entries; the first is the common name too.
            not_before: Start of validity; else `days[0]` from today.
            not_after: End of validity; else `days[1]` from today.
            days: Validity in days from today.
            key: `ec`, `ec384`, `rsa1024`, `rsa2048` …
            hash: `sha256`, `sha1`, `sha384`, `sha512` (`sha1` needs an authority with an RSA key).
            issuer_urls: caIssuers URLs (AIA).
            extra_bytes: Bytes of made-up extra names.
            subject: Another subject than the first name as the common name, for instance an empty one.
        """
        extra = [f"n{number:08d}.padding.test" for number in range(extra_bytes // 24)]
        private = make_key(key)
        leaf = _build(
            names[0],
            private,
            issuer=self.certificate.subject,
            signer=self.key,
            authority=False,
            names=(*names, *extra),
            lifetime=days,
            not_before=not_before,
            not_after=not_after,
            hash=hash,
            issuer_urls=issuer_urls,
            subject=subject,
        )
        return Credential(private, (leaf, *self.above))

    def expired(self, *names: str) -> Credential:
        return self.issue(*names, days=(-90, -3))

    def not_yet_valid(self, *names: str) -> Credential:
        return self.issue(*names, days=(5, 90))

    def missing_intermediate(self, *names: str, issuer_url: str = "http://ca.test/intermediate.der") -> Credential:
        """Signed by an intermediate that is not sent; the AIA extension says where it is."""
        return self.intermediate().issue(*names, issuer_urls=[issuer_url]).leaf_only()


def self_signed(*names: str, days: tuple[float, float] = (-10, 80), key: str = "ec") -> Credential:
    """A certificate that vouches for itself."""
    private = make_key(key)
    leaf = _build(
        names[0], private, issuer=_subject(names[0]), signer=private, authority=False, names=names, lifetime=days
    )
    return Credential(private, (leaf,))


def _build(
    name: str,
    private: Key,
    *,
    issuer: x509.Name,
    signer: Key,
    authority: bool,
    names: Sequence[str],
    lifetime: tuple[float, float],
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    hash: str = "sha256",
    issuer_urls: Sequence[str] = (),
    subject: x509.Name | None = None,
) -> x509.Certificate:
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  (certificates are checked against the real clock)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_subject(name) if subject is None else subject)
        .issuer_name(issuer)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before or now + timedelta(days=lifetime[0]))
        .not_valid_after(not_after or now + timedelta(days=lifetime[1]))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if authority:
        builder = builder.add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
        )
    else:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    if names:
        # Without a subject the names are all there is (RFC 5280 section 4.2.1.6).
        builder = builder.add_extension(_san(names), critical=subject is not None and not list(subject))
    if issuer_urls:
        builder = builder.add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(url)
                    )
                    for url in issuer_urls
                ]
            ),
            critical=False,
        )
    if hash == "sha1":
        return _resign_with_sha1(builder.sign(signer, hashes.SHA256()), signer)
    algorithm = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}[hash]()
    return builder.sign(signer, algorithm)


SHA256_RSA = bytes.fromhex("06092a864886f70d01010b")
SHA1_RSA = bytes.fromhex("06092a864886f70d010105")


def _resign_with_sha1(certificate: x509.Certificate, signer: Key) -> x509.Certificate:
    """Swap the algorithm in the DER and sign anew: the library itself signs nothing with SHA-1 any more."""
    if not isinstance(signer, rsa.RSAPrivateKey):
        raise TypeError("a SHA-1 certificate needs an authority with an RSA key")
    body = certificate.tbs_certificate_bytes.replace(SHA256_RSA, SHA1_RSA)
    signature = signer.sign(body, padding.PKCS1v15(), hashes.SHA1())
    der = certificate.public_bytes(serialization.Encoding.DER)
    der = der.replace(certificate.tbs_certificate_bytes, body).replace(SHA256_RSA, SHA1_RSA)
    return x509.load_der_x509_certificate(der.replace(certificate.signature, signature))
