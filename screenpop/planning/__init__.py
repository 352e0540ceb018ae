"""How many calls will come, and how many agents do they need?

Pure functions over arrays of days and intervals: counts of calls (`counts`), the
forecast with its errors on held-back weeks (`forecast`), Erlang C and A (`erlang`)
and agents needed by interval (`staffing`). numpy and scipy are loaded with the
modules that use them, not with this package.
"""
