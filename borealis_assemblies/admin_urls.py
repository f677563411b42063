"""The addresses of the pages; importing this loads every one of them."""

from django.contrib import admin

urlpatterns = admin.site.get_urls()
