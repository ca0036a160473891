"""Addresses: admin, accounts, then one include per app. Reports own the rest of the root."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from institutions.scope import ADMINISTRATOR, PUBLIC, declare

# One way in: the log-in page of the administration would not count failed attempts.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("admin/", declare(admin.site.urls, ADMINISTRATOR)),
    path("accounts/", declare(include("allauth.account.urls"), PUBLIC)),
    path("i18n/", declare(include("django.conf.urls.i18n"), PUBLIC)),
    path("institutions/", include("institutions.urls")),
    path("plans/", include("targets.urls")),
    path("", include("reports.urls")),
]
