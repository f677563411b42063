"""Examine the library: can it do its work now? Cheap questions only, and none that changes anything; reading every byte
is `verify`'s part.
"""
