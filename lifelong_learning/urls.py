"""Addresses: admin, accounts, then one include per app. Reports own the rest of the root."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from institutions.scope import ADMINISTRATOR, PUBLIC, declare

# One way in: the log-in page of the administration would not count failed attempts.
admin.site.login = secure_admin_login(admin.site.login)

# Who is not logged in may still choose the language.
language = path("setlang/", login_not_required(set_language), name="set_language")

urlpatterns = [
    path("admin/", declare(admin.site.urls, ADMINISTRATOR)),
    path("accounts/", declare(include("allauth.account.urls"), PUBLIC)),
    path("i18n/", declare(include([language]), PUBLIC)),
    path("institutions/", include("institutions.urls")),
    path("plans/", include("targets.urls")),
    path("", include("reports.urls")),
]
