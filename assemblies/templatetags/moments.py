"""How long ago a moment was, or how long it is until then: the one wording for every page and both languages."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

register = template.Library()

MINUTE, HOUR, DAY = 60, 3600, 86_400
MONTH, YEAR = 30 * DAY, 365 * DAY


# Each sentence is whole: "ago" takes another case than "in" does, in German and elsewhere.
SINCE = {
    MINUTE: ngettext_lazy("%(count)d minute ago", "%(count)d minutes ago", "count"),
    HOUR: ngettext_lazy("%(count)d hour ago", "%(count)d hours ago", "count"),
    DAY: ngettext_lazy("%(count)d day ago", "%(count)d days ago", "count"),
    MONTH: ngettext_lazy("%(count)d month ago", "%(count)d months ago", "count"),
    YEAR: ngettext_lazy("%(count)d year ago", "%(count)d years ago", "count"),
}
UNTIL = {
    MINUTE: ngettext_lazy("in %(count)d minute", "in %(count)d minutes", "count"),
    HOUR: ngettext_lazy("in %(count)d hour", "in %(count)d hours", "count"),
    DAY: ngettext_lazy("in %(count)d day", "in %(count)d days", "count"),
    MONTH: ngettext_lazy("in %(count)d month", "in %(count)d months", "count"),
    YEAR: ngettext_lazy("in %(count)d year", "in %(count)d years", "count"),
}


@register.filter
def ago(moment: datetime) -> str:
    """Return the distance of `moment` from now in its largest whole unit, such as "2 hours ago" or "in 5 minutes"."""
    seconds = (moment - timezone.now()).total_seconds()
    if abs(seconds) < MINUTE:
        return _("just now") if seconds <= 0 else _("in a moment")
    unit = next(size for size in (YEAR, MONTH, DAY, HOUR, MINUTE) if abs(seconds) >= size)
    words = SINCE if seconds < 0 else UNTIL
    return str(words[unit] % {"count": int(abs(seconds) // unit)})
