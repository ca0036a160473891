from django.apps import AppConfig
from django.urls import register_converter
from django.utils.translation import gettext_lazy as _


class InstitutionsConfig(AppConfig):
    name = "institutions"
    verbose_name = _("Institutions")

    def ready(self):
        from institutions.converters import Code

        register_converter(Code, "code")
