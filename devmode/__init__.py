"""Who is asking, whether they may do privileged things now, and the record of what was done. Knows nothing of
assemblies.
"""
