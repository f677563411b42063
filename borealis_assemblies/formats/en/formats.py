"""Times and dates in English, one way of writing each; Django reads them from a module of this name.

`assemblies/static/assemblies/texts.js` writes moments the same way.
"""

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
