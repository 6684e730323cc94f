"""People who sign in: staff, creators, brand members; what proves their addresses, and who invited them."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from creators.enums import CreatorRole, ProofPurpose
from veri.platform.secrets.fields import EncryptedTextField


class User(AbstractUser):
    """Django's user. ``email_proven_at`` is empty until somebody read a mail sent to ``email``; ``role`` is what he
    signed up as.

    ``has_second_factor`` stands here, beside the flags of staff, since each request of a session reads it.
    """

    role = models.CharField(max_length=20, choices=CreatorRole, default=CreatorRole.CREATOR, editable=False)
    email_proven_at = models.DateTimeField(null=True, blank=True, editable=False)
    has_second_factor = models.BooleanField(default=False, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(email_proven_at__isnull=False), name="user_proven_email_unique"
            )
        ]


class Invite(models.Model):
    """Leave to sign up for ``quota`` people. The code itself is shown once; ``code_hash`` is its SHA-256."""

    code_hash = models.CharField(max_length=64)
    role = models.CharField(max_length=20, choices=CreatorRole, default=CreatorRole.CREATOR)
    quota = models.PositiveIntegerField(default=1)
    used = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="invites")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_hash"], name="invite_code_unique"),
            models.CheckConstraint(condition=Q(used__lte=F("quota")), name="invite_within_quota"),
        ]

    def __str__(self) -> str:
        return f"invite {self.pk}: {self.used} of {self.quota}"


class AccountProof(models.Model):
    """A secret sent to an address: who sends it back has read mail there. Single use; a newer one replaces it.

    ``secret_hash`` is the secret's SHA-256, enough for 256 random bits. A sign-up has no user yet: it keeps what the
    account will be made of.
    """

    purpose = models.CharField(max_length=12, choices=ProofPurpose)
    email = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    secret_hash = models.CharField(max_length=64)
    password = models.CharField(max_length=128, blank=True)
    role = models.CharField(max_length=20, choices=CreatorRole, default=CreatorRole.CREATOR)
    invite = models.ForeignKey(Invite, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret_hash"], name="account_proof_secret_unique"),
            models.UniqueConstraint(
                Lower("email"), condition=Q(purpose=ProofPurpose.SIGN_UP), name="account_proof_sign_up_unique"
            ),
            models.UniqueConstraint(
                fields=["user", "purpose"], condition=Q(user__isnull=False), name="account_proof_user_unique"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="account_proof_expiry_idx")]

    def __str__(self) -> str:
        return f"{self.purpose} until {self.expires_at:%Y-%m-%d %H:%M}"


class SecondFactor(models.Model):
    """A user's authenticator. ``secret`` is encrypted; ``last_step`` is the latest 30 seconds a code was taken for."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="second_factor"
    )
    secret = EncryptedTextField(editable=False)
    last_step = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """A code for the day the authenticator is lost: hashed, for one use."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_unique")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"
