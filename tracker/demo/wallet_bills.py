"""What Peepal Pay's people pay for, and what its app and the banks say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracker.demo.chance import Wheel, words

Json = dict[str, Any]

CURRENCY = "INR"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of payment: its screen, whom it pays, and how much (in whole rupees)."""

    path: str
    title: str
    partner_name: str
    partners: Wheel[str]
    least: int
    most: int
    step: int = 1

    def amount(self, chance: float) -> int:
        """Small amounts are more likely than large ones."""
        return self.least + int((self.most - self.least) * chance**2 / self.step) * self.step


_OPERATORS = words("Jio:44 Airtel:34 Vi:15 BSNL:7")
_BILLERS = words("Tata_Power:24 BESCOM:20 MSEDCL:18 Indane_Gas:16 ACT_Fibernet:12 Delhi_Jal_Board:10")
_MERCHANTS = words(
    "Sagar_Tea_Stall:24 Annapurna_Kirana:22 Metro_Auto_Stand:17 Green_Leaf_Tiffins:14 Lotus_Pharmacy:12 "
    "City_Book_Depot:6 Monsoon_Footwear:5"
)
_FRIENDS = words("family:52 friend:33 landlord:10 other:5")
_BANKS = words("State_Bank:38 HDFC:26 ICICI:20 Canara:16")
_MEMBERSHIPS = words("plus_monthly:80 plus_yearly:20")
_POLICIES = words("two-wheeler:60 travel:40")

PAYMENTS: dict[str, Kind] = {
    "recharge": Kind("/recharge", "Mobile recharge", "operator", _OPERATORS, 149, 999, 50),
    "bill_payment": Kind("/bills", "Pay a bill", "biller", _BILLERS, 220, 3600, 10),
    "scan_pay": Kind("/scan", "Scan and pay", "merchant", _MERCHANTS, 15, 900),
    "qr_payment": Kind("/scan", "Scan and pay", "merchant", _MERCHANTS, 20, 1200),
    "money_transfer": Kind("/send", "Send money", "recipient", _FRIENDS, 100, 5000, 50),
    "bank_transfer": Kind("/to-bank", "Transfer to bank", "bank", _BANKS, 500, 8000, 100),
    "membership_purchase": Kind("/plus", "Peepal Plus", "plan", _MEMBERSHIPS, 99, 299, 100),
    "insurance_purchase": Kind("/insurance", "Insurance", "product", _POLICIES, 199, 1500, 100),
}

# Names of activities hold underscores, so these are no `words`.
_Acts = tuple[tuple[str, float], ...]
_CURIOUS: _Acts = (
    ("look", 50), ("scan_pay", 18), ("recharge", 14), ("profile_update", 11), ("referral_used", 4),
    ("loan_application", 3),
)  # fmt: skip
_RECHARGER: _Acts = (
    ("recharge", 48), ("look", 22), ("scan_pay", 14), ("money_transfer", 6), ("reward_claimed", 4),
    ("referral_used", 3), ("profile_update", 2), ("membership_purchase", 1),
)  # fmt: skip
_BILL_PAYER: _Acts = (
    ("bill_payment", 36), ("recharge", 18), ("look", 14), ("scan_pay", 14), ("money_transfer", 10),
    ("insurance_purchase", 3), ("bank_transfer", 3), ("loan_application", 1), ("complaint_filed", 1),
)  # fmt: skip
_SHOPKEEPER: _Acts = (
    ("qr_payment", 40), ("scan_pay", 16), ("look", 15), ("bank_transfer", 12), ("money_transfer", 8),
    ("bill_payment", 7), ("membership_purchase", 1), ("complaint_filed", 1),
)  # fmt: skip
ACTS = (Wheel(_CURIOUS), Wheel(_RECHARGER), Wheel(_BILL_PAYER), Wheel(_SHOPKEEPER))
"""What people come for, by persona. Here and below the personas stand as in `wallet`."""

LOW = (100, 350, 900, 1500)
"""Below this, people add money."""
TOP_UPS: tuple[Wheel[int], ...] = (
    Wheel(((100, 50), (200, 30), (500, 20))),
    Wheel(((300, 40), (500, 40), (1000, 20))),
    Wheel(((1000, 40), (2000, 35), (3000, 15), (5000, 10))),
    Wheel(((1000, 30), (2000, 35), (5000, 35))),
)
METHODS = words("upi:66 debit-card:18 netbanking:12 credit-card:4")

DETAILS: dict[str, Json] = {
    "referral_used": {"referral": "friend", "reward": 50},
    "loan_application": {"product": "salary advance", "status": "success"},
    "profile_update": {"changed": "language"},
    "complaint_filed": {"topic": "refund not received"},
    "reward_claimed": {"amount": 10, "currency": CURRENCY},
}
"""What the simple activities tell besides the app."""

SCREENS = Wheel(
    (
        (("/history", "Transactions"), 36),
        (("/offers", "Offers"), 24),
        (("/home", "Home"), 18),
        (("/profile", "Profile"), 12),
        (("/help", "Help"), 10),
    )
)
WEB_PAGES = (("/features", "What it does"), ("/fees", "Fees"), ("/security", "How your money is safe"))
NOTES = words("cashback_offer:45 bill_due:35 money_received:20")
SOURCES: Wheel[tuple[str, str]] = Wheel(
    (
        (("https://www.google.com/", ""), 36),
        (("", ""), 18),
        (("https://www.google.com/", "?utm_source=google&utm_medium=cpc&utm_campaign=wallet-app"), 16),
        (
            (
                "https://www.youtube.com/",
                "?utm_source=youtube&utm_medium=paid_video&utm_campaign=ravi-and-the-bill",
            ),
            12,
        ),
        (("https://www.instagram.com/", ""), 8),
        (("https://web.whatsapp.com/", ""), 10),
    )
)

APPS: dict[tuple[str, int], Json] = {
    (platform, quarter): {"platform": platform, "app_version": version}
    for platform in ("android", "ios", "web")
    for quarter, version in enumerate(("4.1.0", "4.2.0", "4.2.1", "4.3.0"))
}
"""App version by platform and quarter of the period."""

TOO_LITTLE = "Not enough money in the wallet."
OUTAGE = "Service unavailable. Please try again later. (503)"
PAYMENT_ERRORS = Wheel(
    (
        ("The operator did not answer in time.", 40),
        ("This number is not a prepaid number.", 22),
        ("The merchant cannot be paid right now.", 24),
        ("Daily limit reached.", 14),
    )
)
BANK_ERRORS = Wheel(
    (
        ("The bank declined the payment.", 44),
        ("The bank did not answer in time.", 34),
        ("Not enough money in the account.", 22),
    )
)
EXPIRED = "The code has expired."
SIGN_UP_ERRORS = Wheel(((EXPIRED, 75), ("This number has a wallet already.", 25)))
CHECKS = words("PAN_check:55 Aadhaar_check:35 video_call:10")
CHECK_ERRORS = Wheel(
    (("The name does not match the document.", 60), ("The picture is not sharp enough.", 40))
)
