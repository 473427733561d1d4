from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.ingest.scrub_name import Kind, PassingNames, is_secret, is_sentence, kind, looks_random

SECRET = """
password Password PASSWORD passWord user_password newPassword password2 confirm-password
password_confirmation passwordConfirm mypassword
user[password] account.password passwd pwd db_pwd pass
user_pass passphrase passcode secret client_secret clientSecret CLIENT-SECRET apisecret secret_key token
accessToken access_token refresh-token id_token csrfToken csrfmiddlewaretoken _csrf X-Auth-Token device_token
jwt credentials credential api_key apikey apiKey APIKey X-API-Key private_key privateKey secretAccessKey
session_cookie PHPSESSID JSESSIONID connect.sid otp otp_code totp 2fa_code one_time_code recovery_code
security_answer contraseña Пароль password_reset_token password_hash bearer secret_id
"""
DIGITS = """
cvv CVV2 cvc card_cvc cardCvv csc security_code card_number cardNumber CardNo cc_number ccnum credit_card
creditCardNumber debit-card pin atm_pin mpin upi_pin pin_code pan pan_number ssn social_security_number
"""
PLURAL = "tokens cookies secrets prompt_tokens maxTokens"
LINE = "Authorization authorization Proxy-Authorization Cookie Set-Cookie mnemonic seed_phrase"
HARMLESS = """
token_count tokenCount tokens_used tokens_per_second token_type token_id token_price_usd pinned pinterest spin
secretary secretariat password_reset_requested passwordStrength passwordstrength password_changed_at
passwordResetRequested cookie_consent cookies_enabled cookie_policy company panel panorama pan_x shopping
opinion keyboard keyword monkey author authority authorized authenticated session_id session_key site_key
public_key button feature category duration amount operator platform app_version email name username
card_brand cvv_valid otp_sent otp_verified pin_length passport boarding_pass season_pass compass
bypass basic stamp code state key country_code discount_code description désignation
名前 "" 123 _ $set
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_names_of_secrets(name: str) -> None:
    assert kind(name) in (Kind.SECRET, Kind.LINE)


@pytest.mark.parametrize("name", DIGITS.split())
def test_names_of_secret_digits(name: str) -> None:
    assert kind(name) is Kind.DIGITS


@pytest.mark.parametrize("name", PLURAL.split())
def test_names_of_many(name: str) -> None:
    assert kind(name) is Kind.PLURAL


@pytest.mark.parametrize("name", LINE.split())
def test_names_with_a_line(name: str) -> None:
    assert kind(name) is Kind.LINE


@pytest.mark.parametrize("name", HARMLESS.split())
def test_harmless_names(name: str) -> None:
    assert kind(name) <= Kind.LINK


def test_names_that_spare_numbers() -> None:
    assert kind("phone_number") is kind("userMobile") is Kind.PHONE
    assert kind("timestamp") is kind("created_at") is Kind.TIME
    assert kind("order_id") is kind("reference") is Kind.ID
    assert kind("key") is kind("sig") is kind("code") is Kind.LINK
    assert kind("auth") is kind("x-auth") is Kind.WEAK


@pytest.mark.parametrize(
    ("named", "value"),
    [
        (Kind.SECRET, "hunter2"),
        (Kind.SECRET, "correct horse"),
        (Kind.SECRET, "x"),
        (Kind.SECRET, "123"),
        (Kind.SECRET, 123456),
        (Kind.SECRET, 123.5),
        (Kind.SECRET, -123456),
        (Kind.DIGITS, 123),
        (Kind.DIGITS, 42),
        (Kind.DIGITS, "0042"),
        (Kind.DIGITS, "ABCDE1234F"),
        (Kind.PLURAL, "abc def"),
        (Kind.WEAK, "s3cr3tk3y"),
        (Kind.LINK, "a8F3kQ9zL2mN7pR4"),
        (Kind.LINE, "Basic abc"),
    ],
)
def test_secret_values(named: Kind, value: object) -> None:
    assert is_secret(named, value)


@pytest.mark.parametrize(
    ("named", "value"),
    [
        (Kind.SECRET, True),
        (Kind.SECRET, False),
        (Kind.SECRET, None),
        (Kind.SECRET, ""),
        (Kind.SECRET, "  "),
        (Kind.SECRET, "********"),
        (Kind.SECRET, "[removed]"),
        (Kind.SECRET, "missing"),
        (Kind.SECRET, "True"),
        (Kind.SECRET, 0),
        (Kind.SECRET, 12),
        (Kind.SECRET, "12"),
        (Kind.DIGITS, "left"),
        (Kind.DIGITS, True),
        (Kind.DIGITS, 5),
        (Kind.PLURAL, 125_000),
        (Kind.PLURAL, "125,000"),
        (Kind.WEAK, "google"),
        (Kind.LINK, "summer-sale-2024-banner"),
        (Kind.LINK, "ArrowLeft"),
    ],
)
def test_values_that_tell_nothing(named: Kind, value: object) -> None:
    assert not is_secret(named, value)


@pytest.mark.parametrize(
    "text",
    [
        "a8F3kQ9zL2mN7pR4",
        "5f2b9c1e8a7d4036b1c2",
        "550e8400-e29b-41d4-a716-446655440000",
        "bx2k4f-5b1d7a99c0f1e2d3",
        "Zm9vYmFyMTIzNDU2Nzg5MA",
    ],
)
def test_keys_look_random(text: str) -> None:
    assert looks_random(text, 16)


@pytest.mark.parametrize(
    "text",
    [
        "how-to-make-a-very-nice-cake-2024",
        "aVeryLongCamelCaseFeatureName",
        "summer_sale_2024_banner_top",
        "1234567890123456",
        "internationalization",
        "two words a8F3kQ9zL2mN7pR4",
        "a8F3",
    ],
)
def test_words_do_not_look_random(text: str) -> None:
    assert not looks_random(text, 16)


def test_sentences() -> None:
    assert all(map(is_sentence, ["must", "is", "required.", "Incorrect"]))
    assert not any(map(is_sentence, ["hunter2", "swordfish"]))


def test_only_names_that_pass_are_remembered_and_not_without_end() -> None:
    asked: list[str] = []

    def short(name: str) -> bool:
        asked.append(name)
        return len(name) < 6

    names = PassingNames(short)
    assert names.hold(["a", "b"])
    assert names.hold(["b", "a"])
    assert asked == ["a", "b"]
    assert not names.hold(["a", "too long"])
    assert not names.hold(["too long"])
    assert asked[2:] == ["too long", "too long"]
    for number in range(25_000):
        names.hold([str(number)])
    assert len(names._known) <= 10_000


@given(st.text())
def test_any_name_has_a_kind(name: str) -> None:
    assert kind(name) in Kind
    assert kind(name) is kind(name)
