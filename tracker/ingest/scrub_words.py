"""The words that `scrub_name` reads names by. All in lower case and without accents."""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


SECRETS = _set(
    """
    password passwd pwd pw pswd passcode passwort kennwort contrasena senha wachtwoord haslo пароль 密码
    パスワード secret token jwt credential credentials apikey privatekey otp totp bearer csrf xsrf
    phpsessid jsessionid aspsessionid sessid cookie authorization
    """
)
"""Anywhere in a name."""

SECRET_STEMS = ("password", "passwd", "passphrase")
"""Also inside a word: `mypassword`, `passwordconfirm`."""

SECRET_ENDINGS = tuple(
    _set(
        """
        token secret cookie credential credentials pwd passphrase mnemonic apikey accesskey
        secretkey privatekey encryptionkey signingkey authkey sshkey masterkey accountkey
        subscriptionkey sharedkey servicekey sessioncookie connectsid aspnetsessionid laravelsession
        seedphrase recoveryphrase secretphrase securityanswer secretanswer magiclink authcode
        authorizationcode onetimecode recoverycode recoverycodes backupcode backupcodes resetcode
        verificationcode logincode mfacode smscode otpcode twofactorcode facode secretid motdepasse
        """
    )
)
"""At the end of a name written together."""

PASS_OWNERS = _set("user db my login smtp root admin ftp mysql pg redis")
"""Before a last `pass`, which is a ticket otherwise."""

PLURALS = _set("tokens cookies secrets passwords jwts otps")

DIGITS = _set("cvv cvc pan pin mpin tpin ssn aadhaar aadhar cardnumber creditcard ccnumber")

DIGIT_ENDINGS = tuple(
    _set(
        """
        cardnumber cardno cardnum ccnumber ccnum creditcard debitcard creditcardno securitycode
        cardcode cardverificationvalue cardverificationnumber cardcsc socialsecuritynumber
        socialsecurity pannumber pancard pincode pinnumber pinno aadhaarnumber
        """
    )
)

LINES = _set(
    """
    authorization proxyauthorization cookie setcookie passphrase mnemonic seedphrase recoveryphrase
    secretphrase
    """
)
"""Whole names whose value has spaces in it."""

LINKS = _set(
    """
    key sig signature xamzsignature xgoogsignature ticket hmac assertion samlresponse samlrequest
    code
    """
)
"""Whole names of parameters that hold a secret if it looks like one."""

NEUTRAL = _set(
    """
    count counts used usage length len size limit limits type kind name names strength score status
    state enabled disabled required requested request requests reset resets change changes changed
    update updated created creation expired expires expiry expiration ttl at on date time timestamp
    age policy policies rule rules visible shown hidden sent verified verification valid invalid
    validation validity error errors attempts attempt tries retries failed failure success method
    manager field input label page screen form modal dialog section button budget price cost total
    sum min max avg average mean per remaining left balance consent banner accepted declined
    rejected preferences preference settings setting version provider source category brand last
    network issuer country currency symbol address contract standard decimals supply amount email
    username user owner by id ids step flow feature plan usd eur gbp inr ms sec seconds minutes
    hours days percent pct ratio rate saved generated copied clicked viewed entered supported
    present exists available missing only notice wall exhausted exceeded exceed limited second
    minute hour day week month year x y z dx dy delta position zoom right top bottom
    """
)
"""As the last word: the value only describes the secret."""

NEUTRAL_ENDINGS = tuple(word for word in NEUTRAL if len(word) > 3)

PHONES = _set("phone mobile tel telephone msisdn whatsapp fax cell cellphone handset landline")

TIMES = _set(
    """
    timestamp time at ts date ms millis milliseconds expires expiry created updated until since
    started ended
    """
)

IDS = _set("id ids uuid guid ref reference order invoice tracking sku txn transaction receipt")

PHRASE_TAILS = _set("key code codes number no num phrase answer passe")
"""Last words of sensitive names that are written with spaces in a text: "card number: …"."""

TELLS_NOTHING = _set(
    """
    true false yes no on off ok none null nil nan undefined empty missing required optional enabled
    disabled set unset changed unchanged valid invalid incorrect wrong correct expired visible
    hidden unknown redacted filtered removed masked
    """
)
"""Values that are no secret under any name."""

SENTENCES = _set(
    """
    is are was were be been must should shall cannot can could will would may might not does do did
    has have had too the a an for from in of on to with by and or but please enter your this that it
    field fields cant isnt doesnt wasnt already contains needs need input error failed at least
    match matches mismatch
    """
)
"""What may follow "password:" where it is part of a sentence."""
