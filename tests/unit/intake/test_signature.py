"""Each scheme on vectors of its vendor, of a standard, or computed otherwise."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from screenpop.intake import public_keys, signature, tokens

NOW_US = 1_773_151_200_000_000

# RFC 7515, appendix A.1
RFC_TOKEN = (
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
)
RFC_KEY = base64.urlsafe_b64decode(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
)


def test_twilios_own_example_fits() -> None:
    form = [
        ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"),
        ("Digits", "1234"), ("From", "+14158675309"), ("To", "+18005551212"),
    ]  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"

    def check(given: str, secret: str = "12345") -> str | None:
        return signature.url_and_fields(
            given, url, b"x", form, [secret], repeated="unique"
        )

    assert check("RSOYDt4T1cUTdK1PDd93/VVr8B8=") is None
    assert check("RSOYDt4T1cUTdK1PDd93/VVr8B9=") is not None
    assert check("RSOYDt4T1cUTdK1PDd93/VVr8B8=", "54321") is not None


def test_a_url_is_tried_with_and_without_its_standard_port() -> None:
    both = ("https://a.example/x?y", "https://a.example:443/x?y")
    assert signature.url_spellings("https://a.example/x?y") == both
    assert signature.url_spellings("https://a.example:443/x?y") == both
    odd = "https://a.example:8443/x"
    assert signature.url_spellings(odd) == (odd,)
    assert signature.url_spellings("https://u:p@a.example/x")[1] == (
        "https://u:p@a.example:443/x"
    )


def test_a_host_that_is_no_address_fails_as_any_forged_one() -> None:
    for odd in ("http://[::1/x?y=1", "http://a,[::1]/x?y=1"):
        assert signature.url_spellings(odd)[0] == odd
        given = ("c2lnbmVk", "n", "POST", odd, [("a", "b")], ["secret"])
        assert signature.plivo_v3(*given) is not None


def test_values_of_a_repeated_field_are_ordered_as_the_vendor_does() -> None:
    pairs = [("b", "2"), ("b", "1"), ("a", "x"), ("b", "2")]
    assert signature.fields_in_order(pairs, "ordered") == "axb2b1b2"
    assert signature.fields_in_order(pairs, "sorted") == "axb1b2b2"
    assert signature.fields_in_order(pairs, "unique") == "axb1b2"


def test_a_body_that_is_no_form_needs_its_hash_in_the_url() -> None:
    body = b'{"a": 1}'
    bare = "https://a.example/x"
    url = f"{bare}?bodySHA256={hashlib.sha256(body).hexdigest()}"

    def check(url: str, body: bytes) -> str | None:
        mac = hmac.new(b"k", url.encode(), hashlib.sha1).digest()
        given = base64.b64encode(mac).decode()
        return signature.url_and_fields(given, url, body, [], ["k"], repeated="unique")

    assert check(url, body) is None
    assert check(url, body + b" ") == "its body does not fit `bodySHA256`"
    assert check(bare, body) is not None
    assert check(bare, b"") is None


def test_zadarmas_mac_is_base64_of_the_hex_digest() -> None:
    digest = hmac.new(b"s", b"m", hashlib.sha1).hexdigest()
    given = base64.b64encode(digest.encode()).decode()
    assert signature.encoded_mac("s", b"m", "sha1", "base64_hex") == given


def test_rfc_4231_test_case_2() -> None:
    assert signature.encoded_mac(
        "Jefe", b"what do ya want for nothing?", "sha256", "hex"
    ) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"  # fmt: skip


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        ("1773151200", True), ("1773150901", True), ("1773150899", False),
        ("1773151501", False), ("1773151200000", True), ("2026-03-10T14:00:00Z", True),
        ("nan", False), ("inf", False), ("", False), ("soon", False), ("1e999", False),
    ],
)  # fmt: skip
def test_a_signed_time_must_be_near(at: str, fits: bool) -> None:
    assert (signature.in_window(at, NOW_US, 300) is None) is fits


def test_basic_credentials_need_name_and_password() -> None:
    good = "Basic " + base64.b64encode(b"ann:pa:ss").decode()
    assert signature.basic(good, "ann", ["old", "pa:ss"]) is None
    assert signature.basic(good, "bob", ["pa:ss"]) is not None
    assert signature.basic(good, "ann", ["pass"]) is not None
    for wrong in (None, "", "Basic", "Basic !!!", "Bearer x", "Basic YQ=="):
        assert signature.basic(wrong, "ann", ["pa:ss"]) is not None


def test_an_address_must_be_in_a_network_of_the_list() -> None:
    networks = ["192.0.2.0/24", "2001:db8::1"]
    assert signature.ip_allow("192.0.2.9", networks) is None
    assert signature.ip_allow("2001:db8::1", networks) is None
    assert signature.ip_allow("198.51.100.1", networks) is not None
    assert signature.ip_allow(None, networks) is not None


def test_the_token_of_rfc_7515_is_read() -> None:
    secret = RFC_KEY.decode("latin-1")
    with pytest.raises(tokens.NotAToken, match="does not fit"):
        tokens.jwt_claims(RFC_TOKEN, [secret], "HS256")
    claims = tokens.jwt_claims(RFC_TOKEN, [RFC_KEY], "HS256")
    assert claims["iss"] == "joe"
    late = tokens.claims_in_time(claims, NOW_US, leeway_s=60, iat_s=None)
    assert late == "its token has expired"


def _jwt(header: dict[str, object], claims: object, key: bytes, name: str) -> str:
    parts = [json.dumps(each).encode() for each in (header, claims)]
    text = ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts)
    mac = hmac.new(key, text.encode(), name).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def test_the_algorithm_is_the_dialects_and_never_the_tokens() -> None:
    token = _jwt({"alg": "HS512"}, {"a": 1}, b"k", "sha512")
    assert tokens.jwt_claims(token, ["x", "k"], "HS512") == {"a": 1}
    for wanted in ("HS256", "HS384"):
        with pytest.raises(tokens.NotAToken, match="is not signed with"):
            tokens.jwt_claims(token, ["k"], wanted)
    none = _jwt({"alg": "none"}, {"a": 1}, b"", "sha256").rpartition(".")[0] + "."
    for text in (none, "", "a.b", "...", "a" * 300_000, _jwt({}, 1, b"k", "sha256")):
        with pytest.raises(tokens.NotAToken):
            tokens.jwt_claims(text, ["k", ""], "HS256")


def test_a_token_that_is_not_yet_valid_or_too_old_is_told() -> None:
    now_s = NOW_US / 1_000_000
    check = tokens.claims_in_time
    assert check({"nbf": now_s + 90}, NOW_US, leeway_s=60, iat_s=None) is not None
    assert check({"iat": now_s - 400}, NOW_US, leeway_s=60, iat_s=300) is not None
    assert check({}, NOW_US, leeway_s=60, iat_s=300) is not None
    assert check({"iat": now_s - 200}, NOW_US, leeway_s=60, iat_s=300) is None
    assert check({"exp": 10**400}, NOW_US, leeway_s=60, iat_s=None) is None


def _pem(key: public_keys.PublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def test_rfc_8032_test_2_fits_as_ed25519() -> None:
    key = public_keys.read_public_key(
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    given = base64.b64encode(
        bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
    ).decode()
    assert public_keys.ed25519_signed(given, b"\x72", [key]) is None
    assert public_keys.ed25519_signed(given, b"\x73", [key]) is not None
    assert public_keys.ed25519_signed("!!", b"\x72", [key]) is not None
    assert public_keys.ed25519_signed(None, b"\x72", [key]) is not None


def test_rsa_and_ecdsa_need_their_own_kind_of_key() -> None:
    rsa_key = rsa.generate_private_key(65537, 2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    keys = [
        public_keys.read_public_key(_pem(k.public_key())) for k in (rsa_key, ec_key)
    ]
    by_rsa = base64.b64encode(
        rsa_key.sign(b"m", padding.PKCS1v15(), hashes.SHA256())
    ).decode()
    by_ec = base64.b64encode(ec_key.sign(b"m", ec.ECDSA(hashes.SHA256()))).decode()
    assert public_keys.rsa_sha256_signed(by_rsa, b"m", [other, *keys]) is None
    assert public_keys.ecdsa_sha256_signed(by_ec, b"m", [other, *keys]) is None
    assert public_keys.rsa_sha256_signed(by_rsa, b"n", keys) is not None
    assert public_keys.ecdsa_sha256_signed(by_rsa, b"m", keys) is not None
    assert public_keys.rsa_sha256_signed(by_rsa, b"m", [other]) is not None


def test_a_detached_jws_covers_the_body() -> None:
    key = rsa.generate_private_key(65537, 2048)

    def enc(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    head = enc(b'{"alg":"RS256"}')
    signed = f"{head}.{enc(b'body')}".encode()
    mark = enc(key.sign(signed, padding.PKCS1v15(), hashes.SHA256()))
    keys: list[public_keys.PublicKey] = [key.public_key()]
    check = public_keys.jws_detached
    assert check(f"{head}..{mark}", b"body", keys, "RS256") is None
    assert check(f"{head}..{mark}", b"bodY", keys, "RS256") is not None
    assert check(f"{head}.x.{mark}", b"body", keys, "RS256") is not None
    assert check(f"{head}..{mark}", b"body", keys, "ES256") is not None
    assert check(None, b"body", keys, "RS256") is not None


def test_what_is_no_key_is_told() -> None:
    for text in ("", "x", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END"):
        with pytest.raises(public_keys.NotAKey, match="is not a valid public key"):
            public_keys.read_public_key(text)
