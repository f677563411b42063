"""Times and dates in German, one way of writing each; Django reads them from a module of this name.

`assemblies/static/assemblies/texts.js` writes moments the same way.
"""

DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "d.m.Y, H:i"
DATE_FORMAT = SHORT_DATE_FORMAT = "d.m.Y"
TIME_FORMAT = "H:i"
