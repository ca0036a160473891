"""How accounts come to be and how people come in: the administrator makes them, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False


class LoginForm(AllauthLoginForm):
    """User name or e-mail, said in the label: a placeholder is gone once one types."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = _("User name or e-mail")
        login.widget.attrs["autocomplete"] = "username"
        # The page itself offers the way to a new password.
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
