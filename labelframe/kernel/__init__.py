"""Compiled code for what there is much of: reading label rows that are wholly ordinary, byte by byte.

Whatever is not ordinary is handed back, and goes the general path, which is the meaning of the program. Only modules
of this package import numba; nobody imports them before there is work that is worth it.

    text, numbers   strings and numbers out of bytes
    walk            any JSON value: its end, and its content hash
"""
